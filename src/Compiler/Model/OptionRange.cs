using LossGen.Compiler.Text;

namespace LossGen.Compiler.Model;

/// <summary>The numbers that an option may be: LossGen.OptionRangeAttribute.</summary>
internal sealed record OptionRange(double From, double To, double Above, double Below, bool OrNaN)
{
    public bool IsEmpty => !OrNaN && (From > To || From >= Below || Above >= To || Above >= Below);

    public bool Contains(double number) =>
        double.IsNaN(number) ? OrNaN : !double.IsInfinity(number) && number >= From && number <= To && number > Above && number < Below;

    /// <summary>In words, as the runtime says it.</summary>
    public override string ToString()
    {
        string[] words = [.. Bounds.Select(bound => $"{bound.Word} {Numbers.Write(bound.Number)}")];
        return string.Join(", ", [.. words.Length == 0 ? ["finite"] : words, .. OrNaN ? ["or NaN"] : Array.Empty<string>()]);
    }

    /// <summary>As named arguments of the runtime's check.</summary>
    public string Arguments =>
        string.Concat(Bounds.Select(bound => $", {bound.Name}: {Literal.Of(bound.Number)}")) + (OrNaN ? ", orNaN: true" : "");

    private IEnumerable<(string Name, string Word, double Number)> Bounds => new[]
    {
        ("from", "from", From), ("above", "above", Above), ("to", "up to", To), ("below", "below", Below),
    }.Where(bound => !double.IsInfinity(bound.Item3));
}
