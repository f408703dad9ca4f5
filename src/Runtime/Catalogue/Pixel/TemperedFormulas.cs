using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Exponential and logarithm with a temperature t, which at 1 are the ordinary ones, and what is built of them. The logarithm of a tempered
/// partition function is found by five steps: of a fixed point for t above 1, of a bisection below.
/// </summary>
internal static class TemperedFormulas
{
    /// <summary>
    /// The tempered exponential of a number that is not positive: <c>max(1 + (1 - t) * u, 0) ^ (1 / (1 - t))</c>. For t above 1 the base is
    /// at least 1; ignored elements may have positive numbers, whose power should not be NaN.
    /// </summary>
    internal static Value Exponential(Value u, double t) =>
        t == 1 ? Exp(u) : RegionFormulas.PowerOfPositive(Max(1 + (1 - t) * u, t > 1 ? 0.5 : 0), 1 / (1 - t));

    /// <summary>The tempered logarithm: <c>(u ^ (1 - t) - 1) / (1 - t)</c>; at least -100.</summary>
    internal static Value Logarithm(Value u, double t) =>
        t == 1 ? Max(Log(u), -100) : (RegionFormulas.PowerOfPositive(u, 1 - t) - 1) / (1 - t);

    /// <summary>The divergence of one class; tiny numbers keep its logarithm from 0.</summary>
    internal static Value Divergence(Value p, Value y, double t) =>
        y * (Logarithm(y + 1e-10, t) - Logarithm(p, t)) + (RegionFormulas.PowerOfPositive(p, 2 - t) - RegionFormulas.PowerOfPositive(y,
            2 - t)) / (2 - t);

    /// <summary>Moves the share s of the target to each of the other classes; a class that is alone keeps all of it.</summary>
    internal static Value Smooth(Value y, double s, Value classes) =>
        s == 0 ? y : Shared(y, Where(classes > 1, s, 0), classes, Max(classes - 1, 1));

    /// <summary>One step of the fixed point: the factor of the logits from a sum of exponentials.</summary>
    internal static Value Factor(Value sum, double t) => Pow(sum, 1 - t);

    /// <summary>The logarithm of the partition function from the last sum.</summary>
    internal static Value Normalizer(Value sum, double t) => (1 - Pow(sum, t - 1)) / (1 - t);

    /// <summary>One step of the bisection: from where a part is added while the sum of exponentials is not below 1.</summary>
    internal static Value Raise(Value lower, Value part, Value sum) => Where(sum < 1, lower, lower + part);

    private static Value Shared(Value y, Value s, Value classes, Value others) => (1 - s * classes / others) * y + s / others;
}
