using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>torch's own fused losses.</summary>
internal static class TorchLosses
{
    public static Tensor CrossEntropy(Tensor logits, Tensor target) => cross_entropy(logits, target);

    public static Tensor Binary(Tensor logits, Tensor target) => binary_cross_entropy_with_logits(logits, target);
}
