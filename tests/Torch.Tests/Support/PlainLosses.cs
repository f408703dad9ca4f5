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

        [nameof(DiceFocalBrier)] = (() => new DiceFocalBrier(), (x, e) =>
        {
            Tensor p = x.softmax(1), y = e.OneHot, focal = -(y * (1 - p).square() * x.log_softmax(1));
            return Dice(p, e, [0, 2], 1e-5).mean() + focal.mean() + 0.2 * (p - y).square().sum(1).mean();
        }, null),

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

        [nameof(RegionPowers)] = (() => new RegionPowers(), (x, e) =>
            Tversky(x.softmax(1), e, [2]).pow(0.75).mean() + 2 * Dice(x.softmax(1), e, [2], 1e-5).cosh().log().mean(), null),

        [nameof(ExponentialLogarithmic)] = (() => new ExponentialLogarithmic(), (x, e) =>
            0.8 * (-(1 - Dice(x.softmax(1), e, [0, 2], 1)).log()).pow(0.3).mean() + 0.2 * (e.OneHot * (-x.log_softmax(1)).pow(0.3)).sum(
                1).mean(), null),

        [nameof(SensitivitySoftF1)] = (() => new SensitivitySoftF1(), (x, e) =>
        {
            Tensor p = x.sigmoid(), y = e.OneHot, error = (y - p).square(), bounded = p.clamp(0.1, 0.9);
            Tensor missed = (error * y).sum(0, 2) / (y.sum(0, 2) + 1e-5), wrong = (error * (1 - y)).sum(0, 2) / ((1 - y).sum(0, 2) + 1e-5);
            Tensor tp = (bounded * y).sum(0, 2), fp = (bounded * (1 - y)).sum(0, 2), fn = ((1 - bounded) * y).sum(0, 2);
            return (0.3 * missed + 0.7 * wrong).mean() + (1 - 2 * tp / (2 * tp + fn + fp + 0.5)).mean();
        }, null),

        [nameof(Unified)] = (() => new Unified(), (x, e) => UnifiedFocal(x, e, [2], 0.3, isSymmetric: false), null),

        [nameof(SymmetricUnified)] = (() => new SymmetricUnified(), (x, e) => UnifiedFocal(x, e, [0, 2], 0.5, isSymmetric: true), null),

        [nameof(BalancedHinge)] = (() => new BalancedHinge(), (x, e) =>
        {
            Tensor y = e.OneHot, weight = ((1 - y).sum() / (e.OneHot.numel() + 1e-7)).sqrt();
            Tensor balanced = -weight.sqrt() * y * F.logsigmoid(x) - (1 - weight).sqrt() * (1 - y) * F.logsigmoid(-x);
            return balanced.mean() + (1 - (2 * y - 1) * x).relu().square().mean();
        }, null),

        [nameof(NormalizedQuality)] = (() => new NormalizedQuality(), (x, e) =>
        {
            Tensor factor = (x.sigmoid() - e.OneHot).square();
            return (factor * F.binary_cross_entropy_with_logits(x, e.OneHot, reduction: nn.Reduction.None)).sum() / factor.sum();
        }, null),

        [nameof(HardExamples)] = (() => new HardExamples(), (x, e) =>
        {
            Tensor loss = -(e.OneHot * x.log_softmax(1)).sum(1).reshape(-1), valid = e.Valid!.sum(1).gt(0).reshape(-1);
            Tensor probability = (e.OneHot * x.softmax(1)).sum(1).reshape(-1);
            Tensor kept = loss.masked_select(valid);
            (_, Tensor order) = kept.sort(0, descending: true);
            Tensor rank = zeros_like(order).scatter(0, order, arange(order.numel()));
            Tensor taken = probability.masked_select(valid).lt(0.3).logical_or(rank.lt((long)Math.Floor((order.numel() * 0.5) + 1e-6)));
            return kept.masked_select(taken).mean();
        }, 255),
    };

    private static Tensor UnifiedFocal(Tensor x, Example e, long[] axes, double share, bool isSymmetric)
    {
        Tensor p = x.softmax(1).clamp(0.01, 0.99), y = e.OneHot;
        Tensor isBackground = arange(e.Classes).eq(0).reshape(1, e.Classes, 1).expand_as(p), modulation = (1 - p).pow(0.5);
        Tensor factor = isSymmetric ? where(isBackground, 0.4 * modulation, 0.6 * modulation) : where(isBackground, 0.4 * modulation,
            full_like(p, 0.6));
        Tensor tp = (p * y).sum(axes), fn = ((1 - p) * y).sum(axes), fp = (p * (1 - y)).sum(axes);
        Tensor tversky = 1 - (tp + 0.01) / (tp + 0.6 * fn + 0.4 * fp + 0.01), enhanced = tversky.pow(0.5);
        Tensor isFirst = arange(e.Classes).eq(0).expand_as(tversky);
        return share * -(factor * y * p.log()).sum(1).mean() + (1 - share) * (isSymmetric ? enhanced
            : where(isFirst, tversky, enhanced)).mean();
    }

    private static bool Ignoring(Example e) => e.Target.dtype == ScalarType.Int64;

    private static Tensor Dice(Tensor p, Example e, long[] axes, double smooth) =>
        1 - (2 * (p * e.OneHot).sum(axes) + smooth) / (p.sum(axes) + e.OneHot.sum(axes) + smooth);

    private static Tensor Tversky(Tensor p, Example e, long[] axes)
    {
        Tensor y = e.OneHot, tp = (p * y).sum(axes), fp = (p * (1 - y)).sum(axes), fn = ((1 - p) * y).sum(axes);
        return 1 - (tp + 1e-5) / (tp + 0.3 * fp + 0.7 * fn + 1e-5);
    }
}
