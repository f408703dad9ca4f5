using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>
/// Words that sort the pixels. Only losses that ask for them draw them. Keys are such that every road has the same numbers: two that are
/// equal in mathematics and differ by rounding would be taken in either order.
/// </summary>
internal static class SortWords
{
    private const ElementAxes All = ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel;

    private static readonly string[] Keys = ["x.Logit", "-x.Logit", "Abs(x.Logit)", "y", "SumOverClasses(y * x.Logit)",
        "Channel(x.Logit, 0)"];

    // What ranks are compared with: numbers, shares of the pixels, and what the batch says.
    private static readonly string[] Limits = ["3.5", "2", "0.3 * Sum(1)", "0.45 * x.PixelCount", "Sum(Channel(y, 0))",
        "2 * Total(Channel(y, 0))"];

    /// <summary>Those that make a number.</summary>
    public static IReadOnlyList<Word> Functions { get; } = [.. Sums()];

    /// <summary>Those that make a condition.</summary>
    public static IReadOnlyList<Word> Conditions { get; } = [.. Ranks()];

    private static IEnumerable<Word> Sums()
    {
        foreach (string function in (string[])["RunningSum", "RunningTotal"])
        {
            foreach (string key in Keys)
            {
                yield return new($"{function} by {key}", 1, $"{function}({{0}}, {key})", (c, n, v) =>
                {
                    if (v[0].Moves)
                        return null;
                    Interval range = v[0].Range.Union(Interval.Point(0));
                    return new(range.Union(range * Interval.Point(FormulaContext.MostPoints)), All);
                });
            }
        }
    }

    private static IEnumerable<Word> Ranks()
    {
        for (int i = 0; i < Keys.Length * 2; i++)
        {
            string rank = $"{(i % 2 == 0 ? "RunningTotal" : "RunningSum")}(1, {Keys[i / 2]})", limit = Limits[i % Limits.Length];
            string text = (i % 4) switch
            {
                0 => $"({rank} <= {limit})",
                1 => $"({rank} < {limit})",
                2 => $"({rank} > {limit})",
                _ => $"({limit} <= {rank})"
            };
            yield return new(text, 0, text, (c, n, v) => new(new(0, 1), All, IsCondition: true));
        }
    }
}
