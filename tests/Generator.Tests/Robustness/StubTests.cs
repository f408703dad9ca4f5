using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>While a declaration has an error, the code that uses the loss stays free of errors.</summary>
public class StubTests
{
    [Theory]
    [InlineData("{|LG0003:L|}", "[Loss]")]
    [InlineData("L", "[Loss, Dice(Weight = {|LG0030:-1|})]")]
    public void SpansStayUsable(string name, string attributes) => Markup.Verify($$"""
        {{attributes}} public sealed partial class {{name}};

        static class User
        {
            static double Use(float[] logits, long[] labels, float[] gradient)
            {
                var loss = new L();
                var shape = new LossShape(1, 2, 3);
                var sums = loss.CreateStatistics(shape);
                loss.Accumulate(logits, labels, shape, sums);
                loss.Gradient(logits, labels, shape, sums, gradient);
                return loss.Evaluate(logits, labels, shape) + loss.EvaluateWithGradient(logits, labels, shape, gradient) + loss.Finish(sums);
            }
        }
        """);

    /// <summary>C#'s own error in a formula is the only one: an error in the heading of a class would hide it.</summary>
    [Theory]
    [InlineData(false, "false")]
    [InlineData(true, "false")]
    [InlineData(false, "true")]
    [InlineData(true, "true")]
    public void TheErrorOfAFormulaIsSeen(bool torchSharp, string gpu)
    {
        var compilation = GeneratorDriverHelper.Compile("[Loss(Activation.Softmax)] public sealed partial class L { private static Value Formula(Prediction x, Target y) => Missing(x.Probability); }", torchSharp);
        GeneratorDriverHelper.CreateDriver(("LossGenGpu", gpu)).RunGeneratorsAndUpdateCompilation(compilation, out var whole, out _);
        Assert.Equal("CS0103", Assert.Single(whole.GetDiagnostics(),
            diagnostic => diagnostic.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).Id);
    }

    [Fact]
    public void TheModuleStaysUsable() => Markup.Verify(
        """
        using TorchSharp;
        using static TorchSharp.torch;

        [Loss, Dice(Weight = {|LG0030:-1|})] public sealed partial class L;

        static class User
        {
            static Tensor Use(Tensor logits, Tensor target)
            {
                using var loss = new L();
                nn.Module module = loss;
                double value = loss.EvaluateWithGradient(logits, target, logits);
                return value + loss.forward(logits, target) + loss.call(logits, target);
            }
        }
        """,
        torchSharp: true);
}
