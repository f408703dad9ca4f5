using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Float sums over many pixels stay near those in double.</summary>
public class LongSums
{
    [Fact]
    public void FourMillionPixelsInFloat()
    {
        const int pixels = 1 << 22;
        var random = new Random(5);
        float[] logits = new float[2 * pixels];
        for (int i = 0; i < logits.Length; i++)
            logits[i] = (float)((random.NextDouble() * 6) - 3);
        byte[] labels = new byte[pixels];
        random.NextBytes(labels);
        for (int i = 0; i < pixels; i++)
            labels[i] &= 1;
        double[] wide = Array.ConvertAll(logits, x => (double)x);
        var shape = new LossShape(1, 2, pixels);
        var loss = new DiceCrossEntropy();
        double expected = loss.Evaluate(wide, labels, shape);
        Assert.InRange(loss.Evaluate(logits, labels, shape) / expected, 1 - 1e-7, 1 + 1e-7);
    }
}
