namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>Operations that mix numbers and tensors, that keep (N, C, S), or that TorchSharp lacks.</content>
internal sealed partial class TensorInput
{
    /// <summary>A number as a tensor.</summary>
    public Tensor Number(double value) => torch.full(1, 1, 1, Hold(value), dtype: X.dtype, device: X.device);

    /// <summary>A condition that holds everywhere or nowhere.</summary>
    public Tensor Always(bool holds) => torch.full(1, 1, 1, Hold(holds ? 1 : 0), dtype: ScalarType.Bool, device: X.device);

    /// <summary>a + b.</summary>
    public Tensor Add(Tensor a, Tensor b) => a.add(b, Hold(1));

    /// <inheritdoc cref="Add(Tensor, Tensor)"/>
    public Tensor Add(Tensor a, double b) => a.add(Hold(b), Hold(1));

    /// <inheritdoc cref="Add(Tensor, Tensor)"/>
    public Tensor Add(double a, Tensor b) => Add(b, a);

    /// <summary>a - b.</summary>
    public Tensor Subtract(Tensor a, double b) => a - Hold(b);

    /// <inheritdoc cref="Subtract(Tensor, double)"/>
    public Tensor Subtract(double a, Tensor b) => PutSum(-b, a);

    /// <summary>a * b.</summary>
    public Tensor Multiply(double a, Tensor b) => b * Hold(a);

    /// <inheritdoc cref="Multiply(double, Tensor)"/>
    public Tensor Multiply(Tensor a, double b) => a * Hold(b);

    /// <summary>Where a value is a number.</summary>
    public Tensor Equal(Tensor a, double b) => a.eq(Hold(b));

    /// <summary>Where a value is less than a number.</summary>
    public Tensor Less(Tensor a, double b) => a.lt(Hold(b));

    /// <summary>Where a value is at most a number.</summary>
    public Tensor LessOrEqual(Tensor a, double b) => a.le(Hold(b));

    /// <summary>Where a value is greater than a number.</summary>
    public Tensor Greater(Tensor a, double b) => a.gt(Hold(b));

    /// <summary>Where a value is at least a number.</summary>
    public Tensor GreaterOrEqual(Tensor a, double b) => a.ge(Hold(b));

    /// <summary>A condition as the numbers 1 and 0.</summary>
    public Tensor Indicator(Tensor condition) => condition.to_type(X.dtype);

    /// <summary>a where the condition holds, else b.</summary>
    public Tensor Where(Tensor condition, Tensor a, Tensor b) => torch.where(condition, a, b);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public Tensor Where(Tensor condition, double a, Tensor b) => torch.where(condition, Number(a), b);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public Tensor Where(Tensor condition, Tensor a, double b) => torch.where(condition, a, Number(b));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public Tensor Where(Tensor condition, double a, double b) => torch.where(condition, Number(a), Number(b));

    /// <summary>The smaller of two.</summary>
    public Tensor Minimum(Tensor a, Tensor b) => torch.minimum(a, b);

    /// <inheritdoc cref="Minimum(Tensor, Tensor)"/>
    public Tensor Minimum(Tensor a, double b) => a.clamp_max(Hold(b));

    /// <inheritdoc cref="Minimum(Tensor, Tensor)"/>
    public Tensor Minimum(double a, Tensor b) => b.clamp_max(Hold(a));

    /// <summary>The larger of two.</summary>
    public Tensor Maximum(Tensor a, Tensor b) => torch.maximum(a, b);

    /// <inheritdoc cref="Maximum(Tensor, Tensor)"/>
    public Tensor Maximum(Tensor a, double b) => a.clamp_min(Hold(b));

    /// <inheritdoc cref="Maximum(Tensor, Tensor)"/>
    public Tensor Maximum(double a, Tensor b) => b.clamp_min(Hold(a));

    /// <summary>
    /// The value between two bounds; the upper one wins where they cross. For autograd as selections: libtorch's own clamp takes no bounds
    /// with axes that the value lacks, and gives equal bounds no gradient.
    /// </summary>
    public Tensor Clamp(Tensor value, Tensor low, Tensor high)
    {
        if (!torch.is_grad_enabled())
            return torch.clamp(value, low, high);
        Tensor raised = torch.where(value.lt(low).logical_or(low.isnan()), low, value);
        return torch.where(raised.gt(high).logical_or(high.isnan()), high, raised);
    }

    /// <inheritdoc cref="Clamp(Tensor, Tensor, Tensor)"/>
    public Tensor Clamp(Tensor value, double low, Tensor high) => Clamp(value, Number(low), high);

    /// <inheritdoc cref="Clamp(Tensor, Tensor, Tensor)"/>
    public Tensor Clamp(Tensor value, Tensor low, double high) => Clamp(value, low, Number(high));

    /// <inheritdoc cref="Clamp(Tensor, Tensor, Tensor)"/>
    public Tensor Clamp(Tensor value, double low, double high) => Clamp(value, Number(low), Number(high));

    /// <summary>
    /// The exponential, in the memory of a tensor that nobody else reads and that has all axes of the result. Where autograd records, in
    /// new memory.
    /// </summary>
    public Tensor PutExp(Tensor own) => torch.is_grad_enabled() ? Exp(own) : own.exp_();

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutSigmoid(Tensor own) => torch.is_grad_enabled() ? own.sigmoid() : own.sigmoid_();

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutNegative(Tensor own) => torch.is_grad_enabled() ? -own : own.neg_();

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutProduct(Tensor own, Tensor factor) => torch.is_grad_enabled() ? own * factor : own.mul_(factor);

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutProduct(Tensor own, double factor) => torch.is_grad_enabled() ? Multiply(own, factor) : own.mul_(Hold(factor));

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutSum(Tensor own, Tensor other) => torch.is_grad_enabled() ? Add(own, other) : own.add_(other, Hold(1));

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutSum(Tensor own, double other) => torch.is_grad_enabled() ? Add(own, other) : own.add_(Hold(other), Hold(1));

    /// <inheritdoc cref="PutExp"/>
    public Tensor PutDifference(Tensor own, Tensor other) => torch.is_grad_enabled() ? own - other : own.sub_(other);

    /// <summary>own + sign * a * b, as <see cref="PutExp"/>: one operation.</summary>
    public Tensor PutProductSum(Tensor own, Tensor a, Tensor b, double sign) =>
        torch.is_grad_enabled() ? own.addcmul(a, b, Hold(sign)) : own.addcmul_(a, b, Hold(sign));

    /// <summary>A tensor of its own with the extents of these axes: the same numbers along those that it lacks.</summary>
    public Tensor Spread(Tensor value, bool overBatch, bool overClasses, bool overPixels) =>
        value.expand(overBatch ? batch : 1, overClasses ? classes : 1, overPixels ? pixels : 1).alias();

    /// <summary>
    /// log(1 + exp(x)) without overflow. Its second derivative is 0 far below 0, where autograd's is infinity by infinity.
    /// </summary>
    public Tensor Softplus(Tensor x)
    {
        if (!torch.is_grad_enabled())
            return torch.logaddexp(x, Number(0));
        double lowest = X.dtype == ScalarType.Float64 ? -700 : -85;
        return torch.logaddexp(x.clamp_min(Hold(lowest)), Number(0));
    }

    /// <summary>
    /// log(1 + exp(-|x|)), what both sides of a binary cross-entropy have in common. A sigmoid at most 1/2 has all its digits, and costs a
    /// third of an exponential.
    /// </summary>
    public Tensor SoftplusTail(Tensor x) =>
        torch.is_grad_enabled() ? Softplus(-x.abs()) : x.abs().neg_().sigmoid_().neg_().log1p_().neg_();

    /// <summary>
    /// log(1 + exp(x)), from the tail that it has in common with that of -x. For autograd, which knows no slope of a maximum and a
    /// magnitude at 0, by itself.
    /// </summary>
    public Tensor Softplus(Tensor x, Tensor tail) => torch.is_grad_enabled() ? Softplus(x) : x.clamp_min(Hold(0)).add_(tail, Hold(1));

    /// <summary>w * log(1 + exp(-x)) + (1 - w) * log(1 + exp(x)), as max(x, 0) - w * x and the tail.</summary>
    public Tensor BinaryEntropy(Tensor x, Tensor weight)
    {
        if (torch.is_grad_enabled())
            return Softplus(x) - (x * weight);
        Tensor head = x.clamp_min(Hold(0)).addcmul_(x, weight, Hold(-1));
        return head.sub_(x.abs().neg_().sigmoid_().neg_().log1p_());
    }

    /// <summary>log(cosh(x)) without overflow, and with its digits near 0.</summary>
    public Tensor LogCosh(Tensor x)
    {
        Tensor magnitude = x.abs(), isNear = magnitude.lt(Hold(40)), sinh = (torch.where(isNear, x, Number(0)) * Hold(0.5)).sinh();
        return torch.where(isNear, (sinh * sinh * Hold(2)).log1p(), magnitude - Hold(Math.Log(2)));
    }

    /// <summary>
    /// Logits of a softmax, -infinity where a class takes no part. Where none does there is no softmax, and autograd would multiply by 0
    /// what is not a number.
    /// </summary>
    public Tensor OfSomeClasses(Tensor x)
    {
        if (!torch.is_grad_enabled())
            return x;
        Tensor largest = x.detach().amax(new long[] { 1 }, keepdim: true);
        return torch.where(largest.ne(Hold(double.NegativeInfinity)), x, OfNoClass(x));
    }

    /// <summary>1 - softmax without cancellation: for the largest class the sum of the others.</summary>
    public Tensor SoftmaxComplement(Tensor x)
    {
        Tensor p = x.softmax(1), largest = x.argmax(1, keepdim: true);
        Tensor others = p.scatter(1, largest, torch.zeros_like(largest, dtype: x.dtype)).sum(1, keepdim: true);
        return Subtract(1, p).scatter(1, largest, others);
    }

    /// <summary>The largest over the classes.</summary>
    public Tensor ClassMaximum(Tensor x)
    {
        Tensor largest = x.amax(new long[] { 1 }, keepdim: true);
        if (!torch.is_grad_enabled())
            return largest;

        return torch.where(largest.ne(Hold(double.NegativeInfinity)), largest, OfNoClass(x));
    }

    // Instead of -infinity where no class takes part, which autograd would multiply by 0: a number far below for a pixel that counts all
    // the same and for a statistic, else 0.
    private Tensor OfNoClass(Tensor x)
    {
        bool isPixel = x.shape[0] == batch && x.shape[2] == pixels;
        Tensor lowest = Number(-1e30);
        return Valid is null || !isPixel ? lowest : Mask(Valid.any(1, keepdim: true), lowest);
    }

    /// <summary>The largest over the pixels.</summary>
    public Tensor MaximumS(Tensor x) => Largest(x, 2);

    /// <summary>The largest over the images.</summary>
    public Tensor MaximumN(Tensor x) => Largest(x, 0);

    /// <summary>The largest over images and pixels.</summary>
    public Tensor MaximumNS(Tensor x) => Largest(x, 0, 2);

    // -infinity where no pixel takes part, which autograd would multiply by 0: a number far below.
    private Tensor Largest(Tensor x, params long[] axes)
    {
        Tensor largest = x.amax(axes, keepdim: true);
        return torch.is_grad_enabled() ? torch.where(largest.ne(Hold(double.NegativeInfinity)), largest, Number(-1e30)) : largest;
    }

    /// <summary>A condition that holds for the listed classes, all if none is listed, as (1, C, 1).</summary>
    public Tensor ClassSet(bool includeBackground, params int[] only)
    {
        Tensor index = Range(ScalarType.Int64);
        Tensor? listed = null;
        foreach (int c in only)
            listed = listed is null ? index.eq(Hold(c)) : listed.logical_or(index.eq(Hold(c)));
        if (includeBackground)
            return listed ?? index.ge(Hold(0));
        Tensor foreground = index.gt(Hold(0));
        return listed is null ? foreground : foreground.logical_and(listed);
    }

    /// <summary>One number a class, as (1, C, 1).</summary>
    public Tensor PerClass(double[] numbers)
    {
        if (numbers.Length != classes)
        {
            throw new ArgumentException(
                $"input has {classes} classes, and the loss declares {numbers.Length} numbers, one a class.", "input");
        }

        return ClassTable.Get(numbers, X.dtype, X.device);
    }

    /// <summary>A run-time parameter with one number a class, as (1, C, 1).</summary>
    public Tensor PerClass(int singleParameters, int index)
    {
        int count = checked((int)classes);
        double[] numbers = Parameters.AsSpan(checked(singleParameters + (index * count)), count).ToArray();
        return torch.tensor(numbers, new long[] { 1, count, 1 }, dtype: X.dtype, device: X.device);
    }

    /// <summary>The sum over the images.</summary>
    public Tensor SumN(Tensor value) => Sum(value, 0);

    /// <summary>The sum over the classes.</summary>
    public Tensor SumC(Tensor value) => IsFast(value) ? torch.matmul(torch.ones(new long[] { 1, 1, classes }, dtype: value.dtype,
        device: value.device), value) : Sum(value, 1);

    // As a product of matrices, which libtorch has a faster loop for.
    private bool IsFast(Tensor value) => X.device_type == DeviceType.CPU && classes > 1 && value.dtype == X.dtype && value.numel() == batch
        * classes * pixels;

    /// <summary>
    /// The sum over the classes of a number a class, (N or 1, C, 1), times a value, (N, C, S). On other devices than the CPU not as a
    /// product of matrices, which may be computed with fewer digits there.
    /// </summary>
    public Tensor Contract(Tensor vector, Tensor value) =>
        X.device_type == DeviceType.CPU ? torch.matmul(vector.transpose(1, 2), value) : SumC(vector * value);

    /// <summary>The sum over the pixels.</summary>
    public Tensor SumS(Tensor value) => Sum(value, 2);

    /// <summary>The sum over images and classes.</summary>
    public Tensor SumNC(Tensor value) => Sum(value, 0, 1);

    /// <summary>The sum over images and pixels.</summary>
    public Tensor SumNS(Tensor value) => Sum(value, 0, 2);

    /// <summary>The sum over classes and pixels.</summary>
    public Tensor SumCS(Tensor value) => Sum(value, 1, 2);

    /// <summary>The sum over everything.</summary>
    public Tensor SumNCS(Tensor value) => Sum(value, 0, 1, 2);

    // A condition is counted.
    private Tensor Sum(Tensor value, params long[] axes) => value.sum(axes, keepdim: true, type: X.dtype);
}
