using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>Applies a function of numbers to values, point by point over the union of their axes.</summary>
internal static class Elementwise
{
    // A probability below it is 0 beside what is infinite: where a number rounds to 0 differs from road to road.
    private const double SmallestNormal = 1.17549435e-38;

    public static Value Map(Value a, Func<double, double> function) => new(a.Axes, a.Extents, Array.ConvertAll(a.Data, p => function(p)));

    /// <summary>A target, or 1 less a target: 0 times what is infinite is 0.</summary>
    public static Value Selecting(Value weight)
    {
        weight.Out = Array.ConvertAll(weight.Data, number => number == 0);
        return weight;
    }

    /// <summary>A probability, as <see cref="Selecting"/>.</summary>
    public static Value Share(Value probability)
    {
        probability.Out = Array.ConvertAll(probability.Data, number => number <= SmallestNormal);
        return probability;
    }

    /// <summary>The logarithm of a probability, as <see cref="Share"/>: at the class that has nearly all.</summary>
    public static Value LogShare(Value logarithm)
    {
        logarithm.Out = Array.ConvertAll(logarithm.Data, number => number >= -SmallestNormal);
        return logarithm;
    }

    /// <summary>
    /// a * b, where a 0 of what selects stays 0: the logarithm of a class that is masked is infinite, and its target and its probability
    /// are 0. NaN stays NaN.
    /// </summary>
    public static Value Product(Value a, Value b)
    {
        if (a.Out is null && b.Out is null)
            return Zip(a, b, (p, q) => p * q);
        ElementAxes axes = a.Axes | b.Axes;
        Extents extents = a.Extents.Union(b.Extents);
        bool[] isOutOfA = OutOver(a, axes, extents), isOutOfB = OutOver(b, axes, extents);
        Value broadA = Broadcast(a, axes, extents), broadB = Broadcast(b, axes, extents);
        var data = new double[isOutOfA.Length];
        for (int i = 0; i < data.Length; i++)
        {
            (double p, double q) = (broadA.Data[i], broadB.Data[i]);
            data[i] = (isOutOfA[i] && double.IsInfinity(q)) || (isOutOfB[i] && double.IsInfinity(p)) ? 0 : p * q;
            isOutOfA[i] |= isOutOfB[i];
        }

        return new Value(axes, extents, data) { Out = isOutOfA };
    }

    public static Value Quotient(Value a, Value b)
    {
        Value quotient = Zip(a, b, (p, q) => p / q);
        quotient.Out = a.Out is null ? null : OutOver(a, quotient.Axes, quotient.Extents);
        return quotient;
    }

    public static Value Negative(Value a)
    {
        Value negative = Map(a, p => -p);
        negative.Out = a.Out;
        return negative;
    }

    /// <summary>The value of one class.</summary>
    public static Value Channel(Value a, Extents extents, int index)
    {
        ElementAxes axes = a.Axes & ~ElementAxes.Class;
        Value channel = Create(axes, extents, (n, _, s) => a[n, index, s]);
        channel.Out = a.Out is null ? null : At(axes, extents, (n, _, s) => IsOut(a, n, index, s));
        return channel;
    }

    private static bool[] OutOver(Value a, ElementAxes axes, Extents extents) => a.Out is null
        ? new bool[extents.Over(axes).Count]
        : a.Axes == axes ? [.. a.Out] : At(axes, extents, (n, c, s) => IsOut(a, n, c, s));

    private static bool IsOut(Value a, int n, int c, int s) => a.Out is { } isOut && isOut[a.Extents.Offset(n, c, s)];

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

    /// <summary>A value whose numbers are still to come.</summary>
    public static Value Start(ElementAxes axes, Extents extents, double number)
    {
        var data = new double[extents.Over(axes).Count];
        Array.Fill(data, number);
        return new Value(axes, extents, data, isResult: false);
    }

    public static Value Create(ElementAxes axes, Extents extents, Func<int, int, int, double> at) =>
        new(axes, extents, At(axes, extents, at));

    private static T[] At<T>(ElementAxes axes, Extents extents, Func<int, int, int, T> at)
    {
        Extents over = extents.Over(axes);
        var data = new T[over.Count];
        int i = 0;
        for (int n = 0; n < Math.Max(over.Batch, 1); n++)
            for (int c = 0; c < Math.Max(over.Classes, 1); c++)
                for (int s = 0; s < Math.Max(over.Pixels, 1); s++)
                    data[i++] = at(n, c, s);
        return data;
    }
}
