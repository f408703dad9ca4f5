using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>Applies a function of numbers to values, point by point over the union of their axes.</summary>
internal static class Elementwise
{
    public static Value Map(Value a, Func<double, double> function) => new(a.Axes, a.Extents, Array.ConvertAll(a.Data, p => function(p)));

    public static Value Zip(Value a, Value b, Func<double, double, double> function)
    {
        if (a.Axes != b.Axes)
            return Create(a.Axes | b.Axes, a.Extents.Union(b.Extents), (n, c, s) => function(a[n, c, s], b[n, c, s]));
        var data = new double[a.Data.Length];
        for (int i = 0; i < data.Length; i++)
            data[i] = function(a.Data[i], b.Data[i]);
        return new Value(a.Axes, a.Extents, data);
    }

    public static Value Select(Value mask, Value a, Value b) => Create(
        mask.Axes | a.Axes | b.Axes,
        mask.Extents.Union(a.Extents).Union(b.Extents),
        (n, c, s) => mask[n, c, s] != 0 ? a[n, c, s] : b[n, c, s]);

    public static Value Broadcast(Value a, ElementAxes axes, Extents extents) =>
        (a.Axes | axes) == a.Axes ? a : Create(a.Axes | axes, extents, (n, c, s) => a[n, c, s]);

    public static Value Create(ElementAxes axes, Extents extents, Func<int, int, int, double> at)
    {
        Extents over = extents.Over(axes);
        var data = new double[over.Count];
        int i = 0;
        for (int n = 0; n < Math.Max(over.Batch, 1); n++)
            for (int c = 0; c < Math.Max(over.Classes, 1); c++)
                for (int s = 0; s < Math.Max(over.Pixels, 1); s++)
                    data[i++] = at(n, c, s);
        return new Value(axes, extents, data);
    }
}
