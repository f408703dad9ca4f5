using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>Sigmoid losses as well as tensor operations allow.</summary>
internal static class SigmoidRewrites
{
    private const double Smooth = 1e-5;

    /// <summary>One channel: its sums are scalars, and the overlap is a dot product without a temporary.</summary>
    public static Tensor BinaryDice(Tensor logits, Tensor target)
    {
        Tensor p = logits.sigmoid();
        Tensor overlap = p.flatten().dot(target.flatten());
        Tensor dice = 1 - (2 * overlap + Smooth) / (p.sum() + target.sum() + Smooth);
        return dice + binary_cross_entropy_with_logits(logits, target);
    }

    /// <summary>softplus(x) - x * y: no logarithm of a probability, one product.</summary>
    public static Tensor Binary(Tensor logits, Tensor target) =>
        softplus(logits).mean() - logits.flatten().dot(target.flatten()) / logits.numel();
}
