using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>Applies a function of numbers to values, point by point over the union of their axes.</summary>
internal static class Elementwise
{
    public static Value Map(Value a, Func<double, double> function, bool selects = false) =>
        new(a.Axes, a.Extents, Array.ConvertAll(a.Data, p => function(p))) { Selects = selects };

    /// <summary>a * b, where a 0 of what selects stays 0: the logarithm of a class that is masked is infinite, and its target and its probability are 0. NaN stays NaN.</summary>
    public static Value Product(Value a, Value b)
    {
        if (!a.Selects && !b.Selects)
            return Zip(a, b, (p, q) => p * q);
        bool IsOut(double p, double q) => (p == 0 && a.Selects && double.IsInfinity(q)) || (q == 0 && b.Selects && double.IsInfinity(p));
        return Zip(a, b, (p, q) => IsOut(p, q) ? 0 : p * q, selects: true);
    }

    public static Value Zip(Value a, Value b, Func<double, double, double> function, bool selects = false)
    {
        if (a.Axes != b.Axes)
            return Create(a.Axes | b.Axes, a.Extents.Union(b.Extents), (n, c, s) => function(a[n, c, s], b[n, c, s]), selects);
        var data = new double[a.Data.Length];
        for (int i = 0; i < data.Length; i++)
            data[i] = function(a.Data[i], b.Data[i]);
        return new Value(a.Axes, a.Extents, data) { Selects = selects };
    }

    public static Value Select(Value mask, Value a, Value b) => Create(
        mask.Axes | a.Axes | b.Axes,
        mask.Extents.Union(a.Extents).Union(b.Extents),
        (n, c, s) => mask[n, c, s] != 0 ? a[n, c, s] : b[n, c, s]);

    public static Value Broadcast(Value a, ElementAxes axes, Extents extents) =>
        (a.Axes | axes) == a.Axes ? a : Create(a.Axes | axes, extents, (n, c, s) => a[n, c, s]);

    /// <summary>A value whose numbers are still to come.</summary>
    public static Value Start(ElementAxes axes, Extents extents, double number)
    {
        var data = new double[extents.Over(axes).Count];
        Array.Fill(data, number);
        return new Value(axes, extents, data, isResult: false);
    }

    public static Value Create(ElementAxes axes, Extents extents, Func<int, int, int, double> at, bool selects = false)
    {
        Extents over = extents.Over(axes);
        var data = new double[over.Count];
        int i = 0;
        for (int n = 0; n < Math.Max(over.Batch, 1); n++)
            for (int c = 0; c < Math.Max(over.Classes, 1); c++)
                for (int s = 0; s < Math.Max(over.Pixels, 1); s++)
                    data[i++] = at(n, c, s);
        return new Value(axes, extents, data) { Selects = selects };
    }
}
