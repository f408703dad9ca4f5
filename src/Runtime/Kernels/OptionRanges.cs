using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LossGen.Kernels;

/// <summary>The ranges of options that are run-time parameters. Called by generated code.</summary>
public static class OptionRanges
{
    /// <summary>The number, if it is in the range of the option that it feeds.</summary>
    /// <param name="number">What the property holds.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="definition">The loss.</param>
    /// <param name="from">The smallest number.</param>
    /// <param name="to">The largest number.</param>
    /// <param name="above">Numbers are larger than this.</param>
    /// <param name="below">Numbers are smaller than this.</param>
    /// <param name="orNaN">NaN has a meaning, too.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Check(
        double number, string property, LossDefinition definition, double from = double.NegativeInfinity,
            double to = double.PositiveInfinity,
        double above = double.NegativeInfinity, double below = double.PositiveInfinity, bool orNaN = false)
    {
        bool isInside = double.IsNaN(number) ? orNaN : double.IsFinite(number) && number >= from && number <= to && number > above
            && number < below;
        if (!isInside)
            Throw(number, property, definition, OptionRangeAttribute.Describe(from, to, above, below, orNaN));
        return number;
    }

    /// <summary>Checks each of the numbers of a property that holds one a class; null has none.</summary>
    /// <inheritdoc cref="Check(double, string, LossDefinition, double, double, double, double, bool)"/>
    /// <param name="numbers">What the property holds.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="definition">The loss.</param>
    /// <param name="from">The smallest number.</param>
    /// <param name="to">The largest number.</param>
    /// <param name="above">Numbers are larger than this.</param>
    /// <param name="below">Numbers are smaller than this.</param>
    /// <param name="orNaN">NaN has a meaning, too.</param>
    public static double[]? Check(
        double[]? numbers, string property, LossDefinition definition, double from = double.NegativeInfinity,
            double to = double.PositiveInfinity,
        double above = double.NegativeInfinity, double below = double.PositiveInfinity, bool orNaN = false)
    {
        foreach (double number in numbers ?? [])
            Check(number, property, definition, from, to, above, below, orNaN);
        return numbers;
    }

    [DoesNotReturn]
    private static void Throw(double number, string property, LossDefinition definition, string range) =>
        throw new ArgumentOutOfRangeException(
        property, number, string.Create(CultureInfo.InvariantCulture,
            $"{property} of {definition?.Name} is {number}; it must be {range}."));
}
