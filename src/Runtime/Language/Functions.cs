using LossGen.Kernels;
using LossGen.Reference;

namespace LossGen;

/// <summary>
/// The functions of formulas; write <c>using static LossGen.Functions;</c>. Those of this part work point by point and broadcast
/// over the union of the axes. Derivatives at kinks are PyTorch's.
/// </summary>
public static partial class Functions
{
    /// <summary>The absolute value. Its derivative at 0 is 0.</summary>
    public static Value Abs(Value v) => Elementwise.Map(v, Math.Abs);

    /// <summary>-1, 0 or 1. Its derivative is 0.</summary>
    public static Value Sign(Value v) => Elementwise.Map(v, Accurate.Sign);

    /// <summary>The exponential.</summary>
    public static Value Exp(Value v) => Elementwise.Map(v, Math.Exp);

    /// <summary>The natural logarithm. Prefer <see cref="Prediction.LogProbability"/> to the logarithm of a probability.</summary>
    public static Value Log(Value v) => v.Logarithm ?? Elementwise.Map(v, Math.Log);

    /// <summary>log(1 + v), accurate near 0.</summary>
    public static Value Log1p(Value v) => Elementwise.Map(v, Accurate.Log1p);

    /// <summary>exp(v) - 1, accurate near 0.</summary>
    public static Value Expm1(Value v) => Elementwise.Map(v, Accurate.Expm1);

    /// <summary>The square root. Its derivative at 0 is infinite.</summary>
    public static Value Sqrt(Value v) => Elementwise.Map(v, Math.Sqrt);

    /// <summary>v * v.</summary>
    public static Value Square(Value v) => Elementwise.Map(v, p => p * p);

    /// <summary>1 / (1 + exp(-v)).</summary>
    public static Value Sigmoid(Value v) => Elementwise.Map(v, Accurate.Sigmoid);

    /// <summary>log(sigmoid(v)), finite where v is.</summary>
    public static Value LogSigmoid(Value v) => Elementwise.Map(v, p => -Accurate.Softplus(-p));

    /// <summary>log(1 + exp(v)), without overflow.</summary>
    public static Value Softplus(Value v) => Elementwise.Map(v, Accurate.Softplus);

    /// <summary>The hyperbolic tangent.</summary>
    public static Value Tanh(Value v) => Elementwise.Map(v, Math.Tanh);

    /// <summary>The angle whose tangent the value is, from -pi / 2 to pi / 2.</summary>
    public static Value Atan(Value v) => Elementwise.Map(v, Math.Atan);

    /// <summary>
    /// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to the value. Its derivative is 2 / sqrt(pi) exp(-v^2).
    /// </summary>
    public static Value Erf(Value v) => Elementwise.Map(v, ScalarMath.Erf);

    /// <summary>
    /// log |gamma(v)|: the logarithm of a factorial, with which likelihoods of counts, proportions and durations are normalised. Infinite
    /// at 0 and the negative whole numbers. Its derivative is <see cref="Digamma"/>.
    /// </summary>
    public static Value Lgamma(Value v) => Elementwise.Map(v, ScalarMath.Lgamma);

    /// <summary>
    /// The derivative of <see cref="Lgamma"/>. Infinite at 0, NaN at the negative whole numbers. Its own derivative is the trigamma
    /// function.
    /// </summary>
    public static Value Digamma(Value v) => Elementwise.Map(v, ScalarMath.Digamma);

    /// <summary>The hyperbolic sine.</summary>
    public static Value Sinh(Value v) => Elementwise.Map(v, Math.Sinh);

    /// <summary>The hyperbolic cosine.</summary>
    public static Value Cosh(Value v) => Elementwise.Map(v, Math.Cosh);

    /// <summary>log(cosh(v)): half of v * v near 0, |v| - log(2) far away, without overflow.</summary>
    public static Value LogCosh(Value v) => Elementwise.Map(v, Accurate.LogCosh);

    /// <summary>
    /// The base to the power of the exponent, by the rules of IEEE 754: <c>Pow(0, 0)</c> is 1. But exponents like 0.5 and -0.5 are roots:
    /// of negative infinity they are NaN.
    /// </summary>
    public static Value Pow(Value @base, Value exponent) => Elementwise.Zip(@base, exponent,
        (x, y) => double.IsNegativeInfinity(x) && Math.Abs(y % 1) == 0.5 ? double.NaN : Math.Pow(x, y));

    /// <summary>The smaller; NaN if either is NaN. Where both are equal each has half of the derivative.</summary>
    public static Value Min(Value a, Value b) => Elementwise.Zip(a, b, Math.Min);

    /// <summary>The larger; NaN if either is NaN. Where both are equal each has half of the derivative.</summary>
    public static Value Max(Value a, Value b) => Elementwise.Zip(a, b, Math.Max);

    /// <summary>
    /// The value, but at least <paramref name="low"/> and at most <paramref name="high"/>. The derivative is 1 on the bounds and 0 outside.
    /// </summary>
    public static Value Clamp(Value v, Value low, Value high) =>
        Elementwise.Zip(Elementwise.Zip(v, low, Math.Max), high, Math.Min);

    /// <summary>
    /// <paramref name="a"/> where the condition is true, elsewhere <paramref name="b"/>. The derivative goes to the chosen one alone: what
    /// the other would have is of no account, be it NaN.
    /// </summary>
    public static Value Where(Condition condition, Value a, Value b)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Elementwise.Select(condition.Mask, a, b);
    }

    /// <summary>a / b, and <paramref name="ifZero"/> where b is 0.</summary>
    public static Value Divide(Value a, Value b, Value ifZero) => Where(EqualTo(b, 0), ifZero, a / b);

    /// <summary>Where both are equal; NaN equals nothing.</summary>
    public static Condition EqualTo(Value a, Value b) => new(Elementwise.Zip(a, b, (p, q) => p == q ? 1 : 0));

    /// <summary>The value of one class. A value without classes is left as it is.</summary>
    /// <param name="v">The value.</param>
    /// <param name="index">The number of the class, from 0; known at compile time.</param>
    public static Value Channel(Value v, int index) => TermScope.Current.Channel(v, index);

    /// <summary>
    /// The product of a matrix and the classes of a value: for class i the sum over all classes j of <c>matrix[i, j] * v[j]</c>.
    /// </summary>
    public static Value Transform(ClassMatrix matrix, Value v) => TermScope.Current.Transform(matrix, v);

    /// <summary>The largest number of a matrix; 1 of one that is not given.</summary>
    public static Value Largest(ClassMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        return matrix.Largest;
    }

    /// <summary>
    /// The value of the class <paramref name="by"/> places before, and <paramref name="fill"/> at the first classes, which have none;
    /// behind, and at the last classes, where <paramref name="by"/> is negative. So <c>ShiftClasses(v, 1, 0)</c> is 0, v[0], v[1], ...:
    /// what losses of ordered classes compare a class with. It goes over all classes of the loss, also those that the term leaves out. The
    /// loss has to state <see cref="LossAttribute.Classes"/>. The derivative is the shift the other way.
    /// </summary>
    /// <param name="v">The value. One without classes is the same at each.</param>
    /// <param name="by">How many classes, known at compile time.</param>
    /// <param name="fill">What classes have that get no value.</param>
    public static Value ShiftClasses(Value v, int by, Value fill) => TermScope.Current.ShiftClasses(v, by, fill);

    /// <summary>
    /// For each point the sum of <paramref name="v"/> over the points with a larger key, or the same key and an earlier place, and the
    /// point itself: sums go over the pixels of the batch, or of each image where the loss says <see cref="LossAttribute.PerImage"/>, for
    /// each class apart. <c>RunningSum(1, keys)</c> is the rank of a point, 1 for the largest key. It is a constant for the derivative, so
    /// <paramref name="v"/> may not depend on the prediction.
    /// </summary>
    public static Value RunningSum(Value v, Value keys) => TermScope.Current.RunningSum(v, keys, TermScope.Current.SumAxes);

    /// <summary><see cref="RunningSum"/> over the pixels of all images, whatever the loss says.</summary>
    public static Value RunningTotal(Value v, Value keys) => TermScope.Current.RunningSum(v, keys, AllPixels);

    /// <summary>The value itself; for the derivative it is a constant.</summary>
    public static Value Detach(Value v) => TermScope.Current.Detach(v);
}
