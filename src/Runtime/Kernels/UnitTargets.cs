using System.ComponentModel;
using System.Globalization;

namespace LossGen.Kernels;

/// <summary>
/// Which numbers of a dense target cannot be meant where a probability is: what a mask of 0 and 255, 0 and 2 or -1 and 1 has. The bounds
/// leave room for rounding, and for what resampling makes of an edge.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class UnitTargets
{
    /// <summary>The smallest number that is taken.</summary>
    public const double Least = -0.5;

    /// <summary>Numbers are below this.</summary>
    public const double Most = 2;

    /// <summary>NaN is not: it stays NaN in the value.</summary>
    public static bool IsBad(double number, int? ignored) => (number < Least || number >= Most) && number != ignored;

    /// <summary>What is thrown for such a number.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="number">What was found.</param>
    /// <param name="image">Where, if that is known.</param>
    /// <param name="channel">The class.</param>
    /// <param name="pixel">The pixel of the image.</param>
    public static ArgumentOutOfRangeException Bad(LossDefinition definition, double number, long image = -1, long channel = -1, long pixel =
        -1)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string place = image < 0 ? "A number of the target" : $"The target at image {image}, class {channel}, pixel {pixel}";
        string ignored = definition.IgnoreIndex is int index ? $" or {index} (ignored)" : "";
        return new("target", number, string.Create(
            CultureInfo.InvariantCulture,
            $"{place} is {number}; {definition.Name} takes the target for a probability, from 0 to 1{ignored}. Scale it, as in mask / 255, or compare it, as in mask > 0."));
    }
}
