using LossGen.Torch.Tests.Losses.Presets;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>
/// Conventions of libraries that have computed no golden cases, against the formulas of their losses with the defaults that those have,
/// written down from them in plain double arithmetic; gradients against the differences of these. On both roads.
/// </summary>
public class ConventionTests
{
    private static readonly double[] Weights = [0.5, 2, 3];

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor, Tensor>> Create, Func<PlainBatch, double> Peer)> Losses =
        new()
        {
            // keras 3.16.0, keras/src/losses/losses.py: sums over all axes, backend.epsilon() is 1e-7.
            [nameof(KerasDice)] = (() => new KerasDice(), b =>
                1 - (2 * All(b, (n, c, s) => b.Y(n, c, s) * b.Sigmoid(n, c, s)) / (All(b, b.Y) + All(b, b.Sigmoid) + 1e-7))),
            [nameof(KerasTversky)] = (() => new KerasTversky(), b =>
            {
                double hits = All(b, (n, c, s) => b.Sigmoid(n, c, s) * b.Y(n, c, s));
                double alarms = All(b, (n, c, s) => (1 - b.Y(n, c, s)) * b.Sigmoid(n, c, s)),
                    misses = All(b, (n, c, s) => b.Y(n, c, s) * (1 - b.Sigmoid(n, c, s)));
                return 1 - (hits / (hits + (alarms * 0.3) + (misses * 0.8) + 1e-7));
            }
            ),
            [nameof(KerasBinaryFocal)] = (() => new KerasBinaryFocal(), b => Mean(b, (n, c, s) => Math.Pow(1 - Right(b, n, c, s), 2) * -Math.Log(Right(b, n, c, s)))),
            [nameof(KerasCategoricalFocal)] = (() => new KerasCategoricalFocal(), b =>
                OverPixels(b, (n, s) => Math.Pow(1 - OfLabel(b, n, s), 2) * 0.25 * -Math.Log(OfLabel(b, n, s))) / b.Valid().Count()),
            [nameof(KerasCrossEntropy)] = (() => new KerasCrossEntropy(), b => OverPixels(b, (n, s) => -Math.Log(OfLabel(b, n, s))) / b.Valid().Count()),

            // MMSegmentation 1.2.2, mmseg/models/losses: use_sigmoid, naive_dice = False, eps = 1e-3 in each of the two sums of squares; a
            // score an image, of all classes.
            [nameof(MmsegDice)] = (() => new MmsegDice(), b => MmsegDiceOf(b, b.Sigmoid)),
            [nameof(MmsegSoftmaxDice)] = (() => new MmsegSoftmaxDice(), b => MmsegDiceOf(b, b.Softmax)),
            [nameof(MmsegTversky)] = (() => new MmsegTversky(), b => Images(b, (n, c) =>
            {
                double hits = Of(b, n, s => b.Softmax(n, c, s) * b.Y(n, c, s));
                double alarms = Of(b, n, s => b.Softmax(n, c, s) * (1 - b.Y(n, c, s))),
                    misses = Of(b, n, s => (1 - b.Softmax(n, c, s)) * b.Y(n, c, s));
                return 1 - ((hits + 1) / (hits + (0.3 * alarms) + (0.7 * misses) + 1));
            })),
            [nameof(MmsegFocal)] = (() => new MmsegFocal(), b => // the mean goes over all elements, of which the ignored are 0
                All(b, (n, c, s) => 0.5 * Math.Pow(1 - Right(b, n, c, s), 2) * -Math.Log(Right(b, n, c, s))) / (b.Images * b.Pixels
                    * b.Classes)),
            [nameof(MmsegCrossEntropy)] = (() => new MmsegCrossEntropy(), b => OverPixels(b, (n, s) => -Math.Log(OfLabel(b, n, s))) / (b.Images * b.Pixels)), // avg_non_ignore = False

            // PaddleSeg d7975e7, paddleseg/models/losses.
            [nameof(PaddleDice)] = (() => new PaddleDice(), b => Images(b, (n, c) =>
                Weights[c] * (1 - (((2 * Of(b, n, s => b.Softmax(n, c, s) * b.Y(n, c, s))) + 1) / (Of(b, n, s => b.Softmax(n, c, s) + b.Y(n,
                    c,
                    s)) + 1 + 1e-8))))),
            [nameof(PaddleCrossEntropy)] = (() => new PaddleCrossEntropy(), b =>
            {
                double pixels = b.Images * b.Pixels, loss = OverPixels(b, (n, s) => -Weights[b.Label(n, s)] * Math.Log(OfLabel(b, n, s)));
                return loss / pixels / ((OverPixels(b, (n, s) => Weights[b.Label(n, s)]) / pixels) + 1e-8);
            }
            ),
            [nameof(PaddleFocal)] = (() => new PaddleFocal(), b =>
                All(b, (n, c, s) => (b.Y(n, c, s) == 1 ? 0.25 : 0.75) * Math.Pow(1 - Right(b, n, c, s), 2)
                    * -Math.Log(Right(b, n, c, s))) / (
                    (b.Valid().Count() * b.Classes) + 1e-10)),
            [nameof(PaddleMultiClassFocal)] = (() => new PaddleMultiClassFocal(), b =>
            {
                double pixels = b.Images * b.Pixels;
                return OverPixels(b, (n, s) => Math.Pow(1 - OfLabel(b, n, s), 2) * -Math.Log(OfLabel(b, n, s))) / pixels / (
                    (b.Valid().Count() / pixels) + 1e-10);
            }
            ),
            [nameof(PaddleTopK)] = (() => new PaddleTopK(), b =>
            {
                int pixels = b.Images * b.Pixels;
                double[] losses = [.. b.Valid().Select(i => -Math.Log(OfLabel(b, i.N, i.S)))];
                return losses.Concat(new double[pixels - losses.Length]).OrderDescending().Take((int)(0.3 * pixels)).Average() / (1 + 1e-8);
            }
            ),
            [nameof(PaddleOhem)] = (() => new PaddleOhem(), b => PaddleOhemOf(b, 0.2, 13)),
            [nameof(PaddleOhemByThreshold)] = (() => new PaddleOhemByThreshold(), b => PaddleOhemOf(b, 0.6, 2)),
            [nameof(PaddleOhemOfFew)] = (() => new PaddleOhemOfFew(), b => PaddleOhemOf(b, 0.7, 10000)),
            [nameof(PaddleDivergence)] = (() => new PaddleDivergence(), b => OverPixels(b, (n, s) => -Math.Log(OfLabel(b, n, s))) / (b.Images * b.Pixels * b.Classes)), // of a one-hot target

            // optax 0.2.8, optax/losses.
            [nameof(OptaxDice)] = (() => new OptaxDice(), b => Images(b, (n, c) => c == 0 ? 0 : Weights[c] *
                (1 - (((2 * Of(b, n, s => b.Softmax(n, c, s) * b.Y(n, c, s))) + 1) / (Of(b, n, s => b.Softmax(n, c, s)) + Of(b, n,
                    s => b.Y(n, c, s)) + 1)))) * b.Classes / (b.Classes - 1)),
            [nameof(OptaxFocal)] = (() => new OptaxFocal(), b => Mean(b, (n, c, s) => (b.Y(n, c, s) == 1 ? 0.3 : 0.7) * Math.Pow(1 - Right(b, n, c, s), 2) * -Math.Log(Right(b, n, c, s)))),
            [nameof(OptaxHuber)] = (() => new OptaxHuber(), b => Mean(b, (n, c, s) =>
            {
                double far = Math.Abs(b.X(n, c, s) - b.Y(n, c, s)), near = Math.Min(far, 1);
                return (0.5 * near * near) + (far - near);
            })),
            [nameof(OptaxCrossEntropy)] = (() => new OptaxCrossEntropy(), b => OverPixels(b, (n, s) => -Math.Log(OfLabel(b, n, s))) / b.Valid().Count()),
        };

    /// <summary>
    /// Figures of PaddleSeg's formula (ohem_cross_entropy_loss.py of 04f3a1c) for stated logits, as NumPy 1.24.2 computes it in double,
    /// with its argsort over the whole batch: of 19 valid pixels 13 are kept by number (thresh 0.3, min_kept 14), 6 (0.01, 7), 11 by
    /// threshold (0.7, 2), all where min_kept is more (0.7, 10000), 16 by the threshold alone (0.9, 0).
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Figures_of_hard_examples(bool operations)
    {
        using var scope = NewDisposeScope();
        Tensor at = arange(72, dtype: ScalarType.Float64);
        Tensor logits = ((at * 1.7).sin() * 3).reshape(2, 3, 3, 4), labels = arange(24).remainder(7).remainder(3).reshape(2, 3, 4);
        labels = labels.masked_fill(arange(24).remainder(5).eq(3).reshape(2, 3, 4), 255);
        (nn.Module<Tensor, Tensor, Tensor> Loss, double Figure)[] cases =
        [
            (new PaddleOhemFigures { Threshold = 0.3, LeastPixels = 14 }, 3.283238816815739),
                (new PaddleOhemFigures { Threshold = 0.01, LeastPixels = 7 }, 4.666109717109748),
            (new PaddleOhemFigures { Threshold = 0.7, LeastPixels = 2 }, 3.8311104174315456), (new PaddleOhemOfFew(), 2.281595905299806),
            (new PaddleOhemFigures { Threshold = 0.9, LeastPixels = 0 }, 2.703043079781714),
        ];
        foreach ((nn.Module<Tensor, Tensor, Tensor> loss, double figure) in cases)
        {
            using (loss)
                Assert.Equal(figure, Check.OnRoad(operations, () => loss.call(logits, labels)).item<double>(), 1e-12);
        }
    }

    // PaddleSeg 04f3a1c, ohem_cross_entropy_loss.py: the pixels of the batch below the threshold or below the last of min_kept; the mean of
    // a mask is that over all pixels, and 1e-5 is added.
    private static double PaddleOhemOf(PlainBatch b, double threshold, int kept)
    {
        (double Probability, double Loss)[] valid = [.. b.Valid().Select(i => (OfLabel(b, i.N, i.S), -Math.Log(OfLabel(b, i.N, i.S))))];
        if (kept < valid.Length)
        {
            double bound = Math.Max(threshold, valid.Select(pixel => pixel.Probability).Order().ElementAt(kept - 1));
            valid = [.. valid.Where(pixel => pixel.Probability < bound)];
        }

        double pixels = b.Images * b.Pixels;
        return valid.Sum(pixel => pixel.Loss) / pixels / ((valid.Length / pixels) + 1e-5);
    }

    public static TheoryData<string, bool> Cases() => Check.OnEachRoad(Losses.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_peers(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = Losses[name].Create();

        // What a library adds to the number that a mean divides by, 1e-8 in PaddleSeg, is no option.
        double tolerance = name.StartsWith("Paddle", StringComparison.Ordinal) ? 1e-7 : 1e-11;
        Check.Peer(loss, [2, 3, 4, 5], 31, Losses[name].Peer, operations, tolerance);
    }

    /// <summary>Figures that the documentation of keras and optax prints beside its examples.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Figures_that_libraries_print(bool operations)
    {
        using var scope = NewDisposeScope();
        using var dice = new KerasDiceOfProbabilities();
        using var focal = new KerasFocalOfProbabilities();
        using var entropy = new OptaxCrossEntropy();
        double Value(nn.Module<Tensor, Tensor, Tensor> loss, double[] prediction, double[] target, params long[] shape) =>
            Check.OnRoad(operations, () =>
            loss.call(tensor(prediction, dtype: ScalarType.Float64).reshape(shape),
                tensor(target, dtype: ScalarType.Float64).reshape(shape)).item<double>());
        Assert.Equal(0.6164384, Value(dice, [0, 1, 0, 1, 0.4, 0, 0, 0.9], [1, 1, 0, 0, 1, 1, 0, 0], 2, 1, 4), 1e-7);
        Assert.Equal((0.330 + 0.206) / 2, Value(focal, [0.6, 0.4, 0.4, 0.6], [0, 1, 0, 0], 2, 2, 1), 1e-3);
        Assert.Equal((0.2761 + 2.9518) / 2, Value(entropy, [1.2, -0.8, -0.5, 0.9, -1.2, 1.1], [1, 0, 0, 0, 1, 0], 2, 3, 1), 1e-4);
    }

    /// <summary>keras' Poisson, of expected counts so small that what is added inside the logarithm shows.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Poisson_adds_what_keras_adds(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new KerasPoisson();
        double[] expected = [0.5, 2, 1e-7, 3], counts = [1, 0, 2, 4];
        double value = Check.OnRoad(operations, () =>
            loss.call(tensor(expected, dtype: ScalarType.Float64).reshape(1, 1, 4), tensor(counts, dtype: ScalarType.Float64).reshape(1, 1,
                4)).item<double>());
        Assert.Equal(expected.Zip(counts, (p, y) => p - (y * Math.Log(p + 1e-7))).Average(), value, 1e-12);
    }

    private static double MmsegDiceOf(PlainBatch b, Func<int, int, int, double> p) => Enumerable.Range(0, b.Images).Average(n =>
    {
        double Total(Func<int, int, double> part) => Enumerable.Range(0, b.Classes).Sum(c => Of(b, n, s => part(c, s)));
        double overlap = Total((c, s) => p(n, c, s) * b.Y(n, c, s)), predicted = Total((c, s) => p(n, c, s) * p(n, c, s)) + 1e-3,
            labelled = Total((c, s) => b.Y(n, c, s) * b.Y(n, c, s)) + 1e-3;
        return 1 - (2 * overlap / (predicted + labelled));
    });

    // The probability of the right answer to a class' question.
    private static double Right(PlainBatch b, int n, int c, int s) => b.Y(n, c, s) == 1 ? b.Sigmoid(n, c, s) : 1 - b.Sigmoid(n, c, s);

    private static double OfLabel(PlainBatch b, int n, int s) => b.Softmax(n, (int)b.Label(n, s), s);

    private static double OverPixels(PlainBatch b, Func<int, int, double> part) => b.Valid().Sum(i => part(i.N, i.S));

    private static double All(PlainBatch b, Func<int, int, int, double> part) =>
        OverPixels(b, (n, s) => Enumerable.Range(0, b.Classes).Sum(c => part(n, c, s)));

    private static double Mean(PlainBatch b, Func<int, int, int, double> part) => All(b, part) / (b.Valid().Count() * b.Classes);

    private static double Of(PlainBatch b, int n, Func<int, double> part) => b.Valid(n).Sum(i => part(i.S));

    private static double Images(PlainBatch b, Func<int, int, double> part) =>
        Enumerable.Range(0, b.Images).Average(n => Enumerable.Range(0, b.Classes).Average(c => part(n, c)));
}
