using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Losses.Terms;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>
/// Options against the formulas of the libraries that have them, written down from those in plain double arithmetic, pixel by pixel;
/// gradients against the differences of these. On both roads.
/// </summary>
public class OptionTests
{
    private static readonly double[] Weights = [0.5, 2, 3];
    private static readonly double[] Distances = [0, 1, 1, 1, 0, 0.5, 1, 0.5, 0];

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor, Tensor>> Create, Func<PlainBatch, double> Peer)> Losses =
        new()
        {
            [nameof(FocalOfClasses)] = (() => new FocalOfClasses(), KerasFocal),
            [nameof(SigmoidFocalOfClasses)] = (() => new SigmoidFocalOfClasses(), SigmoidFocal),
            [nameof(GeneralizedDiceOfClasses)] = (() => new GeneralizedDiceOfClasses(), GeneralizedDice),
            [nameof(WassersteinDiceOfClasses)] = (() => new WassersteinDiceOfClasses(), Wasserstein),
            [nameof(WassersteinDiceOfVolumes)] = (() => new WassersteinDiceOfVolumes(), WassersteinOfVolumes),
            [nameof(HardCalibration)] = (() => new HardCalibration(), b => Enumerable.Range(0, b.Images).Average(n => Calibration(b, n, b.Softmax, 5, isSoft: false, least: 0, Weights))),
            [nameof(SoftCalibration)] = (() => new SoftCalibration(), b => Calibration(b, null, b.Sigmoid, 20, isSoft: true, least: 0.5, [1, 1, 1])),
            [nameof(LovaszOfClasses)] = (() => new LovaszOfClasses(), LovaszSoftmax),
            [nameof(HingeOfClasses)] = (() => new HingeOfClasses(), b =>
                Enumerable.Range(0, b.Classes).Average(c => Weights[c]
                    * Lovasz(b.Valid().Select(i => (1 - (((2 * b.Y(i.N, c, i.S)) - 1) * b.X(i.N, c, i.S)), b.Y(i.N, c, i.S)))))),
            [nameof(TopKOfAllPixels)] = (() => new TopKOfAllPixels(), b => HardestOfAll(b, 0.33)),
            [nameof(TopKBeyondValid)] = (() => new TopKBeyondValid(), b => HardestOfAll(b, 0.9)),
        };

    public static TheoryData<string, bool> Cases() => Check.OnEachRoad(Losses.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_peers(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = Losses[name].Create();
        Check.Peer(loss, [2, 3, 4, 5], 23, Losses[name].Peer, operations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Soft_calibration_far_from_the_middle_gives_numbers(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new SoftCalibration();
        Example example = Example.WithLabels([2, 3, 4, 5], 255, 23);
        foreach (double size in (double[])[0, 30, 1000])
        {
            (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target),
                (example.Logits.sign() * size).to_type(ScalarType.Float32)));
            Assert.True(value.isfinite().item<bool>(), $"value at {size}");
            Assert.True(gradient.isfinite().all().item<bool>(), $"gradient at {size}");
        }
    }

    /// <summary>A class of weight 2 counts as if its pixels were there twice.</summary>
    [Fact]
    public void A_weight_of_two_is_each_pixel_twice()
    {
        using var scope = NewDisposeScope();
        Example example = Example.WithLabels([1, 3, 4, 5], null, 29);
        Tensor flat = example.Logits.reshape(1, 3, 20), labels = example.Target.reshape(1, 20), again = labels.eq(1).nonzero().select(1, 1);
        Tensor twice = cat([flat, flat.index_select(2, again)], 2), labelsTwice = cat([labels, labels.index_select(1, again)], 1);
        using var weighted = new WassersteinDiceTwice();
        using var plain = new WassersteinDicePlain();
        Assert.Equal(plain.call(twice, labelsTwice).item<double>(), weighted.call(flat, labels).item<double>(), 1e-12);
    }

    // keras' CategoricalFocalCrossentropy with a list of alphas and label smoothing.
    private static double KerasFocal(PlainBatch b) => b.Valid().Average(i => Enumerable.Range(0, b.Classes).Sum(c =>
    {
        double p = b.Softmax(i.N, c, i.S), y = (b.Y(i.N, c, i.S) * (1 - 0.2)) + (0.2 / b.Classes);
        return new[] { 0.25, 0.5, 0.75 }[c] * Math.Pow(1 - p, 2) * -y * Math.Log(p);
    }));

    // keras' BinaryFocalCrossentropy with label smoothing and class balancing, with MMSegmentation's alpha for each class: 0.4 for the
    // second.
    private static double SigmoidFocal(PlainBatch b) => b.Valid().Average(i => Enumerable.Range(0, b.Classes).Average(c =>
    {
        double p = b.Sigmoid(i.N, c, i.S), y = (b.Y(i.N, c, i.S) * (1 - 0.1)) + (0.5 * 0.1), alpha = new[] { 0.25, 0.4, 0.75 }[c];
        double right = (y * p) + ((1 - y) * (1 - p)), entropy = -(y * Math.Log(p)) - ((1 - y) * Math.Log(1 - p));
        return ((y * alpha) + ((1 - y) * (1 - alpha))) * Math.Pow(1 - right, 2) * entropy;
    }));

    private static double GeneralizedDice(PlainBatch b) => -Enumerable.Range(0, b.Images).Average(n =>
    {
        double[] volumes = [.. Enumerable.Range(0, b.Classes).Select(c => b.Valid(n).Sum(i => b.Y(n, c, i.S)))];
        double above = 1e-5, below = 1e-5;
        for (int c = 0; c < b.Classes; c++)
        {
            double weight = Weights[c] / Math.Pow(volumes[c] > 0 ? volumes[c] : volumes.Where(volume => volume > 0).Min(), 2);
            above += 2 * weight * b.Valid(n).Sum(i => b.Softmax(n, c, i.S) * b.Y(n, c, i.S));
            below += weight * b.Valid(n).Sum(i => b.Softmax(n, c, i.S) + b.Y(n, c, i.S));
        }

        return above / below;
    });

    private static double Wasserstein(PlainBatch b) => Enumerable.Range(0, b.Images).Average(n =>
    {
        double hits = 0, errors = 0;
        foreach ((int _, int s) in b.Valid(n))
        {
            int label = (int)b.Label(n, s);
            double error = Enumerable.Range(0, b.Classes).Sum(c => Distances[(label * b.Classes) + c] * b.Softmax(n, c, s));
            hits += Weights[label] * (label == 0 ? 0 : 1) * (1 - error);
            errors += Weights[label] * error;
        }

        return 1 - (((2 * hits) + 1e-5) / ((2 * hits) + errors + 1e-5));
    });

    private static double WassersteinOfVolumes(PlainBatch b)
    {
        double hits = 0, all = 0;
        foreach ((int n, int s) in b.Valid())
        {
            int label = (int)b.Label(n, s);
            double error = Enumerable.Range(0, b.Classes).Sum(c => Distances[(label * b.Classes) + c] * b.Softmax(n, c, s));
            double weight = Weights[label] / (1 + b.Valid().Count(i => b.Label(i.N, i.S) == label));
            hits += weight * (1 - error);
            all += weight * (2 - error);
        }

        return 1 - (((2 * hits) + 1e-5) / (all + 1e-5));
    }

    // MONAI's HardL1ACELoss and SoftL1ACELoss: sums of each bin are gathered by its number. Classes that an image does not have are 0.
    private static double Calibration(PlainBatch b, int? image, Func<int, int, int, double> probability, int bins, bool isSoft,
        double least, double[] weights) =>
        Enumerable.Range(0, b.Classes).Average(c =>
        {
            const double End = 1 + 1.1920928955078125e-7;
            double[] count = new double[bins], predicted = new double[bins], labelled = new double[bins];
            void Put(int bin, double share, double p, double y)
            {
                count[bin] += share;
                predicted[bin] += share * p;
                labelled[bin] += share * y;
            }

            foreach ((int n, int s) in b.Valid(image))
            {
                double p = probability(n, c, s), y = b.Y(n, c, s);
                double Middle(int bin) => ((2 * bin) + 1) * End / (2 * bins);
                if (!isSoft)
                {
                    Put(Enumerable.Range(1, bins - 1).Count(edge => p > edge * End / bins), 1, p, y);
                    continue;
                }

                int right = Enumerable.Range(0, bins).Count(bin => p > Middle(bin)), left = Math.Max(right - 1, 0);
                right = Math.Min(right, bins - 1);
                double far = left == right ? 0 : (p - Middle(left)) / (Middle(right) - Middle(left));
                Put(left, 1 - far, p, y);
                Put(right, far, p, y);
            }

            int[] full = [.. Enumerable.Range(0, bins).Where(bin => count[bin] > 0 && count[bin] >= least)];
            bool isPresent = b.Valid(image).Any(i => b.Label(i.N, i.S) == c);
            return isPresent ? weights[c] * full.Average(bin => Math.Abs((predicted[bin] / count[bin]) - (labelled[bin] / count[bin]))) : 0;
        });

    // MMSegmentation's LovaszLoss with class_weight: the mean over the classes that are there.
    private static double LovaszSoftmax(PlainBatch b)
    {
        int[] present = [.. Enumerable.Range(0, b.Classes).Where(c => b.Valid().Any(i => b.Label(i.N, i.S) == c))];
        return present.Average(c => Weights[c] * Lovasz(b.Valid().Select(i => (Math.Abs(b.Y(i.N, c, i.S) - b.Softmax(i.N, c, i.S)),
            b.Y(i.N, c, i.S)))));
    }

    // Algorithm 1 of the paper: errors in descending order, each times what the Jaccard loss grows by.
    private static double Lovasz(IEnumerable<(double Error, double Y)> pixels)
    {
        (double Error, double Y)[] sorted = [.. pixels.OrderByDescending(pixel => pixel.Error)];
        double labelled = sorted.Sum(pixel => pixel.Y), hits = 0, others = 0, before = 0, loss = 0;
        foreach ((double error, double y) in sorted)
        {
            hits += y;
            others += 1 - y;
            double jaccard = 1 - ((labelled - hits) / (labelled + others));
            loss += Math.Max(error, 0) * (jaccard - before);
            before = jaccard;
        }

        return loss;
    }

    // nnU-Net's TopKLoss: ignored pixels have a loss of 0, and the number that is taken is one of all pixels.
    private static double HardestOfAll(PlainBatch b, double share)
    {
        int all = b.Images * b.Pixels;
        IEnumerable<double> losses = from n in Enumerable.Range(0, b.Images)
                                     from s in Enumerable.Range(0, b.Pixels)
                                     select b.Label(n, s) == PlainBatch.Ignored ? 0 : -Math.Log(b.Softmax(n, (int)b.Label(n, s), s));
        return losses.OrderDescending().Take((int)(all * share)).Average();
    }
}
