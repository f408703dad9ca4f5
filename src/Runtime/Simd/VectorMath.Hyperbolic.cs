using System.Runtime.CompilerServices;

namespace LossGen.Simd;

/// <content>Hyperbolic functions, of the magnitude by exp(x) - 1, so that nothing cancels near 0.</content>
internal static partial class VectorMath<V, T>
{
    /// <summary>tanh(x). At most 2.5 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        V a = V.Abs(x), q = QuarterExpm1(a + a);
        V y = V.Select(V.Greater(a, V.Create(22)), V.One, q / (q + V.Create(0.5)));
        return V.Select(V.Less(a, V.Create(1e-17)), x, CopySign(y, x));
    }

    /// <summary>sinh(x). At most 2.5 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sinh(V x)
    {
        V a = V.Abs(x), q = QuarterExpm1(a);
        V y = V.Create(2) * (q + (q / V.MultiplyAdd(q, V.Create(4), V.One)));
        y = V.Select(V.Greater(a, V.Create(HyperbolicEnd)), Infinity, y);
        return V.Select(V.Less(a, V.Create(1e-17)), x, CopySign(y, x));
    }

    /// <summary>cosh(x). At most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cosh(V x)
    {
        V a = V.Abs(x), r = Reduce(a, out V n);
        V p = V.MultiplyAdd(V.MultiplyAdd(ExpPolynomial(r), r, V.One), r, V.One);
        V quarter = p * PowerOfTwo(n - V.Create(2));
        V y = V.MultiplyAdd(quarter, V.Create(2), V.Create(0.125) / quarter);
        return V.Select(V.Greater(a, V.Create(HyperbolicEnd)), Infinity, y);
    }

    /// <summary>Above the last number with a finite result, below the last that <see cref="QuarterExpm1"/> takes.</summary>
    private static double HyperbolicEnd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsFloat ? 89.5 : 710.5;
    }
}
