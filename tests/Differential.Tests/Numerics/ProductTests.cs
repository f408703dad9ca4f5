using LossGen.Cpu;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>Kernels take one logarithm of the product of many pixels' factors: of so many that a float holds it.</summary>
public sealed class ProductTests
{
    private const string Declaration = """
        [Loss(Activation.Sigmoid, Target = TargetKind.Index)]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => Softplus(y) * MeanOverClasses(y);
        }
        """;

    /// <summary>Of eight classes one is the label's, with log(1 + e), and seven have log(2); their mean is times 1/8.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void ALogarithmOfEveryClassOfAPixel(int pixels)
    {
        ILoss loss = DeclarationCompiler.Compile([Declaration]).Create(Declaration);
        double value = loss.Evaluate<float, byte>(new float[8 * pixels], new byte[pixels], new LossShape(1, 8, pixels));
        Assert.Equal((1.3132616875182228 + (7 * 0.6931471805599453)) / 64, value, 1e-6);
    }
}
