using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>Words that look around a pixel. Only losses that state the axes of their images draw them.</summary>
internal static class NeighbourWords
{
    private const ElementAxes All = ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel;

    private static readonly Border[] Borders = [Border.Zero, Border.Replicate, Border.Reflect];

    // Of more pixels than a batch has along an axis no distance is larger, with the spacing below.
    private const double MostDistance = 400;

    private static readonly double[][] Weights = [[1, 2, 1], [-1, 0, 1], [0.5, 1, -2, 0.25, 1]];

    /// <summary>Those that make a number.</summary>
    public static IReadOnlyList<Word> Functions { get; } = [.. Shifts(), .. Windows(), .. Blurs(), .. Pools(), .. Distances()];

    /// <summary>Those that make a condition.</summary>
    public static IReadOnlyList<Word> Conditions { get; } =
        [new("Inside", 0, "Inside(3)", (c, n, v) => new(new(0, 1), c.HasIgnored ? All : ElementAxes.Pixel, IsCondition: true, IsGrid: true))];

    private static IEnumerable<Word> Shifts()
    {
        foreach ((int axis, int by, Border border) in ((int, int, Border)[])[(0, 1, Border.Zero), (0, -2, Border.Reflect),
            (1, 1, Border.Zero), (1, -1, Border.Replicate), (2, 1, Border.Zero), (2, 3, Border.Replicate)])
            yield return Around($"Shift {axis} {by}", $"Shift({{0}}, {axis}, {by}, Border.{border})", axis, v => border == Border.Zero
                ? v.Union(Interval.Point(0)) : v) with
            { Weight = 2 };
    }

    private static IEnumerable<Word> Windows()
    {
        for (int axis = 0; axis < 3; axis++)
        {
            double[] weights = Weights[axis];
            string text = $"Window({{0}}, {axis}, [{string.Join(", ", weights.Select(Word.Literal))}], Border.{Borders[axis]})";
            yield return Around($"Window {axis}", text, axis, v => v.Union(Interval.Point(0)) * new Interval(weights.Where(w => w < 0)
                .Sum(), weights.Where(w => w > 0).Sum())) with
            { Weight = 2 };
        }
    }

    private static IEnumerable<Word> Blurs()
    {
        yield return Around("BoxBlur", "BoxBlur({0}, 3)", 0, v => v.Union(Interval.Point(0))) with { Weight = 2 };
        yield return Around("BoxBlur of a mirror", "BoxBlur({0}, 5, Border.Reflect)", 0, v => v);
        yield return Around("GaussianBlur", "GaussianBlur({0}, 5, 1.2, Border.Replicate)", 0, v => v);
    }

    private static IEnumerable<Word> Pools()
    {
        yield return Around("MaxPool", "MaxPool({0}, 3)", 0, v => v) with { Weight = 2 };
        yield return Around("MinPool", "MinPool({0}, 3)", 0, v => v) with { Weight = 2 };
        yield return Around("MaxPoolAlong 0", "MaxPoolAlong({0}, 0, 5)", 0, v => v);
        yield return Around("MinPoolAlong 1", "MinPoolAlong({0}, 1, 3)", 1, v => v);
        yield return Around("SoftErode", "SoftErode({0})", 0, v => v);
        yield return Around("SoftSkeleton", "SoftSkeleton({0}, 1)", 0, v => v.Low >= 0 && v.High <= 1 ? new Interval(0, 1) : null);
    }

    private static IEnumerable<Word> Distances()
    {
        foreach (string spacing in (string[])["", ", 3, 0.5, 1.25"])
        {
            yield return new("DistanceTransform" + spacing, 1, $"DistanceTransform({{0}}{spacing})", (c, n, v) => c.Dimensions > 0
                ? new(new(0, MostDistance), v[0].Axes | Place(c)) : null)
            { Conditions = 1 };
        }
    }

    private static Word Around(string name, string pattern, int axis, Func<Interval, Interval?> range) =>
        new(name, 1, pattern, (c, n, v) =>
        {
            if (axis >= c.Dimensions)
                return null;

            // What is ignored is not there: windows read 0 at it, and at a pixel that is itself ignored nothing is asked.
            Interval values = c.HasIgnored ? v[0].Range.Union(Interval.Point(0)) : v[0].Range;
            return range(values) is { } result ? v[0] with { Range = result, Axes = v[0].Axes | Place(c), IsGrid = false } : null;
        });

    private static ElementAxes Place(FormulaContext context) => context.HasIgnored ? All : ElementAxes.Pixel;
}
