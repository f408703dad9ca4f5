using System.Globalization;
using LossGen.Kernels;

namespace LossGen.Differential.Formulas;

/// <summary>
/// Words that join classes by their numbers: a single class, a shift, a matrix. They read elements that are ignored, too.
/// </summary>
internal static class ClassWords
{
    private static readonly double[][] Matrices =
    [
        [0, 1, 2, 0],
        [0, 1, 2.5, 1, 0, 1, -1, 1, 0],
        [0, 0.5, 0, 1, 0, 0, 0.25, 2, 1],
        [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0.5, 0, 0, 1],
    ];

    public static IReadOnlyList<Word> All { get; } =
    [
        .. Enumerable.Range(0, 3).Select(Channel),
        .. new[] { 1, -1, 2 }.Select(Shift),
        .. Matrices.Select(Transform),
    ];

    private static Word Channel(int index) => new($"Channel {index}", 1, $"Channel({{0}}, {index})", (c, n, v) =>
        index > 0 && index >= c.Classes ? null : v[0] with
        {
            Range = Words.Weighted(v[0].Range, c),
            Axes = v[0].Axes & ~ElementAxes.Class,
            IsGrid = false
        });

    private static Word Shift(int by) => new($"ShiftClasses by {by}", 2, $"ShiftClasses({{0}}, {by}, {{1}})", (c, n, v) =>
        c.Classes == 0 ? null : Words.Mixed(Words.Weighted(v[0].Range.Union(v[1].Range), c), v) with
        {
            Axes = v[0].Axes | v[1]
            .Axes | ElementAxes.Class
        });

    private static Word Transform(double[] numbers)
    {
        int classes = (int)Math.Sqrt(numbers.Length);
        string list = string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        return new($"Transform {list}", 1, $"Transform(new ClassMatrix({list}), {{0}})", (c, n, v) =>
            c.Classes != classes ? null : v[0] with
            {
                Range = Words.Weighted(v[0].Range, c) * new Interval(-1, 4.5),
                Axes = v[0].Axes | ElementAxes.Class,
                IsGrid = false
            });
    }
}
