using LossGen.Kernels;

namespace LossGen.Reference;

/// <content>Log-sum-exp and what follows from it, over the points of some axes that take part.</content>
internal sealed partial class TermScope
{
    /// <summary>log(sum of exp(v)); -infinity where nothing takes part.</summary>
    public Value LogSumExp(Value value, ElementAxes axes)
    {
        (_, Value largest, Value sum) = Exponentials(value, axes);
        return Elementwise.Zip(largest, sum, (m, s) => m + Math.Log(s));
    }

    /// <summary>
    /// exp(v) over their sum; 0 at what takes no part. NaN where the largest is infinite, as PyTorch's: shares of nothing but classes that
    /// are masked are not defined.
    /// </summary>
    public Value Softmax(Value value, ElementAxes axes)
    {
        (Value shifted, Value largest, Value sum) = Exponentials(value, axes);
        return Elementwise.Zip(shifted, Defined(sum, largest), (p, s) => double.IsNegativeInfinity(p) ? 0 : Math.Exp(p) / s);
    }

    /// <summary>The logarithm of that; -infinity at what takes no part.</summary>
    public Value LogSoftmax(Value value, ElementAxes axes)
    {
        (Value shifted, Value largest, Value sum) = Exponentials(value, axes);
        return Elementwise.Zip(shifted, Defined(sum, largest), (p, s) => double.IsNegativeInfinity(p) ? p : p - Math.Log(s));
    }

    private static Value Defined(Value sum, Value largest) => Elementwise.Zip(sum, largest, (s, m) => double.IsInfinity(m) ? double.NaN
        : s);

    // v less the largest, -infinity where it takes no part; the largest; and the sum of the exponentials of the differences.
    private (Value Shifted, Value Largest, Value Sum) Exponentials(Value value, ElementAxes axes)
    {
        bool countsPixels = axes.HasFlag(ElementAxes.Pixel) && !value.Axes.HasFlag(ElementAxes.Pixel);
        Value whole = Elementwise.Broadcast(value, countsPixels ? axes | Source.Target.Valid.Axes : axes, Source.Extents);
        Value? known = Known(value, axes);
        Value largest = Max(whole, axes, known);
        Value differences = Elementwise.Zip(whole, largest, (p, m) => p == m ? 0 : p - m);
        Value shifted = Elementwise.Start(whole.Axes, whole.Extents, double.NegativeInfinity);
        Visit(differences, axes, whole.Extents, (i, p) => shifted.Data[i] = p, known);
        return (shifted, largest, Fold(Elementwise.Map(differences, Math.Exp), axes, known).Sum);
    }
}
