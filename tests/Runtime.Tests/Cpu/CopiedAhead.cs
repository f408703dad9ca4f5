using LossGen.Cpu;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>
/// Many classes: a tile's logits are copied while the tile before it is computed. None may be old, another tile's or another block's.
/// </summary>
public sealed class CopiedAhead : IDisposable
{
    private readonly long serialBelow = BlockPool.SerialBelow;

    public void Dispose()
    {
        BlockPool.SerialBelow = serialBelow;
        LossRuntime.Threads = 1;
    }

    public static TheoryData<int, int> Shapes => new() { { 5, 640 }, { 6, 5_000 }, { 19, 3_333 }, { 19, 40_000 }, { 32, 900 },
        { 67, 2_500 }, { 200, 700 }, { 8, 270_000 }, { 130, 16_384 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TheBitsAreThoseOfPixelsSideBySide(int classes, int pixels)
    {
        // With the classes of a pixel side by side every tile is copied on its own.
        var data = new Batch(new(2, classes, pixels), 5);
        float[] logits = data.SingleLogits, sideBySide = Transposed(logits, classes, pixels);
        foreach (ILoss loss in new ILoss[] { new DiceCrossEntropy(), new PerImage(), new Ignoring() })
        {
            foreach (int bits in Registers.Widths)
            {
                Registers.With(bits, () =>
                {
                    (double value, float[] gradient) = Run(loss, logits, data.Labels, data.Shape);
                    (double expected, float[] expectedGradient) = Run(loss, sideBySide, data.Labels, data.Shape.WithClassesLast());
                    Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(value));
                    Assert.Equal(expectedGradient, Transposed(gradient, classes, pixels));
                    return 0;
                });
            }
        }
    }

    // So many that rows are longer where planes are copied ahead than where pixels lie side by side.
    [Theory]
    [InlineData(300)]
    [InlineData(503)]
    public void TheBitsAreThoseOfImagesOfOneTile(int classes)
    {
        const int tile = 256, tiles = 5;
        var loss = new CrossEntropyAlone();
        var data = new Batch(new(1, classes, tile * tiles), 3);
        float[] logits = data.SingleLogits, apart = new float[logits.Length];
        for (int i = 0; i < logits.Length; i++)
            apart[Place(i)] = logits[i];
        foreach (int bits in Registers.Widths)
        {
            Registers.With(bits, () =>
            {
                (_, float[] gradient) = Run(loss, logits, data.Labels, data.Shape);
                (_, float[] expected) = Run(loss, apart, data.Labels, new(tiles, classes, tile));
                for (int i = 0; i < gradient.Length; i++)
                    Assert.Equal(expected[Place(i)], gradient[i]);
                return 0;
            });
        }

        // (C, tiles, pixels) as (tiles, C, pixels).
        int Place(int i) => (i / tile % tiles * classes * tile) + (i / (tile * tiles) * tile) + (i % tile);
    }

    [Fact]
    public void LogitsThatChangedBetweenCallsAreReadAnew()
    {
        var loss = new DiceCrossEntropy();
        Batch first = new(new(1, 7, 4_096), 1), second = new(new(1, 7, 4_096), 2);
        float[] logits = first.SingleLogits;
        Run(loss, logits, first.Labels, first.Shape);
        second.SingleLogits.CopyTo(logits, 0);
        (double value, float[] gradient) = Run(loss, logits, second.Labels, second.Shape);
        (double expected, float[] expectedGradient) = Run(loss, second.SingleLogits, second.Labels, second.Shape);
        Assert.Equal(expected, value);
        Assert.Equal(expectedGradient, gradient);
    }

    [Fact]
    public void AnyNumberOfThreadsGivesTheSameBits()
    {
        BlockPool.SerialBelow = 0;
        var loss = new DiceCrossEntropy();
        var data = new Batch(new(3, 9, 50_001), 2);
        (double value, float[] gradient) = Run(loss, data.SingleLogits, data.Labels, data.Shape);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            LossRuntime.Threads = threads;
            (double found, float[] foundGradient) = Run(loss, data.SingleLogits, data.Labels, data.Shape);
            Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(found));
            Assert.Equal(gradient, foundGradient);
        }
    }

    private static (double Value, float[] Gradient) Run(ILoss loss, float[] logits, long[] labels, LossShape shape)
    {
        var gradient = new float[logits.Length];
        return (loss.EvaluateWithGradient(logits, labels, shape, gradient), gradient);
    }

    // (N, rows, columns) as (N, columns, rows).
    private static float[] Transposed(float[] numbers, int rows, int columns)
    {
        var result = new float[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            int image = i / (rows * columns), within = i % (rows * columns);
            result[(image * rows * columns) + (within % columns * rows) + (within / columns)] = numbers[i];
        }

        return result;
    }
}
