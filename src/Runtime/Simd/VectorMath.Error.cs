using System.Runtime.CompilerServices;

namespace LossGen.Simd;

/// <content>
/// The error function: up to 1 a polynomial in the square, above 1 - exp(-a^2) q with q by a polynomial in (a - 2) / (a + 2).
/// </content>
internal static partial class VectorMath<V, T>
{
    /// <summary>erf(x). At most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf(V x)
    {
        // The bound first: x is handed on if it is NaN.
        V two = V.Create(2), a = V.MinNative(V.Create(IsFloat ? 4 : 6), V.Abs(x));
        V z = a * a;
        V small = V.MultiplyAdd(a, ErrorSquare(z), a), large = V.One - (ExpNonPositive(-z) * ErrorRest((a - two) / (a + two)));
        return CopySign(V.Select(V.LessOrEqual(a, V.One), small, large), x);
    }

    /// <summary>erf(x) / x - 1 in z = x^2 from 0 to 1: 2^-29 in float, 2^-54 in double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ErrorSquare(V z)
    {
        V q;
        if (IsFloat)
        {
            q = V.Create(7.875875062685488e-05);
            q = V.MultiplyAdd(q, z, V.Create(-0.000801686428716587));
            q = V.MultiplyAdd(q, z, V.Create(0.005189087423433974));
            q = V.MultiplyAdd(q, z, V.Create(-0.026854212010626412));
            q = V.MultiplyAdd(q, z, V.Create(0.11283594715160218));
            q = V.MultiplyAdd(q, z, V.Create(-0.37612626666720334));
            return V.MultiplyAdd(q, z, V.Create(0.1283791658483509));
        }

        q = V.Create(-7.795898827002142e-10);
        q = V.MultiplyAdd(q, z, V.Create(1.3720064546777686e-08));
        q = V.MultiplyAdd(q, z, V.Create(-1.6208483801871705e-07));
        q = V.MultiplyAdd(q, z, V.Create(1.6447424703317362e-06));
        q = V.MultiplyAdd(q, z, V.Create(-1.492473690741966e-05));
        q = V.MultiplyAdd(q, z, V.Create(0.00012055294904839707));
        q = V.MultiplyAdd(q, z, V.Create(-0.0008548325975389692));
        q = V.MultiplyAdd(q, z, V.Create(0.0052239776071164225));
        q = V.MultiplyAdd(q, z, V.Create(-0.02686617064323777));
        q = V.MultiplyAdd(q, z, V.Create(0.11283791670945006));
        q = V.MultiplyAdd(q, z, V.Create(-0.37612638903183543));
        return V.MultiplyAdd(q, z, V.Create(0.1283791670955126));
    }

    /// <summary>
    /// exp(x^2) (1 - erf(x)) in u = (x - 2) / (x + 2), x from 1 to 4 or 6, with an error behind exp(-x^2) of 2^-28 in float, 2^-56 in
    /// double.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ErrorRest(V u)
    {
        V q;
        if (IsFloat)
        {
            q = V.Create(-0.0008379754387023134);
            q = V.MultiplyAdd(q, u, V.Create(0.006811140131085635));
            q = V.MultiplyAdd(q, u, V.Create(0.0037323717589395444));
            q = V.MultiplyAdd(q, u, V.Create(-0.07896830612793473));
            q = V.MultiplyAdd(q, u, V.Create(0.2416582015255602));
            q = V.MultiplyAdd(q, u, V.Create(-0.4271859897684867));
            return V.MultiplyAdd(q, u, V.Create(0.25539567631050575));
        }

        q = V.Create(3.917059299925389e-06);
        q = V.MultiplyAdd(q, u, V.Create(1.820143195975009e-06));
        q = V.MultiplyAdd(q, u, V.Create(-1.4067532694582058e-05));
        q = V.MultiplyAdd(q, u, V.Create(-2.7647305443610053e-05));
        q = V.MultiplyAdd(q, u, V.Create(2.754312818566672e-05));
        q = V.MultiplyAdd(q, u, V.Create(0.00017436697232946864));
        q = V.MultiplyAdd(q, u, V.Create(4.3554202452705896e-05));
        q = V.MultiplyAdd(q, u, V.Create(-0.0009819773208131022));
        q = V.MultiplyAdd(q, u, V.Create(-0.0008471431980760424));
        q = V.MultiplyAdd(q, u, V.Create(0.006997461747753573));
        q = V.MultiplyAdd(q, u, V.Create(0.00373289240349224));
        q = V.MultiplyAdd(q, u, V.Create(-0.07897858101585253));
        q = V.MultiplyAdd(q, u, V.Create(0.24165819424246987));
        q = V.MultiplyAdd(q, u, V.Create(-0.4271858474139579));
        return V.MultiplyAdd(q, u, V.Create(0.25539567631050575));
    }
}
