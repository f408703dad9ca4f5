using System.Runtime.Loader;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>
/// What LG0060 and LG0069 say of a formula is what its kernels do: the gradient at logits where float has no more numbers between the
/// probabilities and 0 or 1.
/// </summary>
public class SlopeMeasurementTests
{
    private static readonly string[] Formulas =
    [
        "Pow(SumOverClasses(y * x.Probability), 0.7)", "1 - Pow(SumOverClasses(y * x.Probability), 0.3)",
            "SumOverClasses(y * (1 - Pow(x.Probability, 0.7)) / 0.7)",
        "(1 - Pow(SumOverClasses(y * x.Probability), 0.7)) / 0.7", "y * Pow(x.Complement, 0.5)", "y * Pow(x.Probability, 0.5)",
            "Pow(x.Probability, 0.5)", "Pow(x.Complement, 0.5)",
        "Sqrt(x.Probability)", "SumOverClasses(y * Sqrt(x.Probability))", "Pow(1 - SumOverClasses(y * x.Probability), 0.7)",
            "Pow(SumOverClasses(y * x.Complement), 0.7)",
        "SumOverClasses(Pow(x.Probability, 0.5))", "Sqrt(SumOverClasses(Square(x.Probability - y)))", "Pow(Abs(x.Probability - y), 0.5)",
            "Pow(x.Probability * x.Complement, 0.5)",
        "Pow(x.Probability, 0.7) * x.LogProbability", "Pow(Square(x.Probability), 0.3)", "Pow(1 - MaxOverClasses(x.Probability), 0.5)",
            "Pow(x.Probability + 1e-6, 0.5)",
        "Where(x.Probability > 0, Pow(x.Probability, 0.5), 0)", "Pow(x.Complement, 1.5)",
    ];

    // Of a softmax the kernels select the product with a probability of 0, which takes the infinite slope away; the rule does not count on
    // it.
    private static readonly string[] Selected =
        ["Pow(x.Probability, 0.5)", "Sqrt(x.Probability)", "SumOverClasses(Pow(x.Probability, 0.5))", "Pow(x.Probability, 0.7) * x.LogProbability"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string formula in Formulas)
            {
                cases.Add("Softmax", formula);
                cases.Add("Sigmoid", formula);
            }

            // The largest of the classes of a softmax is never small.
            cases.Add("Softmax", "Pow(MaxOverClasses(x.Probability), 0.5)");
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheMessageIsWhatTheKernelsDo(string activation, string formula)
    {
        GeneratorRun run = GeneratorDriverHelper.Run(MeaningDiagnosticTests.Formula(formula, $"Loss(Activation.{activation})"));
        var context = new AssemblyLoadContext(formula, isCollectible: true);
        var image = new MemoryStream();
        Assert.True(run.Output.Emit(image).Success);
        image.Position = 0;
        var loss = (ILoss)Activator.CreateInstance(context.LoadFromStream(image).GetType("L", throwOnError: true)!)!;
        bool isFiniteOfLabels = true, isFiniteOfDense = true;
        foreach (float gap in (float[])[0, 1, 15, 30, 60, 100, 200, 1e4f])
        {
            // Two pixels, one right and one wrong, of two classes and of three, of which two are far below.
            foreach (int classes in (int[])[2, 3])
            {
                float[] logits = [gap, -gap, -gap, gap, -gap, -gap], gradient = new float[2 * classes];
                var shape = new LossShape(1, classes, 2);
                loss.EvaluateWithGradient(logits.AsSpan(0, 2 * classes), (long[])[0, 0], shape, gradient);
                isFiniteOfLabels &= gradient.All(float.IsFinite);
                loss.EvaluateWithGradient(logits.AsSpan(0, 2 * classes), ((float[])[1, 1, 0, 0, 0, 0]).AsSpan(0, 2 * classes), shape,
                    gradient);
                isFiniteOfDense &= gradient.All(float.IsFinite);
            }
        }

        context.Unload();
        bool isSelected = activation == "Softmax" && Selected.Contains(formula);
        Assert.True(!isSelected || (isFiniteOfLabels && isFiniteOfDense));
        string[] expected = isSelected || !isFiniteOfLabels ? ["LG0060"] : !isFiniteOfDense ? ["LG0069"] : [];
        Assert.Equal(expected, run.Diagnostics.Select(diagnostic => diagnostic.Id).Where(id => id is "LG0060" or "LG0069"));
        Assert.All(run.Diagnostics, diagnostic => Assert.Equal(diagnostic.Id == "LG0069" ? DiagnosticSeverity.Info
            : DiagnosticSeverity.Warning, diagnostic.Severity));
    }

    /// <summary>The measured cases have some of each.</summary>
    [Fact]
    public void AnIndexTargetAloneHasNoMessage()
    {
        const string Formula = "Pow(SumOverClasses(y * x.Probability), 0.7)";
        Assert.Empty(Markup.Verify(MeaningDiagnosticTests.Formula(Formula, "Loss(Activation.Softmax, Target = TargetKind.Index)"))
            .Diagnostics);
        Markup.Verify(MeaningDiagnosticTests.Formula($$"""{|LG0069:{{Formula}}|}""", "Loss(Activation.Softmax)"));
        Markup.Verify(MeaningDiagnosticTests.Formula($$"""{|LG0060:{{Formula}}|}""", "Loss(Activation.Softmax, Target = TargetKind.Dense)"));
    }
}
