namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>
/// Operations that have no derivative at some points. The gradient is in closed form and selects, but second derivatives (create_graph) are
/// taken by autograd, for which a branch that is not chosen is multiplied by 0: NaN where it is infinite or NaN. So there, and only there,
/// what is infinite counts as 0, and so does what is outside of an operation's domain. NaN that comes in stays NaN.
/// </content>
internal sealed partial class TensorInput
{
    private const double LogarithmOfZero = -1e30;

    /// <summary>a / b.</summary>
    public Tensor Divide(Tensor a, Tensor b)
    {
        if (!torch.is_grad_enabled())
            return a / b;
        Tensor isSmooth = b.ne(Hold(0));
        return Mask(isSmooth, a / torch.where(isSmooth, b, Number(1)));
    }

    /// <inheritdoc cref="Divide(Tensor, Tensor)"/>
    public Tensor Divide(Tensor a, double b) => a / Hold(b);

    /// <inheritdoc cref="Divide(Tensor, Tensor)"/>
    public Tensor Divide(double a, Tensor b) => torch.is_grad_enabled() ? Divide(Number(a), b) : Hold(a) / b;

    /// <summary>The exponential; where that is infinite a large number, whose products with others still are numbers.</summary>
    public Tensor Exp(Tensor x) => torch.is_grad_enabled() ? WithoutOverflow(x, x.detach(), static v => v.exp()) : x.exp();

    /// <summary>exp(x) - 1, as <see cref="Exp"/>.</summary>
    public Tensor Expm1(Tensor x) => torch.is_grad_enabled() ? WithoutOverflow(x, x.detach(), static v => v.expm1()) : x.expm1();

    /// <summary>The hyperbolic cosine, as <see cref="Exp"/>.</summary>
    public Tensor Cosh(Tensor x) => torch.is_grad_enabled() ? WithoutOverflow(x, x.detach().abs(), static v => v.cosh()) : x.cosh();

    /// <summary>The hyperbolic sine, as <see cref="Exp"/>.</summary>
    public Tensor Sinh(Tensor x) => torch.is_grad_enabled() ? WithoutOverflow(x, x.detach().abs(), static v => v.sinh(), isOdd: true)
        : x.sinh();

    /// <summary>The logarithm.</summary>
    public Tensor Log(Tensor x) => torch.is_grad_enabled() ? GuardedLogarithm(x, x.le(Hold(0)).logical_not(), static v => v.log())
        : x.log();

    /// <summary>log(1 + x).</summary>
    public Tensor Log1p(Tensor x) =>
        torch.is_grad_enabled() ? GuardedLogarithm(x, x.le(Hold(-1)).logical_not(), static v => v.log1p()) : x.log1p();

    /// <summary>The square root.</summary>
    public Tensor Sqrt(Tensor x) => torch.is_grad_enabled() ? Guarded(x, x.le(Hold(0)).logical_not(), static v => v.sqrt()) : x.sqrt();

    /// <summary>A power.</summary>
    public Tensor Power(Tensor x, double exponent) => !torch.is_grad_enabled() || IsPolynomial(exponent)
        ? x.pow(Hold(exponent))
        : exponent == Math.Floor(exponent) ? Guarded(x, x.ne(Hold(0)), v => v.pow(Hold(exponent)))
        : exponent < 0 ? Guarded(x, x.le(Hold(0)).logical_not(), v => v.pow(Hold(exponent)))
        : PowerOfNothing(x, Guarded(x, x.le(Hold(0)).logical_not(), v => v.pow(Hold(exponent))));

    /// <inheritdoc cref="Power(Tensor, double)"/>
    public Tensor Power(Tensor x, Tensor exponent)
    {
        if (!torch.is_grad_enabled())
            return x.pow(exponent);
        Tensor isWhole = exponent.eq(exponent.floor()), isDefined = x.ne(Hold(0)).logical_or(exponent.ge(Hold(0)));
        Tensor power = Guarded(x, x.le(Hold(0)).logical_not().logical_or(isWhole.logical_and(isDefined)), v => v.pow(exponent));
        return torch.where(isWhole.logical_or(exponent.lt(Hold(0))), power, PowerOfNothing(x, power));
    }

    // Minus infinity to a power that is not whole is infinite; where a logarithm of 0 is a number far below, so is its power a large
    // number.
    private Tensor PowerOfNothing(Tensor x, Tensor power) =>
        torch.where(x.detach().le(Hold(LogarithmOfZero / 10)), Number(x.dtype == ScalarType.Float64 ? 1e150 : 1e18), power);

    /// <summary>The logarithm of the gamma function's magnitude.</summary>
    public Tensor Lgamma(Tensor x) => OffPoles(x, static v => v.lgamma());

    /// <summary>The slope of <see cref="Lgamma"/>.</summary>
    public Tensor Digamma(Tensor x) => OffPoles(x, static v => v.digamma());

    /// <summary>The slope of <see cref="Digamma"/>. torch's own has eight digits at small numbers and more at larger ones.</summary>
    public Tensor Trigamma(Tensor x) => OffPoles(x, static v =>
    {
        const int steps = 8;
        Tensor sum = v.add(Hold(steps), Hold(1)).polygamma(1);
        for (int k = 0; k < steps; k++)
            sum = sum.add(v.add(Hold(k), Hold(1)).pow(Hold(-2)), Hold(1));
        return sum;
    });

    // The gamma function has poles at 0 and the negative whole numbers.
    private Tensor OffPoles(Tensor x, Func<Tensor, Tensor> function) => torch.is_grad_enabled()
        ? Guarded(x, x.le(Hold(0)).logical_and(x.eq(x.floor())).logical_not(), function)
        : function(x);

    // Where the exponent is too large, a large number, of the sign of x if the function is odd.
    private Tensor WithoutOverflow(Tensor x, Tensor exponent, Func<Tensor, Tensor> function, bool isOdd = false)
    {
        (double most, double large) = x.dtype == ScalarType.Float64 ? (709, 1e150) : (88, 1e18);
        Tensor isInfinite = exponent.gt(Hold(most)), limit = isOdd ? x.detach().sign() * Hold(large) : Number(large);
        return torch.where(isInfinite, limit, function(x.masked_fill(isInfinite, Hold(0))));
    }

    // Whole and not negative: smooth everywhere, and 1 for the exponent 0.
    private static bool IsPolynomial(double exponent) => exponent >= 0 && exponent == Math.Floor(exponent);

    // That of a 0 is a number far below: in a sum of exponentials it is no summand, and any number is right where it is not taken.
    private Tensor GuardedLogarithm(Tensor x, Tensor isSmooth, Func<Tensor, Tensor> function) =>
        torch.where(isSmooth, function(torch.where(isSmooth, x, Number(1))), Number(LogarithmOfZero));

    private Tensor Guarded(Tensor x, Tensor isSmooth, Func<Tensor, Tensor> function) =>
        Mask(isSmooth, function(torch.where(isSmooth, x, Number(1))));
}
