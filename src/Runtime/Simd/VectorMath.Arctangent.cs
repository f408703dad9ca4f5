using System.Runtime.CompilerServices;

namespace LossGen.Simd;

/// <content>
/// The arctangent, of numbers up to tan(pi / 8): above by atan(a) = pi / 4 + atan((a - 1) / (a + 1)), above tan(3 pi / 8) by pi / 2 +
/// atan(-1 / a).
/// </content>
internal static partial class VectorMath<V, T>
{
    /// <summary>atan(x). At most 2 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Atan(V x)
    {
        V a = V.Abs(x);
        V isMiddle = V.Greater(a, V.Create(0.41421356237309503)), isLarge = V.Greater(a, V.Create(2.414213562373095));
        V above = V.Select(isLarge, -V.One, V.Select(isMiddle, a - V.One, a));
        V below = V.Select(isLarge, a, V.Select(isMiddle, a + V.One, V.One));
        V r = above / below, z = r * r;

        // Twice pi / 4 is pi / 2 to the last bit.
        V quarters = (isMiddle & V.One) + (isLarge & V.One);
        V tail = V.MultiplyAdd(ArctangentPolynomial(z) * z, r, quarters * V.Create(IsFloat ? -2.18556950009e-8 : 3.0616169978683831e-17));
        V y = V.MultiplyAdd(quarters, V.Create(0.78539816339744831), r + tail);
        return CopySign(y, x);
    }

    /// <summary>
    /// (atan(r) / r - 1) / z with z = r^2 up to tan(pi / 8)^2: 2^-28 in float, 2^-57 in double, after multiplication by z.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ArctangentPolynomial(V z)
    {
        V q;
        if (IsFloat)
        {
            q = V.Create(-0.064517188693589580726);
            q = V.MultiplyAdd(q, z, V.Create(0.10743668324830098134));
            q = V.MultiplyAdd(q, z, V.Create(-0.14263949753605724022));
            q = V.MultiplyAdd(q, z, V.Create(0.19999540314957969397));
            return V.MultiplyAdd(q, z, V.Create(-0.33333331760434555943));
        }

        q = V.Create(-0.019175404711104933678);
        q = V.MultiplyAdd(q, z, V.Create(0.039230447784793095235));
        q = V.MultiplyAdd(q, z, V.Create(-0.050854078345894842573));
        q = V.MultiplyAdd(q, z, V.Create(0.058581409048663282818));
        q = V.MultiplyAdd(q, z, V.Create(-0.066645105255089365988));
        q = V.MultiplyAdd(q, z, V.Create(0.076921831253768920895));
        q = V.MultiplyAdd(q, z, V.Create(-0.090909045753064890845));
        q = V.MultiplyAdd(q, z, V.Create(0.11111111015187018721));
        q = V.MultiplyAdd(q, z, V.Create(-0.14285714284665680761));
        q = V.MultiplyAdd(q, z, V.Create(0.19999999999995516545));
        return V.MultiplyAdd(q, z, V.Create(-0.33333333333333330156));
    }
}
