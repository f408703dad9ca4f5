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
            LevelOutput<double>[] outputs = [.. batches.Select((b, k) => new LevelOutput<double>(b.Logits, new double[b.Logits.Length], extents[k]))];
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
            LevelOutput<double>[] outputs = [.. batches.Select((b, k) => new LevelOutput<double>(b.Logits, new double[b.Logits.Length], extents[k]))];
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
                    double[] ownMask = Sampled(mask, extents[0], extents[k], sampling), ownDistances = Sampled(distances, extents[0], extents[k], sampling);
                    LossInputs own = loss is Shared ? new(ownMask, ownDistances, ownDistances) : loss is Pieced ? new(ownMask) : default;
                    var gradient = new double[batches[k].Logits.Length];
                    double level = dense
                        ? loss.EvaluateWithGradient(batches[k].Logits, Sampled(elements, extents[0], extents[k], sampling), batches[k].Shape, own, gradient)
                        : loss.EvaluateWithGradient(batches[k].Logits, Sampled(labels, extents[0], extents[k], sampling), batches[k].Shape, own, gradient);
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
                (output, k) => new LevelOutput<float>(Array.ConvertAll(output.Logits.ToArray(), read), new float[output.Logits.Length], extents[k]))];
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
        double[] expected = [.. Enumerable.Range(0, 2 * 16).SelectMany(i => data.Dense.Skip((((i / 16 * 64) + (((i % 16 / 4 * 2) + 1) * 8) + (i % 4 * 2) + 1) * 4)).Take(4))];
        LevelOutput<double>[] outputs = [new(half.Logits, 4, 4)];
        var loss = new Resized();
        Numbers.Close(loss.Evaluate(half.Logits, expected, half.Shape), loss.EvaluateLevels(new(1), outputs, data.Dense, 2, 3, [8, 8]), 1e-15);
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
        Assert.Equal(expected, loss.EvaluateLevels(DeepSupervision.Halving(1), outputs, data.Labels.Select(label => (int)label).ToArray(), 3, 3, [8, 8]));
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
        Assert.Equal("outputs", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1, 1), outputs, data.Labels, 1, 3, [8, 8])).ParamName);
        Assert.Equal("outputs", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [4, 16])).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [9, 8])).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => loss.EvaluateLevels(new(1), outputs, data.Dense, 1, 3, [9, 8])).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => new IndexOnly().EvaluateLevels(new(1), outputs, data.Dense, 1, 3, [8, 8])).ParamName);
        Assert.Equal("mask", Assert.Throws<ArgumentException>(() => new Pieced().EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [8, 8])).ParamName);
        Assert.Contains("outputs[0].Gradient", Assert.Throws<ArgumentException>(() => loss.EvaluateLevelsWithGradient(new(1), outputs, data.Labels, 1, 3, [8, 8])).Message, StringComparison.Ordinal);
        data.Labels[54] = 3;
        var half = new Batch(new(1, 3, 4, 4));
        ArgumentOutOfRangeException coarse = Assert.Throws<ArgumentOutOfRangeException>(() => loss.EvaluateLevels(new(1) { Sampling = LabelSampling.First }, [new LevelOutput<double>(half.Logits, 4, 4)], data.Labels, 1, 3, [8, 8]));
        Assert.Contains("image 0, pixel 54 is 3", coarse.Message, StringComparison.Ordinal);
        Assert.Equal("target", Assert.Throws<ArgumentOutOfRangeException>(() => loss.EvaluateLevels(new(1), outputs, data.Labels, 1, 3, [8, 8])).ParamName);
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
