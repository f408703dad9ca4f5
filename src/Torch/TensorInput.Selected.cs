namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>
/// Selections. libtorch's own branch on the CPU, number by number, which takes ten times as long where nobody can foresee the branch: there
/// the bits of a number are kept or cleared.
/// </content>
internal sealed partial class TensorInput
{
    // From here on the operations on bits take less than the branches.
    private const long ManyConditions = 1 << 12;

    /// <summary>The value where the condition holds, else 0: a selection, not a product.</summary>
    public Tensor Mask(Tensor condition, Tensor value) =>
        HasBits(condition) && value.dtype == X.dtype ? Cleared(condition, value) : torch.where(condition, value, Number(0));

    /// <inheritdoc cref="Mask(Tensor, Tensor)"/>
    public Tensor Mask(Tensor condition, double value) =>
        HasBits(condition) && double.IsFinite(value) ? PutProduct(Indicator(condition), value)
        : torch.where(condition, Number(value), Number(0));

    /// <summary>-1, 0 or 1; NaN of NaN, of which torch's own is 0.</summary>
    public Tensor Sign(Tensor x)
    {
        if (torch.is_grad_enabled())
            return x.sign().masked_fill_(x.isnan(), Hold(double.NaN));

        // Even the smallest numbers are beyond 1 when they are multiplied by a large one twice.
        Scalar large = Hold(x.dtype == ScalarType.Float64 ? 1e200 : 1e30);
        return x.mul(large).mul_(large).clamp_(Hold(-1), Hold(1));
    }

    private bool HasBits(Tensor condition) =>
        X.device_type == DeviceType.CPU && !torch.is_grad_enabled() && condition.numel() >= ManyConditions;

    private static Tensor Cleared(Tensor condition, Tensor value)
    {
        long[] shape = condition.shape, other = value.shape;
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = Math.Max(shape[axis], other[axis]);
        Tensor result = torch.empty(shape, dtype: value.dtype, device: torch.CPU);
        Tensor bits = TensorMemory.Bits(result);

        // All bits of -1 are set.
        bits.copy_(condition).neg_().bitwise_and_(TensorMemory.Bits(value.contiguous()));
        return result;
    }
}
