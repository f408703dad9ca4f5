using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>
/// Softmax losses as well as tensor operations allow: one log-softmax for all terms, the labelled class by a gather, counts by a histogram,
/// no gradient through what is constant. How the true positives are summed is left to two variants.
/// </summary>
internal abstract class SoftmaxTerms
{
    private const double Smooth = 1e-5;

    private readonly long[] sumAxes;
    private readonly Lazy<Tensor> probability, labelled, predicted, picked, pickedProbability, truePositive;

    protected SoftmaxTerms(Tensor logits, Tensor target)
    {
        Target = target;
        Classes = logits.shape[1];
        sumAxes = [0, .. Enumerable.Range(2, (int)logits.dim() - 2).Select(axis => (long)axis)];
        Tensor log = log_softmax(logits, 1);
        probability = new(() => log.exp());
        predicted = new(() => Sum(Probability));
        picked = new(() => log.gather(1, target.unsqueeze(1)));
        pickedProbability = new(() => picked.Value.exp());
        labelled = new(() => target.flatten().bincount(null, Classes).to(logits.dtype));
        truePositive = new(TruePositives);
    }

    protected Tensor Target { get; }

    protected long Classes { get; }

    protected Tensor Probability => probability.Value;

    protected Tensor PickedProbability => pickedProbability.Value;

    public Tensor CrossEntropy() => -picked.Value.mean();

    public Tensor Focal(double gamma) => -((1 - PickedProbability).pow(gamma) * picked.Value).mean();

    public Tensor Dice() => 1 - ((2 * truePositive.Value + Smooth) / (predicted.Value + labelled.Value + Smooth)).mean();

    public Tensor FBeta(double beta)
    {
        double square = beta * beta;
        return 1 - (((1 + square) * truePositive.Value + Smooth) / (predicted.Value + square * labelled.Value + Smooth)).mean();
    }

    public Tensor Tversky(double alpha, double beta) =>
        1 - ((truePositive.Value + Smooth) / ((1 - alpha - beta) * truePositive.Value + alpha * predicted.Value + beta * labelled.Value
            + Smooth)).mean();

    /// <summary>sum((p - y)^2) over the classes is sum(p^2) - 2 * p of the label + 1.</summary>
    public Tensor BrierAndVolume(double brier, double volume)
    {
        Tensor error = Probability.square().sum(1).mean() - 2 * PickedProbability.mean() + 1;
        Tensor excess = (predicted.Value - labelled.Value) / (predicted.Value + labelled.Value + 1);
        return brier * error + volume * excess.cosh().log().mean();
    }

    protected abstract Tensor TruePositives();

    protected Tensor Sum(Tensor value) => value.sum(sumAxes);
}

/// <summary>
/// True positives by adding each pixel's probability to the sum of its label, row by row: little memory. All pixels into one sum
/// (index_add) would be as fast, but in float32 it is off by a quarter of a percent after two million pixels.
/// </summary>
internal sealed class GatheredTerms(Tensor logits, Tensor target) : SoftmaxTerms(logits, target)
{
    protected override Tensor TruePositives()
    {
        long columns = Target.shape[^1], rows = Target.numel() / columns;
        return zeros([rows, Classes], dtype: PickedProbability.dtype)
            .scatter_add(1, Target.reshape(rows, columns), PickedProbability.reshape(rows, columns))
            .sum([0L]);
    }
}

/// <summary>
/// True positives by a product with a one-hot target in the layout of the logits, scattered in one go: more memory, all threads.
/// </summary>
internal sealed class MaskedTerms(Tensor logits, Tensor target) : SoftmaxTerms(logits, target)
{
    protected override Tensor TruePositives()
    {
        Tensor mask = zeros_like(Probability.detach());
        Tensor index = Target.unsqueeze(1);
        mask.scatter_(1, index, ones([1], dtype: mask.dtype).expand(index.shape));
        return Sum(Probability * mask);
    }
}
