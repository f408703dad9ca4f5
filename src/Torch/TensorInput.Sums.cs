namespace LossGen.Generated;

using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>Sums over the pixels that need no tensor of what is summed.</content>
internal sealed partial class TensorInput
{
    // So many numbers are added up in float, then the sums.
    private const int LongestDot = 1 << 16, ShortestDot = 1 << 12;

    /// <summary>The sum of <see cref="BinaryEntropy"/> over the pixels of each image.</summary>
    public Tensor BinaryEntropyS(Tensor x, Tensor weight, Tensor? sigmoid = null) => BinaryEntropySum(x, weight, sigmoid, 2);

    /// <summary>The sum of <see cref="BinaryEntropy"/> over the pixels of all images.</summary>
    public Tensor BinaryEntropyNS(Tensor x, Tensor weight, Tensor? sigmoid = null) => BinaryEntropySum(x, weight, sigmoid, 0, 2);

    // Of the tails, -log(sigmoid(|x|)), one logarithm is taken of a product of as many as float has room for: each factor is at least 1/2.
    private Tensor BinaryEntropySum(Tensor x, Tensor weight, Tensor? sigmoid, params long[] axes)
    {
        if (torch.is_grad_enabled())
            return Sum(BinaryEntropy(x, weight), axes);
        const int most = 5;
        const long few = 1 << 14;
        Tensor head;
        using (Tensor both = x.clamp_min(Hold(0)).addcmul_(x, weight, Hold(-1)))
            head = Sum(both, axes);

        // The larger of a sigmoid and what it lacks to 1 is that of |x|.
        Tensor product = sigmoid is null ? x.abs().sigmoid_() : (sigmoid - Hold(0.5)).abs_().add_(Hold(0.5), Hold(1));
        long half = product.shape[2];
        for (int k = 0; k < most && half > few && half % 2 == 0; k++)
        {
            half /= 2;
            product = product.narrow(2, 0, half).mul_(product.narrow(2, half, half));
        }

        return head.sub_(Sum(product.log(), axes));
    }

    /// <summary>The sum of a product over the pixels of each image.</summary>
    public Tensor ProductSumS(Tensor a, Tensor b) => ProductSum(a, b, 2);

    /// <summary>The sum of a product over the pixels of all images.</summary>
    public Tensor ProductSumNS(Tensor a, Tensor b) => ProductSum(a, b, 0, 2);

    private Tensor ProductSum(Tensor a, Tensor b, params long[] axes)
    {
        long parts = 1;
        while (pixels % (2 * parts) == 0 && pixels > parts * LongestDot)
            parts *= 2;
        if (X.device_type != DeviceType.CPU || torch.is_grad_enabled() || pixels / parts < ShortestDot || !AreWhole(a, b))
            return Sum(a * b, axes);
        if (batch * classes * parts == 1)
            return a.reshape(pixels).dot(b.reshape(pixels)).reshape(1, 1, 1);
        Tensor first = a.reshape(batch * classes * parts, pixels / parts), second = b.reshape(batch * classes * parts, pixels / parts);
        var sums = new Tensor[batch * classes * parts];
        for (int k = 0; k < sums.Length; k++)
            sums[k] = first[k].dot(second[k]);
        return Sum(torch.stack(sums).reshape(batch, classes, parts), axes);
    }

    private bool AreWhole(params Tensor[] values)
    {
        foreach (Tensor value in values)
        {
            if (value.numel() != batch * classes * pixels || value.dtype != X.dtype || !value.is_contiguous())
                return false;
        }

        return true;
    }
}
