using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Simd;
using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Linear resizing along one to three axes, aligned corners or not, its transpose, and losses that resize.</summary>
public sealed unsafe class Resizing : IDisposable
{
    private readonly long serialBelow = BlockPool.SerialBelow;

    public void Dispose()
    {
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    /// <summary>Logits' size, target's size, how.</summary>
    public static TheoryData<int[], int[], Resize> Sizes => Listed(([16, 16], [31, 47]), ([9, 4, 16], [20, 5, 47]));

    /// <summary>Those of which every derivative is checked.</summary>
    public static TheoryData<int[], int[], Resize> SmallSizes => Listed();

    private static TheoryData<int[], int[], Resize> Listed(params (int[], int[])[] more)
    {
        (int[], int[])[] sizes =
        [
            .. more,
            ([1], [6]), ([4], [4]), ([5], [33]), ([33], [5]), ([6], [1]), ([7], [12]),
            ([1, 1], [5, 7]), ([3, 4], [3, 4]), ([2, 3], [9, 20]), ([5, 1], [8, 1]), ([7, 9], [3, 4]), ([4, 6], [1, 1]), ([6, 5], [1, 33]),
                ([3, 8], [6, 8]),
            ([1, 1, 1], [2, 3, 4]), ([2, 3, 4], [2, 3, 4]), ([2, 4, 5], [1, 8, 9]), ([1, 3, 4], [3, 5, 7]), ([3, 4, 2], [5, 7, 4]),
                ([5, 4, 6], [3, 4, 3]), ([4, 3, 9], [9, 1, 20]), ([3, 1, 1], [7, 1, 1]),
        ];
        var data = new TheoryData<int[], int[], Resize>();
        foreach ((int[] from, int[] to) in sizes)
        {
            data.Add(from, to, Resize.LinearAligned);
            data.Add(from, to, Resize.LinearUnaligned);
            if (to.Length == 2)
                data.Add(from, to, Resize.Bilinear);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void IsTheFormulaAndItsTranspose(int[] from, int[] to, Resize resize)
    {
        LossShape shape = Shape(1, 2, from, to);
        double[] x = new Batch(shape).Logits, g = new Batch(Shape(1, 2, to, to), 2).Logits;
        (double[] found, double[] back) = Run<double, V256<double>>(shape, resize, x, g);
        Numbers.Close(Plain(x, from, to, resize), found, 1e-13);
        Numbers.Close(Dot(found, g), Dot(x, back), 1e-12);
        (float[] single, float[] singleBack) = Run<float, V256<float>>(shape, resize, [.. x.Select(v => (float)v)],
            [.. g.Select(v => (float)v)]);
        Numbers.Close(found, [.. single.Select(v => (double)v)], 1e-5);
        Numbers.Close(back, [.. singleBack.Select(v => (double)v)], 1e-4);
    }

    /// <summary>Numbers of torch.nn.functional.interpolate (2.10) with align_corners=False, and with True.</summary>
    [Fact]
    public void IsWhatTorchDocuments()
    {
        LossShape row = Shape(1, 1, [2], [4]);
        Assert.Equal([1, 1.25, 1.75, 2], Run<double, V256<double>>(row, Resize.LinearUnaligned, [1, 2], new double[4]).Found);
        Numbers.Close([1, 4 / 3.0, 5 / 3.0, 2], Run<double, V256<double>>(row, Resize.LinearAligned, [1, 2], new double[4]).Found, 1e-15);
        Assert.Equal([1.5, 3.5], Run<double, V256<double>>(Shape(1, 1, [4], [2]), Resize.LinearUnaligned, [1, 2, 3, 4], new double[2])
            .Found);
        Assert.Equal([1, 4], Run<double, V256<double>>(Shape(1, 1, [4], [2]), Resize.LinearAligned, [1, 2, 3, 4], new double[2]).Found);
        Assert.Equal(
            [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4],
            Run<double, V256<double>>(Shape(1, 1, [2, 2], [4, 4]), Resize.LinearUnaligned, [1, 2, 3, 4], new double[16]).Found);
    }

    [Theory]
    [MemberData(nameof(SmallSizes))]
    public void ALossOfResizedLogits(int[] from, int[] to, Resize resize)
    {
        ILoss loss = resize switch
        {
            Resize.LinearAligned => new ResizedAligned(),
            Resize.LinearUnaligned => new ResizedUnaligned(),
            _ => new ResizedIndex()
        };
        LossShape shape = Shape(2, 3, from, to);
        var data = new Batch(shape, 1, loss.Definition.IgnoreIndex);
        double[] gradient = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, data.Labels, shape, gradient);
        Numbers.Close(ReferenceEvaluation.Evaluate(loss, shape, data.Logits, data.Labels), value, 1e-13, "labels");
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, shape, data.Logits, data.Labels), gradient, 1e-9, "gradient of labels");
        Assert.Equal(value, loss.Evaluate(data.Logits, data.Labels, shape));

        // What was resized beforehand has the same loss.
        Numbers.Close(loss.Evaluate(Plain(data.Logits, from, to, resize), data.Labels, Shape(2, 3, to, to)), value, 1e-13, "beforehand");

        value = loss.EvaluateWithGradient(data.Logits, data.Dense, shape, gradient);
        Numbers.Close(ReferenceEvaluation.Evaluate(loss, shape, data.Logits, data.Dense), value, 1e-13, "dense");
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, shape, data.Logits, data.Dense), gradient, 1e-9, "gradient of dense");
        float[] single = new float[gradient.Length];
        Numbers.Close(value, loss.EvaluateWithGradient(data.SingleLogits, data.SingleDense, shape, single), 1e-5, "float");
        Numbers.Close(gradient, [.. single.Select(v => (double)v)], 1e-5, "gradient in float");
    }

    [Theory]
    [InlineData(new[] { 3 }, new[] { 7 })]
    [InlineData(new[] { 3, 4 }, new[] { 7, 5 })]
    [InlineData(new[] { 2, 3, 4 }, new[] { 5, 2, 6 })]
    public void UnreducedValuesHaveTheTargetsPixels(int[] from, int[] to)
    {
        var loss = new ResizedElements();
        LossShape shape = Shape(2, 1, from, to);
        var data = new Batch(shape);
        double[] elements = new double[2 * shape.Pixels], gradient = new double[data.Logits.Length],
            upstream = new Batch(Shape(2, 1, to, to), 3).Dense;
        loss.EvaluateElementsWithGradient(data.Logits, data.Dense, shape, elements, upstream, gradient);
        Numbers.Close(ReferenceEvaluation.EvaluateElements(loss, shape, data.Logits, data.Dense), elements, 1e-13);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, shape, data.Logits, data.Dense, upstream), gradient, 1e-9);
    }

    [Fact]
    public void NeighboursAreThoseOfTheTarget()
    {
        var loss = new ResizedSlopes();
        LossShape shape = Shape(2, 2, [2, 3, 4], [4, 5, 7]);
        var data = new Batch(shape);
        double[] gradient = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, data.Dense, shape, gradient);
        Numbers.Close(ReferenceEvaluation.Evaluate(loss, shape, data.Logits, data.Dense), value, 1e-13);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, shape, data.Logits, data.Dense), gradient, 1e-9);
    }

    [Theory]
    [InlineData(new[] { 9 }, new[] { 40 })]
    [InlineData(new[] { 9, 7 }, new[] { 40, 33 })]
    [InlineData(new[] { 5, 9, 7 }, new[] { 8, 20, 33 })]
    public void TheBitsDoNotDependOnThreads(int[] from, int[] to)
    {
        var loss = new ResizedUnaligned();
        LossShape shape = Shape(3, 4, from, to);
        var data = new Batch(shape, 5, 255);
        float[] expected = new float[data.Logits.Length];
        double[] wide = new double[expected.Length];
        double value = loss.EvaluateWithGradient(data.SingleLogits, data.Labels, shape, expected),
            wideValue = loss.EvaluateWithGradient(data.Logits, data.Labels, shape, wide);
        BlockPool.SerialBelow = 0;
        foreach (int threads in (int[])[2, 3, 8])
        {
            LossRuntime.Threads = threads;
            float[] single = new float[expected.Length];
            double[] found = new double[expected.Length];
            Assert.Equal(value, loss.EvaluateWithGradient(data.SingleLogits, data.Labels, shape, single));
            Assert.Equal(wideValue, loss.EvaluateWithGradient(data.Logits, data.Labels, shape, found));
            Assert.Equal(expected, single);
            Assert.Equal(wide, found);
        }
    }

    [Fact]
    public void WhatCannotBeResizedIsNamed()
    {
        Wrong("Resize.LinearUnaligned", new DiceCrossEntropy(), Shape(2, 3, [4, 5], [8, 9]));
        Wrong("(2, 4, 5) and the target (2, 8, 9)", new DiceCrossEntropy(), Shape(2, 3, [2, 4, 5], [2, 8, 9]));
        Wrong("(2, 4, 5) and the target (2, 8, 9); ResizedIndex declares Resize = Resize.Bilinear", new ResizedIndex(),
            Shape(2, 3, [2, 4, 5], [2, 8, 9]));
        Wrong("(4) and the target (8); ResizedIndex declares Resize = Resize.Bilinear", new ResizedIndex(), Shape(2, 3, [4], [8]));
        Wrong("(2, 5) and the target (10); ResizedUnaligned resizes logits of one to 3 spatial axes", new ResizedUnaligned(),
            new LossShape(2, 3, 10).WithLogits(2, 5));
        Wrong("(2, 4, 5) and the target (8, 9); ResizedUnaligned resizes", new ResizedUnaligned(), new LossShape(2, 3, 8, 9).WithLogits(2,
            4, 5));
        Wrong("each must be at least 1", new ResizedUnaligned(), new LossShape(2, 3, 8, 9).WithLogits(0, 5));

        static void Wrong(string part, ILoss loss, LossShape shape)
        {
            double[] logits = new double[shape.Batch * shape.Classes * shape.LogitPixels],
                target = new double[shape.Batch * shape.Classes * shape.Pixels];
            Action[] calls =
            [
                () => loss.Evaluate(logits, target, shape),
                () => loss.EvaluateWithGradient(logits, target, shape, new double[logits.Length]),
                () => ReferenceEvaluation.Evaluate(loss, shape, logits, target),
            ];
            foreach (Action call in shape.LogitPixels == 0 ? calls[..2] : calls)
            {
                var error = Assert.Throws<ArgumentException>(call);
                Assert.Equal("shape", error.ParamName);
                Assert.Contains(part, error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static LossShape Shape(int batch, int classes, int[] from, int[] to) => to.Length switch
    {
        1 => new LossShape(batch, classes, to[0]).WithLogits(from[0]),
        2 => new LossShape(batch, classes, to[0], to[1]).WithLogits(from[0], from[1]),
        _ => new LossShape(batch, classes, to[0], to[1], to[2]).WithLogits(from[0], from[1], from[2]),
    };

    private static (T[] Found, T[] Back) Run<T, V>(LossShape shape, Resize resize, T[] x, T[] g)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        where V : struct, IVector<V, T>
    {
        T[] found = new T[g.Length], back = new T[x.Length];
        fixed (T* source = x, target = found, gradient = back, arrived = g)
        {
            ResizeJob<T, V>.Forward(shape, resize, source, target);
            ResizeJob<T, V>.Adjoint(shape, resize, gradient, arrived);
        }

        return (found, back);
    }

    // As torch documents it: the sum over the two, four or eight pixels around, each with the product of its shares along the axes.
    private static double[] Plain(double[] x, int[] from, int[] to, Resize resize)
    {
        int pixels = from.Aggregate(1, (a, b) => a * b), targets = to.Aggregate(1, (a, b) => a * b);
        var result = new double[x.Length / pixels * targets];
        for (int i = 0; i < result.Length; i++)
        {
            for (int corner = 0; corner < 1 << to.Length; corner++)
            {
                int rest = i % targets, step = 1, offset = i / targets * pixels;
                double share = 1;
                for (int axis = to.Length - 1; axis >= 0; axis--)
                {
                    (rest, int at) = Math.DivRem(rest, to[axis]);
                    double position = resize == Resize.LinearUnaligned
                        ? Math.Max(((at + 0.5) * ((double)from[axis] / to[axis])) - 0.5, 0)
                        : to[axis] == 1 ? 0 : at * ((from[axis] - 1.0) / (to[axis] - 1));
                    int low = Math.Min((int)Math.Floor(position), from[axis] - 1);
                    bool isHigh = ((corner >> axis) & 1) != 0;
                    share *= isHigh ? position - low : 1 - (position - low);
                    offset += Math.Min(low + (isHigh ? 1 : 0), from[axis] - 1) * step;
                    step *= from[axis];
                }

                result[i] += share * x[offset];
            }
        }

        return result;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
