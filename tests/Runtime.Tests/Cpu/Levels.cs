using LossGen.Kernels;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Deep supervision is the weighted sum of the losses at labels that are resized by hand.</summary>
public class Levels
{
    [Theory]
    [InlineData(LabelSampling.Center)]
    [InlineData(LabelSampling.First)]
    public void OutputsTakeTheLabelsOfTheirPlaces(LabelSampling sampling)
    {
        int[][] extents = [[6, 8, 10], [3, 4, 5], [2, 3, 7]];
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Sampling = sampling };
        foreach (ILoss loss in (ILoss[])[new Ignoring(), new PerImageIgnoring(), new SingleTerm()])
        {
            int? ignored = loss.Definition.IgnoreIndex;
            var data = new Batch(new(2, 3, 480), 1, ignored);
            Batch[] batches = [.. extents.Select((e, k) => new Batch(new(2, 3, e[0] * e[1] * e[2]), k + 2))];
            LevelOutput<double>[] outputs = [.. batches.Select((b, k) => new LevelOutput<double>(b.Logits, new double[b.Logits.Length],
                extents[k]))];
            double value = loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels, 2, 3, extents[0]);
            double expected = 0;
            for (int k = 0; k < 3; k++)
            {
                long[] labels = Sampled(data.Labels, extents[0], extents[k], sampling);
                var gradient = new double[batches[k].Logits.Length];
                expected += supervision.Weights[k] * loss.EvaluateWithGradient(batches[k].Logits, labels, batches[k].Shape, gradient);
                Numbers.Close([.. gradient.Select(g => g * supervision.Weights[k])], outputs[k].Gradient.ToArray(), 1e-16);
            }

            Numbers.Close(expected, value, 1e-14);
            Numbers.Close(expected, loss.EvaluateLevels(supervision, outputs, data.Labels, 2, 3, extents[0]), 1e-14);
        }
    }

    /// <summary>As a loss that declares the resize has it.</summary>
    [Theory]
    [InlineData(Resize.LinearUnaligned)]
    [InlineData(Resize.LinearAligned)]
    public void OutputsAreResizedWhereAskedFor(Resize resize)
    {
        ILoss loss = new Ignoring(), resizing = resize == Resize.LinearAligned ? new ResizedAligned() : new ResizedUnaligned();
        var supervision = new DeepSupervision(1, 0.5, 0, 0.25) { Resize = resize };
        foreach (int[][] extents in (int[][][])[[[12], [6], [2], [5]], [[8, 10], [4, 5], [2, 2], [1, 7]], [[6, 8, 10], [3, 4, 5], [2, 2, 2],
            [2, 8, 1]]])
        {
            int[] full = extents[0];
            LossShape[] shapes = [.. extents.Select(e => Shape(full, e))];
            var data = new Batch(shapes[0], 1, 255);
            Batch[] batches = [.. shapes.Select((shape, k) => new Batch(shape, k + 2))];
            LevelOutput<double>[] outputs = [.. batches.Select((b, k) => new LevelOutput<double>(b.Logits, new double[b.Logits.Length],
                extents[k]))];
            foreach (bool dense in (bool[])[false, true])
            {
                double value = dense
                    ? loss.EvaluateLevelsWithGradient(supervision, outputs, data.Dense, 2, 3, full)
                    : loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels, 2, 3, full);
                double expected = 0;
                for (int k = 0; k < outputs.Length; k++)
                {
                    var gradient = new double[batches[k].Logits.Length];
                    double own = dense
                        ? resizing.EvaluateWithGradient(batches[k].Logits, data.Dense, shapes[k], gradient)
                        : resizing.EvaluateWithGradient(batches[k].Logits, data.Labels, shapes[k], gradient);
                    expected += supervision.Weights[k] * own;
                    Numbers.Close([.. gradient.Select(g => g * supervision.Weights[k])], outputs[k].Gradient.ToArray(), 1e-15);
                }

                Numbers.Close(expected, value, 1e-14);
                Numbers.Close(expected, dense ? loss.EvaluateLevels(supervision, outputs, data.Dense, 2, 3, full)
                    : loss.EvaluateLevels(supervision, outputs, data.Labels, 2, 3, full), 1e-14);
            }

            LevelOutput<Half>[] halves = [.. batches.Select((b, k) => new LevelOutput<Half>(Array.ConvertAll(b.Logits, x => (Half)x),
                new Half[b.Logits.Length], extents[k]))];
            loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels, 2, 3, full);
            loss.EvaluateLevelsWithGradient(supervision, halves, data.Labels, 2, 3, full);
            for (int k = 0; k < outputs.Length; k++)
                Numbers.Close(outputs[k].Gradient.ToArray(), Array.ConvertAll(halves[k].Gradient.ToArray(), x => (double)x), 2e-3,
                    $"half {k}");
        }

        static LossShape Shape(int[] full, int[] own) => full.Length switch
        {
            1 => new LossShape(2, 3, full[0]).WithLogits(own[0]),
            2 => new LossShape(2, 3, full[0], full[1]).WithLogits(own[0], own[1]),
            _ => new LossShape(2, 3, full[0], full[1], full[2]).WithLogits(own[0], own[1], own[2]),
        };
    }

    [Fact]
    public void MapsAreThoseOfTheTargetWhereOutputsAreResized()
    {
        var supervision = new DeepSupervision(1) { Resize = Resize.LinearAligned };
        var shape = new LossShape(2, 3, 8, 10);
        var data = new Batch(shape.WithLogits(4, 5), 1);
        double[] mask = new Batch(new(2, 1, 80), 9).Dense;
        double[] gradient = new double[data.Logits.Length], levels = new double[gradient.Length];
        ILoss resizing = new MappedResized();
        LevelOutput<double>[] outputs = [new(data.Logits, levels, 4, 5)];
        double value = resizing.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, new LossInputs(mask), gradient);
        Assert.Equal(value, resizing.EvaluateLevelsWithGradient(supervision, outputs, data.Dense, 2, 3, [8, 10], new LossInputs(mask)));
        Assert.Equal(gradient, levels);
    }

    [Fact]
    public void BilinearIsNamedAsWhatItIs()
    {
        var error = Assert.Throws<ArgumentException>(() => new DeepSupervision(1) { Resize = Resize.Bilinear });
        Assert.Contains("Resize is Bilinear; it must be None, LinearUnaligned or LinearAligned, which is Bilinear for one to three axes",
            error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DeepSupervision(1) { Resize = (Resize)9 });
    }

    [Theory]
    [InlineData(LabelSampling.Center)]
    [InlineData(LabelSampling.First)]
    public void OutputsTakeDenseTargetsAndMapsAtTheSamePlaces(LabelSampling sampling)
    {
        int[][] extents = [[6, 8, 10], [3, 4, 5], [2, 3, 7]];
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Sampling = sampling };
        var data = new Batch(new(2, 3, 480), 1, 255);
        double[] mask = [.. new Batch(new(2, 1, 480), 9).Dense], distances = [.. new Batch(new(2, 3, 480), 8).Dense];
        foreach (ILoss loss in (ILoss[])[new Ignoring(), new PerImageIgnoring(), new Pieced(), new Shared()])
        {
            Batch[] batches = [.. extents.Select((e, k) => new Batch(new(2, 3, e[0] * e[1] * e[2]), k + 2))];
            LevelOutput<double>[] outputs = [.. batches.Select((b, k) => new LevelOutput<double>(b.Logits, new double[b.Logits.Length],
                extents[k]))];
            LossInputs maps = loss is Shared ? new(mask, distances, distances) : loss is Pieced ? new(mask) : default;
            foreach (bool dense in (bool[])[true, false])
            {
                long[] labels = [.. data.Labels.Select(label => label == 255 && loss.Definition.IgnoreIndex is null ? 0 : label)];
                double[] elements = [.. data.Dense.Select(y => y == 255 && loss.Definition.IgnoreIndex is null ? 0.5 : y)];
                double value = dense
                    ? loss.EvaluateLevelsWithGradient(supervision, outputs, elements, 2, 3, extents[0], maps)
                    : loss.EvaluateLevelsWithGradient(supervision, outputs, labels, 2, 3, extents[0], maps);
                double expected = 0;
                for (int k = 0; k < 3; k++)
                {
                    double[] ownMask = Sampled(mask, extents[0], extents[k], sampling), ownDistances = Sampled(distances, extents[0],
                        extents[k], sampling);
                    LossInputs own = loss is Shared ? new(ownMask, ownDistances, ownDistances) : loss is Pieced ? new(ownMask) : default;
                    var gradient = new double[batches[k].Logits.Length];
                    double level = dense
                        ? loss.EvaluateWithGradient(batches[k].Logits, Sampled(elements, extents[0], extents[k], sampling),
                        batches[k].Shape, own, gradient)
                        : loss.EvaluateWithGradient(batches[k].Logits, Sampled(labels, extents[0], extents[k], sampling), batches[k].Shape,
                        own, gradient);
                    expected += supervision.Weights[k] * level;
                    Numbers.Close([.. gradient.Select(g => g * supervision.Weights[k])], outputs[k].Gradient.ToArray(), 1e-15);
                }

                Numbers.Close(expected, value, 1e-14);
            }
        }
    }

    /// <summary>Stored in 16 bits the outputs are read as float, and only the gradient is rounded.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OutputsOf16Bits(bool dense)
    {
        Stored(x => (Half)x, x => (float)x, dense);
        Stored(x => (BFloat16)x, x => x, dense);
    }

    private static void Stored<T>(Converter<float, T> store, Converter<T, float> read, bool dense)
        where T : unmanaged
    {
        int[][] extents = [[6, 8, 10], [3, 4, 5], [2, 3, 7]];
        var supervision = new DeepSupervision(1, 0.5, 0.25);
        var data = new Batch(new(2, 3, 480), 1, 255);
        float[] mask = new Batch(new(2, 1, 480), 9).SingleDense;
        foreach (ILoss loss in (ILoss[])[new Ignoring(), new PerImageIgnoring(), new Pieced()])
        {
            int? ignored = loss.Definition.IgnoreIndex;
            LossInputs maps = loss is Pieced ? new(mask) : default;
            long[] labels = [.. data.Labels.Select(label => label == 255 && ignored is null ? 0 : label)];
            float[] elements = [.. data.SingleDense.Select(y => y == 255 && ignored is null ? 0.5f : y)];
            float[][] logits = [.. extents.Select((e, k) => new Batch(new(2, 3, e[0] * e[1] * e[2]), k + 2).SingleLogits)];
            LevelOutput<T>[] stored = [.. logits.Select(
                (x, k) => new LevelOutput<T>(Array.ConvertAll(x, store), new T[x.Length], extents[k]))];
            LevelOutput<float>[] wide = [.. stored.Select(
                (output, k) => new LevelOutput<float>(Array.ConvertAll(output.Logits.ToArray(), read), new float[output.Logits.Length],
                    extents[k]))];
            double expected = dense
                ? loss.EvaluateLevelsWithGradient(supervision, wide, elements, 2, 3, extents[0], maps, upstream: 4096)
                : loss.EvaluateLevelsWithGradient(supervision, wide, labels, 2, 3, extents[0], maps, upstream: 4096);
            double value = dense
                ? loss.EvaluateLevelsWithGradient(supervision, stored, elements, 2, 3, extents[0], maps, upstream: 4096)
                : loss.EvaluateLevelsWithGradient(supervision, stored, labels, 2, 3, extents[0], maps, upstream: 4096);
            Assert.Equal(expected, value);
            Assert.Equal(expected, dense
                ? loss.EvaluateLevels(supervision, stored, elements, 2, 3, extents[0], maps)
                : loss.EvaluateLevels(supervision, stored, labels, 2, 3, extents[0], maps), 1e-12);
            for (int k = 0; k < extents.Length; k++)
            {
                Assert.Contains(wide[k].Gradient.ToArray(), slope => slope != 0);
                Assert.Equal(Array.ConvertAll(wide[k].Gradient.ToArray(), store), stored[k].Gradient.ToArray());
            }
        }
    }

    [Fact]
    public void TargetsWithTheClassesLastAreTakenPixelByPixel()
    {
        var data = new Batch(new(2, 3, 8, 8), 1, channels: 4);
        var half = new Batch(new(2, 3, 4, 4), 2);
        double[] expected = [.. Enumerable.Range(0, 2 * 16)
            .SelectMany(i => data.Dense.Skip((((i / 16 * 64) + (((i % 16 / 4 * 2) + 1) * 8) + (i % 4 * 2) + 1) * 4)).Take(4))];
        LevelOutput<double>[] outputs = [new(half.Logits, 4, 4)];
        var loss = new Resized();
        Numbers.Close(loss.Evaluate(half.Logits, expected, half.Shape), loss.EvaluateLevels(new(1), outputs, data.Dense, 2, 3, [8, 8]),
            1e-15);
    }

    [Fact]
    public void TinyOutputsAndOtherLabelTypes()
    {
        var data = new Batch(new(3, 3, 8, 8));
        var output = new Batch(new(3, 3, 2, 2));
        var loss = new DiceCrossEntropy();
        LevelOutput<float>[] outputs = [new(output.SingleLogits, 2, 2)];
        long[] labels = Sampled(data.Labels, [1, 8, 8], [1, 2, 2], LabelSampling.Center);
        double expected = loss.Evaluate(output.SingleLogits, labels, output.Shape);
        Assert.Equal(expected, loss.EvaluateLevels(new(1), outputs, data.Labels.Select(label => (byte)label).ToArray(), 3, 3, [8, 8]));
        Assert.Equal(expected, loss.EvaluateLevels(DeepSupervision.Halving(1), outputs, data.Labels.Select(label => (int)label).ToArray(),
            3, 3, [8, 8]));
    }

    [Fact]
    public void AnOutputOfWeightZeroIsNotReadAndHasNoGradient()
    {
        var data = new Batch(new(1, 2, 4, 4));
        double[] bad = [double.NaN, double.NaN], gradient = [1, 1], fine = new double[32];
        LevelOutput<double>[] outputs = [new(data.Logits, fine, 4, 4), new(bad, gradient, 1, 1)];
        double value = new SingleTerm().EvaluateLevelsWithGradient(DeepSupervision.Halving(2), outputs, data.Labels, 1, 2, [4, 4]);
        Assert.Equal(new SingleTerm().Evaluate(data.Logits, data.Labels, data.Shape), value);
        Assert.Equal([0, 0], gradient);
    }

    [Fact]
    public void Weights()
    {
        Assert.Equal([1.0], DeepSupervision.Halving(1).Weights);
        Assert.Equal([2 / 3.0, 1 / 3.0, 0], DeepSupervision.Halving(3).Weights);
        Assert.Equal([1, 0.5, 0.25], DeepSupervision.Halving(3, normalize: false, dropLast: false).Weights);
        Assert.Throws<ArgumentException>(() => new DeepSupervision());
        Assert.Throws<ArgumentException>(() => new DeepSupervision(0, 0));
        Assert.Throws<ArgumentException>(() => new DeepSupervision(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DeepSupervision.Halving(0));
    }

    [Fact]
    public void NothingIsAllocated()
    {
        var data = new Batch(new(1, 3, 8, 8));
        var half = new Batch(new(1, 3, 4, 4));
        LevelOutput<double>[] outputs = [new(data.Logits, new double[192], 8, 8), new(half.Logits, new double[48], 4, 4)];
        var supervision = new DeepSupervision(1, 0.5);
        var loss = new DiceCrossEntropy();
        int[] spatial = [8, 8];
        for (int i = 0; i < 3; i++)
            loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels, 1, 3, spatial);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            loss.EvaluateLevelsWithGradient(supervision, outputs, data.Labels, 1, 3, spatial);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        var data = new Batch(new(1, 3, 8, 8));
        var loss = new DiceCrossEntropy();
        LevelOutput<double>[] outputs = [new(data.Logits, 8, 8)];
        Assert.Equal("outputs", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1, 1), outputs, data.Labels, 1, 3, [8, 8]))
            .ParamName);
        Assert.Equal("outputs", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [4, 16]))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [9, 8]))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Dense, 1, 3, [9, 8]))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => new IndexOnly().EvaluateLevels(new(1), outputs, data.Dense, 1, 3,
            [8, 8])).ParamName);
        Assert.Equal("mask", Assert.Throws<ArgumentException>(() => new Pieced().EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [8, 8]))
            .ParamName);
        Assert.Contains("outputs[0].Gradient", Assert.Throws<ArgumentException>(() => loss.EvaluateLevelsWithGradient(new(1), outputs,
            data.Labels, 1, 3, [8, 8])).Message, StringComparison.Ordinal);
        data.Labels[54] = 3;
        var half = new Batch(new(1, 3, 4, 4));
        ArgumentOutOfRangeException coarse =
            Assert.Throws<ArgumentOutOfRangeException>(() => loss.EvaluateLevels(new(1) { Sampling = LabelSampling.First },
            [new LevelOutput<double>(half.Logits, 4, 4)], data.Labels, 1, 3, [8, 8]));
        Assert.Contains("image 0, pixel 54 is 3", coarse.Message, StringComparison.Ordinal);
        Assert.Equal("target", Assert.Throws<ArgumentOutOfRangeException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3,
            [8, 8])).ParamName);
    }

    private static T[] Sampled<T>(T[] labels, int[] from, int[] to, LabelSampling sampling)
    {
        int Place(int at, int axis) => sampling == LabelSampling.First
            ? (int)Math.Floor(at * (double)from[axis] / to[axis])
            : (int)Math.Floor((at + 0.5) * from[axis] / to[axis]);
        var result = new List<T>();
        for (int n = 0; n < labels.Length / (from[0] * from[1] * from[2]); n++)
        {
            for (int z = 0; z < to[0]; z++)
            {
                for (int y = 0; y < to[1]; y++)
                {
                    for (int x = 0; x < to[2]; x++)
                        result.Add(labels[(((((n * from[0]) + Place(z, 0)) * from[1]) + Place(y, 1)) * from[2]) + Place(x, 2)]);
                }
            }
        }

        return [.. result];
    }
}

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(IncludeBackground = false)]
[LovaszSoftmax(Weight = 0.5)]
public sealed partial class PerImageIgnoring;
