using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>A logit that is not a number gives a value that is none: never a silent number.</summary>
public sealed class NotANumber
{
    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(99)]
    public void NaNGivesNaN(int pixel)
    {
        foreach (int bits in Registers.Widths)
        {
            Registers.With(bits, () =>
            {
                var data = new Batch(new(1, 3, 100));
                data.Logits[100 + pixel] = double.NaN;
                float[] single = data.SingleLogits;
                var loss = new DiceCrossEntropy();
                float[] gradient = new float[single.Length];
                Assert.True(double.IsNaN(loss.Evaluate(data.Logits, data.Labels, data.Shape)));
                Assert.True(double.IsNaN(loss.Evaluate(single, data.Labels, data.Shape)));
                Assert.True(double.IsNaN(loss.EvaluateWithGradient(single, data.Labels, data.Shape, gradient)));
                Assert.True(double.IsNaN(loss.Evaluate(data.Logits, data.Dense, data.Shape)));
                Assert.True(float.IsNaN(gradient[100 + pixel]));
                return 0;
            });
        }
    }
}
