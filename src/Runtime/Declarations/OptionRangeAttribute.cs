using System.Globalization;

namespace LossGen;

/// <summary>
/// The numbers that an option has a meaning for, on the property of a term or on a parameter of a formula: <c>[OptionRange(From = 0, Below
/// = 0.5)]</c>. A constant outside is an error where it is stated (LG0035), a run-time parameter outside an exception when the loss is
/// called. Numbers are finite in any case; of an option that is a list the range is that of each number.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class OptionRangeAttribute : Attribute
{
    /// <summary>The smallest number.</summary>
    public double From { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number.</summary>
    public double To { get; init; } = double.PositiveInfinity;

    /// <summary>Numbers are larger than this.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Numbers are smaller than this.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>NaN has a meaning, too.</summary>
    public bool OrNaN { get; init; }

    /// <summary>The number is in the range.</summary>
    public bool Contains(double number) =>
        double.IsNaN(number) ? OrNaN : double.IsFinite(number) && number >= From && number <= To && number > Above && number < Below;

    /// <summary>The range in words: <c>from 0, below 0.5</c>.</summary>
    public override string ToString() => Describe(From, To, Above, Below, OrNaN);

    internal static string Describe(double from, double to, double above, double below, bool orNaN)
    {
        List<string> words = [];
        void Add(string word, double bound)
        {
            if (double.IsFinite(bound))
                words.Add(string.Create(CultureInfo.InvariantCulture, $"{word} {bound}"));
        }

        Add("from", from);
        Add("above", above);
        Add("up to", to);
        Add("below", below);
        if (words.Count == 0)
            words.Add("finite");
        if (orNaN)
            words.Add("or NaN");
        return string.Join(", ", words);
    }
}
