using System.Collections.Immutable;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>Valid C# that few people write, and projects with other settings.</summary>
public class UnusualProjectTests
{
    private const string Term = "public sealed partial class OverlapAttribute : LossTermAttribute { public Kind Kind { get; init; } = Kind.B; public static Value Formula(Prediction x, Target y, Kind kind) => kind == Kind.B ? Sum(x.Probability * y) : y; } public enum Kind { A, B }";

    [Fact]
    public void ATermsAssemblyMayHaveAnAlias()
    {
        MetadataReference terms = GeneratorDriverHelper.Build("Terms", Term).WithAliases(["theirs", "others"]);
        foreach (bool torchSharp in new[] { false, true })
            GeneratorDriverHelper.Run("extern alias theirs; [Loss(Activation.Softmax), theirs::Overlap] public sealed partial class L;",
                torchSharp, terms).AssertClean();
    }

    [Fact]
    public void ATermThatIsLocalToItsFile() => Markup.Verify("""
        file sealed partial class {|LG0002:OverlapAttribute|} : LossTermAttribute { public static Value Formula(Prediction x, Target y) => Sum(x.Probability * y); }
        [Loss(Activation.Softmax), Overlap] public sealed partial class L;
        """);

    [Fact]
    public void ATermThatTheLossCannotReach() => Markup.Verify("""
        public partial class Outer
        {
            private sealed partial class OverlapAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => Sum(x.Probability * y); }
            [Loss(Activation.Softmax), Overlap] public sealed partial class Inside;
        }
        """);

    [Theory]
    [InlineData("Flags.A | Flags.C", true)]
    [InlineData("Flags.All", true)]
    [InlineData("Flags.B", false)]
    [InlineData("0", false)]
    public void FlagsMayBeCombined(string flags, bool isChosen)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($$"""
            [Flags] public enum Flags { A = 1, B = 2, C = 4, All = 7 }
            public sealed partial class OverlapAttribute : LossTermAttribute
            {
                public Flags Flags { get; init; }
                public static Value Formula(Prediction x, Target y, Flags flags) => (flags & Flags.A) != 0 && (flags | Flags.B) != Flags.B ? Sum(x.Probability * y) : Sum(Square(x.Probability));
            }
            [Loss(Activation.Softmax), Overlap(Flags = {{flags}})] public sealed partial class L;
            """).AssertClean();
        Assert.Equal(isChosen, run.Sources["L.g.cs"].Contains("overlap", StringComparison.OrdinalIgnoreCase) && run.Sources["L.g.cs"]
            .Contains("[label = c]*p", StringComparison.Ordinal));
    }

    [Fact]
    public void FlagsThatDoNotExistAreRefused() => Markup.Verify("""
        [Flags] public enum Flags { None, A = 1, B = 2 }
        public sealed partial class OverlapAttribute : LossTermAttribute { public Flags Flags { get; init; } public static Value Formula(Prediction x, Target y, Flags flags) => flags == Flags.A ? y : Sum(x.Probability * y); }
        [Loss(Activation.Softmax), Overlap(Flags = {|LG0033:(Flags)8|})] public sealed partial class L;
        """);

    [Theory]
    [InlineData("{|LG0010:v.Half()|}")]
    [InlineData("{|LG0010:v.Third|}")]
    public void ExtensionMembersHaveAMessage(string call)
    {
        GeneratorRun run = Markup.Verify($$"""
            internal static class Extensions { extension(Value v) { public Value Half() => v / 2; public Value Third => v / 3; } }
            [Loss(Activation.Softmax)] public sealed partial class L { private static Value Formula(Prediction x, Target y) { Value v = Sum(x.Probability * y); return {{call}}; } }
            """);
        Assert.Contains("extension", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        Assert.Contains("'this'", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Loss(Activation.Softmax)] public sealed partial class L {", "}")]
    [InlineData("public sealed partial class TAttribute : LossTermAttribute { public double Smooth { get; init; } = 1;", "} [Loss(Activation.Softmax), T] public sealed partial class L;")]
    public void APartialFormula(string open, string close) => GeneratorDriverHelper.Run(
        $"{open} public static partial Value Formula(Prediction x, Target y, double smooth = 1); public static partial Value Formula(Prediction x, Target y, double smooth) => smooth + Sum(x.Probability * y); {close}").AssertClean();

    [Theory]
    [InlineData("PixelMap a", "Tensor, Tensor, Tensor, Tensor", true)]
    [InlineData("PixelMap a, PixelMap b", "Tensor, Tensor, Tensor, Tensor, Tensor", true)]
    [InlineData("PixelMap a", "Tensor, Tensor, Tensor", false)]
    [InlineData("double a = 1", "Tensor, Tensor, Tensor, Tensor", false)]
    public void TheBaseClassOfALossWithMaps(string parameter, string tensors, bool isRight)
    {
        string bases = $"global::TorchSharp.Loss<{tensors.Replace("Tensor", "global::TorchSharp.torch.Tensor", StringComparison.Ordinal)}>";
        GeneratorRun run = Markup.Verify(
            $"[Loss(Activation.Softmax)] public sealed partial class L : {(isRight ? bases : $"{{|LG0005:{bases}|}}")} {{ private static Value Formula(Prediction x, Target y, {parameter}) => a * Sum(x.Probability * y); }}",
            torchSharp: true, allowCompilerErrors: !isRight);
        if (!isRight)
            Assert.Contains($"TorchSharp.Loss<{string.Join(", ", Enumerable.Repeat("Tensor", parameter.Contains("Map", StringComparison.Ordinal) ? 4 : 3))}>", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    /// <summary>
    /// With C# 12 everything compiles; with an older one there is a message at each declaration, and no error in a generated file.
    /// </summary>
    [Theory]
    [InlineData(LanguageVersion.CSharp9)]
    [InlineData(LanguageVersion.CSharp11)]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.CSharp13)]
    public void OlderLanguages(LanguageVersion version)
    {
        const string Source = """
            using LossGen;
            using static LossGen.Functions;
            public sealed partial class OverlapAttribute : LossTermAttribute { public double Smooth { get; init; } = 1; public OverlapAttribute() { Smooth = 2; } public static Value Formula(Prediction x, Target y, double smooth) => smooth * Sum(x.Probability * y); }
            [Loss(Activation.Softmax), Overlap, Dice, CrossEntropy] public sealed partial class L { public double Gamma { get; set; } private static Value Formula(Prediction x, Target y, PixelMap map, double gamma = 2) => map * gamma * SumOverClasses(y * x.LogProbability); }
            """;
        CSharpParseOptions options = new(version);
        CSharpCompilation modern = GeneratorDriverHelper.Compile("", torchSharp: true);
        CSharpCompilation compilation = modern.RemoveAllSyntaxTrees().AddSyntaxTrees(CSharpSyntaxTree.ParseText(Source, options,
            "Source.cs"));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new LossGenerator().AsSourceGenerator()], parseOptions: options);
        driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out ImmutableArray<Diagnostic> diagnostics);
        Assert.Empty(whole.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        Assert.Equal(version < LanguageVersion.CSharp12 ? ["LG0009", "LG0009"] : [], diagnostics.Select(diagnostic => diagnostic.Id));
    }

    /// <summary>Before C# 14 no type is inferred through a conversion to a span, so a call states them.</summary>
    [Theory]
    [InlineData(LanguageVersion.CSharp12)]
    [InlineData(LanguageVersion.CSharp13)]
    public void CallsInOlderLanguages(LanguageVersion version)
    {
        const string Source = """
            using System;
            using LossGen;
            public static class Calls
            {
                public static void All(ILoss loss, float[] logits, byte[] labels, float[] map, LossShape shape, float[] gradient, LevelOutput<Half>[] levels)
                {
                    loss.Evaluate<float, byte>(logits, labels, shape);
                    loss.Evaluate<float, byte>(logits.AsSpan(), labels.AsSpan(), shape, map);
                    loss.Evaluate<float, byte>(logits, labels, shape, new LossInputs(map, map), loss.CreateComponents(3));
                    loss.EvaluateWithGradient<float, byte>(logits, labels, shape, gradient, upstream: 2);
                    loss.EvaluateWithGradient<float, byte>(stackalloc float[4], labels.AsSpan(), shape, map, gradient.AsSpan());
                    loss.EvaluateElementsWithGradient<float, byte, float>(logits, labels, shape, map, default, gradient);
                    loss.Accumulate<float, byte>(logits, labels, shape, loss.CreateStatistics(shape));
                    loss.EvaluateLevels<Half, byte>(DeepSupervision.Halving(2), levels, labels, 2, 3, new[] { 4, 4 }, map);
                    Spans(loss, logits, labels, shape, gradient);
                }

                private static void Spans(ILoss loss, ReadOnlySpan<float> logits, ReadOnlySpan<byte> labels, LossShape shape, Span<float> gradient)
                {
                    loss.Evaluate(logits, labels, shape);
                    loss.EvaluateWithGradient(logits, labels, shape, gradient);
                }
            }
            """;
        CSharpCompilation modern = GeneratorDriverHelper.Compile("");
        CSharpCompilation compilation = modern.RemoveAllSyntaxTrees().AddSyntaxTrees(CSharpSyntaxTree.ParseText(Source, new(version)));
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
    }

    /// <summary>
    /// The XML documentation of a user's assembly has the members of the losses, and nothing of the files that every project gets.
    /// </summary>
    [Fact]
    public void DocumentationHasNoInternals()
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(Samples.DiceCrossEntropy, torchSharp: true);
        var options = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Diagnose);
        compilation = compilation.RemoveAllSyntaxTrees()
            .AddSyntaxTrees(compilation.SyntaxTrees.Select(tree => CSharpSyntaxTree.ParseText(tree.GetText(), options, tree.FilePath)));
        CSharpGeneratorDriver.Create([new LossGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out _);
        using var image = new MemoryStream();
        using var xml = new MemoryStream();
        Assert.True(whole.Emit(image, xmlDocumentationStream: xml).Success);
        string text = System.Text.Encoding.UTF8.GetString(xml.ToArray());
        Assert.Contains("M:DiceCrossEntropy.forward", text, StringComparison.Ordinal);
        Assert.DoesNotContain("LossGen.Generated", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{|LG0008:Dice|}] public partial class L;")]
    [InlineData("[{|LG0008:Dice(Smooth = 1)|}, CrossEntropy] public class L;")]
    [InlineData("[Loss(Activation.Softmax), Dice] public partial class L;")]
    [InlineData("[Serializable] public class L;")]
    public void ATermWithoutALoss(string markup)
    {
        string source = markup.Replace("{|LG0008:", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal);
        int start = markup.IndexOf("{|LG0008:", StringComparison.Ordinal), end = markup.IndexOf("|}", StringComparison.Ordinal);
        IEnumerable<string> expected = start < 0 ? [] : [$"LG0008 '{markup[(start + 9)..end]}'"];
        Assert.Equal(expected, Analyzers.Run(GeneratorDriverHelper.Run(source).Output, new StrayTermAnalyzer())
            .Select(diagnostic => $"{diagnostic.Id} '{source[diagnostic.Location.SourceSpan.Start..diagnostic.Location.SourceSpan.End]}'"));
    }

    [Fact]
    public void AFormulaNeedNotCheckItsArguments()
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile("""
            public sealed partial class OverlapAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => Sum(x.Probability * y); public static Value Other(Prediction x) => x.Logit; }
            public static class Formulas { public static Value Formula(Prediction x) => x.Logit; }
            """);
        ImmutableArray<Diagnostic> found = Analyzers.Run(compilation, new ChecksArguments(), new FormulaArgumentSuppressor());
        Assert.Equal(["Formula True", "Formula True", "Other False", "Formula False"],
            found.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .Select(diagnostic => $"{diagnostic.GetMessage()} {diagnostic.IsSuppressed}"));
    }

    /// <summary>
    /// Beside <c>using static TorchSharp.torch.nn</c> the one name that means two types is Reduction, and an alias settles it, as the
    /// documentation says.
    /// </summary>
    [Fact]
    public void NamesBesideThoseOfTorchSharp()
    {
        HashSet<string> own = [.. typeof(LossAttribute).Assembly.GetExportedTypes().Where(type => type.Namespace == "LossGen"
            && !type.IsNested).Select(type => type.Name)];
        foreach (Type scope in new[] { typeof(global::TorchSharp.torch), typeof(global::TorchSharp.torch.nn),
            typeof(global::TorchSharp.torch.nn.functional), typeof(global::TorchSharp.torch.optim),
            typeof(global::TorchSharp.torch.utils.data) })
            Assert.Equal(scope == typeof(global::TorchSharp.torch.nn) ? ["Reduction"] : [], scope.GetNestedTypes().Select(type => type.Name)
                .Where(own.Contains));
        GeneratorDriverHelper.Run("""
            using static TorchSharp.torch.nn;
            using Reduction = LossGen.Reduction;
            [Loss(Activation.Softmax, Reduction = Reduction.Sum), Dice] public sealed partial class L;
            """, torchSharp: true).AssertClean();
    }

#pragma warning disable RS1029, RS1036, RS1041, RS2008 // a stand-in for an analyzer of others, for this test alone
    // Reports each parameter of a public method, under the name of the rule of the .NET analyzers that does so.
    [DiagnosticAnalyzer(LanguageNames.CSharp)]
    private sealed class ChecksArguments : DiagnosticAnalyzer
    {
        private static readonly DiagnosticDescriptor Rule = new("CA1062", "Validate arguments", "{0}", "Design", DiagnosticSeverity.Warning,
            true);

        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rule];

        public override void Initialize(AnalysisContext context)
        {
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.EnableConcurrentExecution();
            context.RegisterSymbolAction(
                symbol =>
                {
                    foreach (IParameterSymbol parameter in ((IMethodSymbol)symbol.Symbol).Parameters)
                        symbol.ReportDiagnostic(Diagnostic.Create(Rule, parameter.Locations[0], symbol.Symbol.Name));
                },
                SymbolKind.Method);
        }
    }
}
