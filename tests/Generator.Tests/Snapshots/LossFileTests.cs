using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Snapshots;

/// <summary>The generated files as users read them. Few on purpose: each is read in full when it changes.</summary>
public sealed class LossFileTests
{
    /// <summary>Two passes, three shared sums a class, one logarithm a pixel.</summary>
    [Fact]
    public void DiceCrossEntropy() => Verify("DiceCrossEntropy", torchSharp: true, """
        [Loss(Activation.Softmax, Target = TargetKind.Index)]
        [Dice(Smooth = 1e-5)]
        [CrossEntropy(Weight = 0.5)]
        public sealed partial class DiceCrossEntropy;
        """);

    /// <summary>The gradient needs no statistics: value and gradient in one pass.</summary>
    [Fact]
    public void BinaryCrossEntropy() => Verify("Bce", torchSharp: false, """
        [Loss(Activation.Sigmoid, Target = TargetKind.Dense)]
        [BinaryCrossEntropy]
        public sealed partial class Bce;
        """);

    /// <summary>A formula in place with a run-time parameter, per image, ignored pixels.</summary>
    [Fact]
    public void FormulaInPlace() => Verify("LogCoshDice", torchSharp: false, """
        [Loss(Activation.Softmax, Target = TargetKind.Index, PerImage = true, IgnoreIndex = 255)]
        public sealed partial class LogCoshDice
        {
            public double Smooth { get; set; } = 1;

            private static Value Formula(Prediction x, Target y, double smooth)
            {
                Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
                return MeanOverClasses(Log(Cosh(1 - (2 * tp + smooth) / (p + t + smooth))));
            }
        }
        """);

    /// <summary>With kernels for class indices and for dense targets the file is still read at one sitting.</summary>
    [Fact]
    public void TheFileOfDiceAndCrossEntropyHasFewerThan600Lines()
    {
        GeneratorRun run = GeneratorDriverHelper.Run(
            """
            namespace Medical.Losses;

            [Loss(Activation.Softmax)]
            [Dice]
            [CrossEntropy]
            public sealed partial class DiceCrossEntropy;
            """,
            torchSharp: true);
        run.AssertClean();
        Assert.InRange(run.Sources["Medical.Losses.DiceCrossEntropy.g.cs"].Count(c => c == '\n'), 1, 599);
    }

    private static void Verify(string loss, bool torchSharp, string source, [System.Runtime.CompilerServices.CallerMemberName] string method = "")
    {
        GeneratorRun run = GeneratorDriverHelper.Run(source, torchSharp);
        run.AssertClean();
        Snapshot.Verify(run.Sources[loss + ".g.cs"], loss, method: method);
        if (torchSharp)
            Snapshot.Verify(run.Sources[loss + ".Torch.g.cs"], loss + ".Torch", method: method);
    }
}
