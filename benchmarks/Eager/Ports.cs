using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>
/// The losses as a user ports them from PyTorch to TorchSharp: softmax, one-hot, permute, sums over batch and pixels, torch's own
/// cross-entropy beside them. Written for the reader, term after term; each knows nothing of the others.
/// </summary>
internal static class Ports
{
    private const double Smooth = 1e-5;

    public static Tensor DiceCrossEntropy(Tensor logits, Tensor target) => Dice(logits, target) + cross_entropy(logits, target);

    /// <summary>Logits of another size than the target's, as `interpolate` with aligned corners resizes them.</summary>
    public static Tensor ResizedDice(Tensor logits, Tensor target) =>
        Dice(interpolate(logits, target.shape[1..], mode: InterpolationMode.Bilinear, align_corners: true), target);

    public static Tensor DiceFocal(Tensor logits, Tensor target) => Dice(logits, target) + Focal(logits, target, 2);

    public static Tensor CrossEntropy(Tensor logits, Tensor target) =>
        -(OneHot(logits, target) * log_softmax(logits, 1)).sum(1).mean();

    public static Tensor FBeta(Tensor logits, Tensor target)
    {
        const double square = 4;
        (Tensor tp, Tensor p, Tensor y) = Sums(softmax(logits, 1), OneHot(logits, target));
        Tensor fp = p - tp, fn = y - tp;
        return 1 - (((1 + square) * tp + Smooth) / ((1 + square) * tp + square * fn + fp + Smooth)).mean();
    }

    public static Tensor Tversky(Tensor logits, Tensor target)
    {
        (Tensor tp, Tensor p, Tensor y) = Sums(softmax(logits, 1), OneHot(logits, target));
        return Tversky(tp, p, y);
    }

    public static Tensor BinaryDice(Tensor logits, Tensor target)
    {
        (Tensor tp, Tensor p, Tensor y) = Sums(logits.sigmoid(), target);
        return 1 - ((2 * tp + Smooth) / (p + y + Smooth)).mean() + binary_cross_entropy_with_logits(logits, target);
    }

    public static Tensor Binary(Tensor logits, Tensor target)
    {
        Tensor p = logits.sigmoid();
        return -(target * p.log() + (1 - target) * (1 - p).log()).mean();
    }

    public static Tensor Composite(Tensor logits, Tensor target)
    {
        Tensor probability = softmax(logits, 1), oneHot = OneHot(logits, target);
        (Tensor tp, Tensor p, Tensor y) = Sums(probability, oneHot);
        Tensor brier = (probability - oneHot).pow(2).sum(1).mean();
        Tensor volume = ((p - y) / (p + y + 1)).cosh().log().mean();
        return Tversky(tp, p, y) + 0.5 * Focal(logits, target, 2) + 0.1 * brier + 0.5 * volume;
    }

    private static Tensor Dice(Tensor logits, Tensor target)
    {
        (Tensor tp, Tensor p, Tensor y) = Sums(softmax(logits, 1), OneHot(logits, target));
        return 1 - ((2 * tp + Smooth) / (p + y + Smooth)).mean();
    }

    private static Tensor Tversky(Tensor tp, Tensor p, Tensor y)
    {
        Tensor fp = p - tp, fn = y - tp;
        return 1 - ((tp + Smooth) / (tp + 0.3 * fp + 0.7 * fn + Smooth)).mean();
    }

    private static Tensor Focal(Tensor logits, Tensor target, double gamma)
    {
        Tensor entropy = cross_entropy(logits, target, reduction: nn.Reduction.None);
        return ((1 - (-entropy).exp()).pow(gamma) * entropy).mean();
    }

    /// <summary>Class indices to the layout and type of the logits.</summary>
    private static Tensor OneHot(Tensor logits, Tensor target)
    {
        long last = logits.dim() - 1;
        long[] classesSecond = [0, last, .. Enumerable.Range(1, (int)last - 1).Select(axis => (long)axis)];
        return one_hot(target, logits.shape[1]).permute(classesSecond).to(logits.dtype);
    }

    private static (Tensor TruePositive, Tensor Predicted, Tensor Labelled) Sums(Tensor probability, Tensor oneHot)
    {
        long[] axes = [0, .. Enumerable.Range(2, (int)probability.dim() - 2).Select(axis => (long)axis)];
        return ((probability * oneHot).sum(axes), probability.sum(axes), oneHot.sum(axes));
    }
}
