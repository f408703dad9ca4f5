using System.Reflection;
using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;
using LossGen.Generator.Tests.Parse;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>What is sound is not warned of, and what is warned of can be switched off.</summary>
public class SoundLossTests
{
    private static readonly string[] Options =
    [
        "Activation.Softmax", "Activation.Sigmoid", "Activation.None", "Activation.Exp", "Activation.Softmax, PerImage = true",
            "Activation.Softmax, Reduction = Reduction.Sum",
        "Activation.Softmax, IgnoreIndex = 255, Classes = 4", "Activation.Softmax, Reduction = Reduction.None",
            "Activation.Sigmoid, Target = TargetKind.Dense",
    ];

    private static readonly string[] OneSided = ["CrossEntropy", "WeightedCrossEntropy", "OhemCrossEntropy", "TopKCrossEntropy",
        "ExpLogCrossEntropy", "AsymmetricFocal", "KullbackLeibler"];

    [Theory]
    [MemberData(nameof(CatalogueTests.Terms), MemberType = typeof(CatalogueTests))]
    public void TermsOfTheCatalogueGiveNoMessage(string term)
    {
        string name = term.Replace("Attribute", "", StringComparison.Ordinal);
        string[] all = typeof(LossTermAttribute).Assembly.GetType("LossGen." + term)!.GetCustomAttribute<TakesPairsAttribute>() is { } pairs
            ? [.. pairs.Kinds.Select(kind => $"Pairs = Pairs.{kind}")]
            : Options;
        IEnumerable<string> losses = all.Select((options, i) => $"[Loss({options}), {name}] public partial class L{i};");

        // Of a sigmoid those that look at the label alone are not sound.
        bool isOneSided = OneSided.Contains(name);
        Assert.Equal(isOneSided ? ["LG0057"] : [], GeneratorDriverHelper.Run(string.Join("\n", losses))
            .Diagnostics.Select(diagnostic => diagnostic.Id).Distinct());
    }

    // The Dice of kornia, keras and MMSegmentation smooths the denominator alone and pools the classes; the others are sound.
    [Theory]
    [InlineData("Monai", "Dice, CrossEntropy, Focal, Tversky, Jaccard")]
    [InlineData("Smp", "Dice, CrossEntropy, Focal, Tversky, Jaccard, MatthewsCorrelation")]
    [InlineData("NnUnet", "Dice, CrossEntropy")]
    [InlineData("Torch", "CrossEntropy, BinaryCrossEntropy, KullbackLeibler")]
    [InlineData("Kornia", "Focal, CrossEntropy")]
    [InlineData("Keras", "CrossEntropy, Focal, Poisson")]
    [InlineData("Mmseg", "CrossEntropy, Focal, Tversky, LovaszSoftmax")]
    [InlineData("PaddleSeg", "Dice, CrossEntropy, TopKCrossEntropy, KullbackLeibler")]
    [InlineData("Optax", "Dice, CrossEntropy, Focal")]
    public void ConventionsGiveNoMessage(string convention, string terms) =>
        Assert.Empty(GeneratorDriverHelper.Run(
            $"[Loss(Activation.Softmax, Convention = Convention.{convention}), {terms}] public partial class L;").AssertClean()
            .Diagnostics);

    [Fact]
    public void APragmaSwitchesOff()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("""
            #pragma warning disable LG0050 // the network ends in a softmax
            [Loss, CrossEntropy] public partial class A;
            #pragma warning restore LG0050
            [Loss, CrossEntropy] public partial class B;
            [Loss(Activation.Sigmoid)]
            public partial class C
            {
                static Value Formula(Prediction x, Target y)
                {
            #pragma warning disable LG0060
                    Value root = Pow(x.Probability, 0.5);
            #pragma warning restore LG0060
                    return root + Sqrt(x.Complement);
                }
            }
            """);
        Assert.Equal(["LG0050", "LG0060"], run.Diagnostics.Where(diagnostic => !diagnostic.IsSuppressed).Select(diagnostic => diagnostic.Id)
            .Order());
    }

    [Theory]
    [InlineData("none", null)]
    [InlineData("error", DiagnosticSeverity.Error)]
    [InlineData("suggestion", DiagnosticSeverity.Info)]
    public void AnEditorConfigSetsTheSeverity(string severity, DiagnosticSeverity? expected)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile("[Loss, CrossEntropy] public partial class A;");
        compilation = compilation.WithOptions(compilation.Options.WithSyntaxTreeOptionsProvider(new EditorConfig("LG0050", severity)));
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(compilation);
        Assert.Equal(expected is null ? [] : [expected],
            driver.GetRunResult().Diagnostics.Select(diagnostic => (DiagnosticSeverity?)diagnostic.Severity));
    }

    [Fact]
    public void AFindingThatMovedIsFoundWithoutNewAnalysis()
    {
        CSharpCompilation before = GeneratorDriverHelper.Compile("[Loss, CrossEntropy] public partial class A;");
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(before);
        GeneratorRunResult second = driver.RunGenerators(GeneratorDriverHelper.Edit(before, "[Loss", "\n\n[Loss")).GetRunResult()
            .Results.Single();
        Assert.Equal(2, Assert.Single(second.Diagnostics).Location.GetLineSpan().StartLinePosition.Line);
        Assert.All(
            second.TrackedSteps[LossGenerator.AnalyzeStep].SelectMany(step => step.Outputs),
            output => Assert.Equal(IncrementalStepRunReason.Cached, output.Reason));
    }

    [Fact]
    public void FindingsHoldNothingOfRoslyn()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("[Loss, CrossEntropy, Dice(SmoothNumerator = 0)] public partial class A;");
        object findings = Assert.Single(run.Values<object>(LossGenerator.AnalyzeStep));
        Assert.Empty(ObjectGraph.FindRoslyn(findings));
    }

    private sealed class EditorConfig(string id, string severity) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.NotGenerated;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken,
            out ReportDiagnostic found)
        {
            found = severity switch { "none" => ReportDiagnostic.Suppress, "error" => ReportDiagnostic.Error, _ => ReportDiagnostic.Info };
            return diagnosticId == id;
        }

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken,
            out ReportDiagnostic found)
        {
            found = ReportDiagnostic.Default;
            return false;
        }
    }
}
