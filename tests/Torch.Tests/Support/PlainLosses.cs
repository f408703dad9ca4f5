using LossGen.Torch.Tests.Losses;
using F = TorchSharp.torch.nn.functional;

namespace LossGen.Torch.Tests.Support;

/// <summary>The declared losses as a person writes them in TorchSharp, for autograd: x is (N, C, S).</summary>
internal static class PlainLosses
{
    public delegate Tensor Formula(Tensor x, Example example);

    public static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor, Tensor>> Create, Formula Formula, int? Ignored)> All = new()
    {
        [nameof(DiceCrossEntropy)] = (() => new DiceCrossEntropy(), (x, e) =>
            Dice(x.softmax(1), e, [0, 2], 1e-5).mean() - 0.5 * (e.OneHot * x.log_softmax(1)).sum(1).mean(), null),

        [nameof(FBetaFocal)] = (() => new FBetaFocal(), (x, e) =>
        {
            Tensor p = x.softmax(1), y = e.OneHot, valid = e.Valid!;
            Tensor tp = (p * y).sum(0, 2), sum = (4 * y + p * valid).sum(0, 2);
            Tensor focal = -(y * (1 - p).square() * x.log_softmax(1));
            return (1 - (5 * tp + 1e-5) / (sum + 1e-5)).mean() + 0.3 * focal.sum() / valid.expand_as(x).sum();
        }, 255),

        [nameof(LogCoshDice)] = (() => new LogCoshDice(), (x, e) =>
            Dice(x.sigmoid(), e, [0, 2], 1).cosh().log().mean(), null),

        [nameof(FocalTverskySmoothed)] = (() => new FocalTverskySmoothed(), (x, e) =>
        {
            Tensor p = x.softmax(1), y = e.OneHot, smoothed = 0.9 * y + 0.1 / e.Classes;
            Tensor tp = (p * y).sum(0, 2), fp = (p * (1 - y)).sum(0, 2), fn = ((1 - p) * y).sum(0, 2);
            return (1 - tp / (tp + 0.3 * fp + 0.7 * fn)).mean().pow(0.5) - (smoothed * x.log_softmax(1)).sum(1).mean();
        }, null),

        [nameof(SoftmaxDice)] = (() => new SoftmaxDice(), (x, e) => Dice(x.softmax(1), e, [2], 1e-5).mean(), null),

        [nameof(CrossEntropyLoss)] = (() => new CrossEntropyLoss(), (x, e) => Ignoring(e)
            ? F.cross_entropy(x, e.Target.reshape(x.shape[0], -1), ignore_index: -100)
            : -(e.OneHot * e.Valid! * x.log_softmax(1)).sum() / e.Valid!.sum(1).gt(0).sum(), -100),

        [nameof(JaccardBinary)] = (() => new JaccardBinary(), (x, e) =>
        {
            Tensor p = x.sigmoid(), y = e.OneHot, tp = (p * y).sum(0, 2), union = p.sum(0, 2) + y.sum(0, 2) - tp;
            return -((tp + 1) / (union + 1)).log().mean() + 2 * F.binary_cross_entropy_with_logits(x, y);
        }, null),

        [nameof(TverskyForeground)] = (() => new TverskyForeground(), (x, e) =>
            Tversky(x.sigmoid(), e, [2]).narrow(1, 1, e.Classes - 1).sum(), null),

        [nameof(TverskySelected)] = (() => new TverskySelected(), (x, e) =>
            Tversky(x.softmax(1), e, [0, 2]).narrow(0, 1, 2).mean().pow(1.5), null),

        [nameof(TverskyMissed)] = (() => new TverskyMissed(), (x, e) =>
        {
            Tensor tp = (x.softmax(1) * e.OneHot).sum(2);
            return (1 - (tp + 1e-5) / (e.OneHot.sum(2) + 1e-5)).mean();
        }, null),

        [nameof(Weighted)] = (() => new Weighted(), (x, e) =>
        {
            Tensor weights = tensor([0.2, 1.0, 3.0], dtype: x.dtype), region = tensor([1.0, 2.0, 3.0], dtype: x.dtype);
            Tensor entropy = e.Target.dtype == ScalarType.Int64
                ? F.cross_entropy(x, e.Target.reshape(x.shape[0], -1), weights, label_smoothing: 0.05)
                : F.cross_entropy(x, e.OneHot, weights, label_smoothing: 0.05);
            return entropy + (region * Dice(x.softmax(1), e, [0, 2], 1e-5)).sum() / region.sum();
        }, null),

        [nameof(SigmoidFocal)] = (() => new SigmoidFocal(), (x, e) =>
        {
            Tensor p = x.sigmoid(), y = e.OneHot, valid = e.Valid!.expand_as(x);
            Tensor miss = y * (1 - p) + (1 - y) * p, balance = 0.25 * y + 0.75 * (1 - y);
            Tensor focal = balance * miss.pow(0.5) * F.binary_cross_entropy_with_logits(x, y, reduction: nn.Reduction.None) * valid;
            Tensor dice = 1 - (2 * (p * y).sum(0, 2) + 1e-5) / ((p.square() * valid).sum(0, 2) + y.square().sum(0, 2) + 1e-5);
            return focal.sum() / valid.sum() + dice.mean();
        }, 7),

        [nameof(RootFocal)] = (() => new RootFocal(), (x, e) =>
        {
            Tensor p = x.softmax(1);
            return -(e.OneHot * (1 - p).pow(0.5) * x.log_softmax(1)).mean();
        }, null),

        [nameof(ProbabilityDice)] = (() => new ProbabilityDice(), (x, e) =>
        {
            Tensor y = e.OneHot, size = x.sum(0, 2), tp = (size + y.sum(0, 2) - (x - y).abs().sum(0, 2)) / 2;
            return (1 - (2 * tp + 1e-5) / (size + y.sum(0, 2) + 1e-5)).mean();
        }, null),
    };

    private static bool Ignoring(Example e) => e.Target.dtype == ScalarType.Int64;

    private static Tensor Dice(Tensor p, Example e, long[] axes, double smooth) =>
        1 - (2 * (p * e.OneHot).sum(axes) + smooth) / (p.sum(axes) + e.OneHot.sum(axes) + smooth);

    private static Tensor Tversky(Tensor p, Example e, long[] axes)
    {
        Tensor y = e.OneHot, tp = (p * y).sum(axes), fp = (p * (1 - y)).sum(axes), fn = ((1 - p) * y).sum(axes);
        return 1 - (tp + 1e-5) / (tp + 0.3 * fp + 0.7 * fn + 1e-5);
    }
}
