using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit.Abstractions;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>
/// Every identifier that is in a generated file is tried as the name of what a person may declare: it compiles, or there is a message of
/// the generator; never is there an error in a generated file. <c>LOSSGEN_NAMES=all</c> tries each name as each kind of declaration,
/// otherwise a kind has a fourth of the names.
/// </summary>
public partial class TakenNamesTests(ITestOutputHelper output)
{
    // Softmax, sums, products, running sums, tables, parameters, maps, channels, components: what a generated file may have in it.
    private const string Everything = """
        [Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
        [Dice(ClassWeights = [1, 2, 3])]
        [CrossEntropy(LabelSmoothing = 0.1)]
        [Focal]
        [Boundary(OnlyClasses = [1, 2])]
        [LovaszSoftmax]
        public sealed partial class Whole
        {
            public double Gamma { get; set; } = 2;
            public double[]? FocalClassWeights { get; set; }
            private static Value Formula(Prediction x, Target y, PixelMap input) => -input * SumOverClasses(y * x.LogProbability) + Channel(x.Probability, 1) * Square(MaxOverClasses(x.Logit));
        }

        [Loss(Activation.Sigmoid, Reduction = Reduction.None)]
        [BinaryCrossEntropy]
        public sealed partial class Unreduced;
        """;

    // Each kind of declaration takes every fourth name, the next kind the names after those: all of them with all kinds take ten minutes.
    private const int Share = 4;

    private static readonly bool TriesAll = Environment.GetEnvironmentVariable("LOSSGEN_NAMES") == "all";

    public static TheoryData<string, bool> Kinds
    {
        get
        {
            var kinds = new TheoryData<string, bool>();
            foreach (string kind in Declarations.Keys)
            {
                kinds.Add(kind, true);
                if (kind is "method" or "property")
                    kinds.Add(kind, false); // other members are generated without TorchSharp
            }

            return kinds;
        }
    }

    // What is declared with the name NAME in a namespace of its own.
    private static readonly Dictionary<string, string> Declarations = new(StringComparer.Ordinal)
    {
        ["class"] = "[Loss(Activation.Softmax), Dice, Focal] public sealed partial class NAME;",
        ["method"] = "[Loss(Activation.Softmax), Dice, CrossEntropy] public sealed partial class Own { public double NAME() => 0; }",
        ["property"] = "[Loss(Activation.Softmax), Dice, Focal] public sealed partial class Own { public int NAME { get; set; } }",
        ["field"] = "[Loss(Activation.Softmax), Dice, Focal] public sealed partial class Own { public string? NAME; public double FocalWeight { get; set; } = 1; }",
        ["nested type"] = "[Loss(Activation.Softmax), Dice(ClassWeights = new double[] { 1, 2 }), Focal] public sealed partial class Own { public class NAME; }",
        ["containing type"] = "public partial class NAME { [Loss(Activation.Softmax), Dice, Focal] public sealed partial class Own; }",
        ["type beside it"] = "public class NAME; [Loss(Activation.Softmax), Dice, Focal] public sealed partial class Own;",
        ["parameter and local"] = """
            [Loss(Activation.Softmax)] public sealed partial class Own
            {
                private static Value Formula(Prediction x, Target y, double NAME = 1) { Value overlap = Sum(x.Probability * y) / (Sum(x.Probability) + NAME); return MeanOverClasses(NAME * overlap + Log(overlap + 2)); }
            }
            """,
        ["run-time parameter"] = """
            [Loss(Activation.Softmax)] public sealed partial class Own
            {
                public double NAME { get; set; } = 2;
                private static Value Formula(Prediction x, Target y, double NAME = 1) => NAME * Sum(x.Probability * y);
            }
            """,
        ["map"] = "[Loss(Activation.Softmax)] public sealed partial class Own { private static Value Formula(Prediction x, Target y, PixelMap NAME, ElementMap inputMap) => -NAME * SumOverClasses(inputMap * y * x.LogProbability); }",
        ["element map"] = "[Loss(Activation.Sigmoid)] public sealed partial class Own { private static Value Formula(Prediction x, Target y, ElementMap NAME) => 1 - Sum(NAME * x.Probability * y) / Sum(x.Probability + y); }",
        ["result"] = """
            [Loss(Activation.Softmax)] public sealed partial class Own
            {
                private static Value Formula(Prediction x, Target y) { Value NAME = Sum(y) / (Sum(x.Probability) + 1); Value other = SumOverClasses(NAME * x.Probability); return Log(other + 1) * NAME * x.Probability + y; }
            }
            """,
        ["term"] = "public sealed partial class NAMEAttribute : LossTermAttribute { public double Beta { get; init; } = 1; public static Value Formula(Prediction x, Target y, double beta) => beta * Sum(x.Probability * y); }\n"
            + "[Loss(Activation.Softmax), NAMEAttribute] public sealed partial class Own;",
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NoNameBreaksAGeneratedFile(string kind, bool torchSharp)
    {
        int turn = Declarations.Keys.ToList().IndexOf(kind);
        string[] names = [.. Identifiers.Value.Except(["Own", kind is "property" or "field" or "run-time parameter" ? "Formula" : ""])
            .Where((_, i) => TriesAll || i % Share == turn % Share)];
        var source = new StringBuilder("#pragma warning disable CS8981, CS0108, CS0649\n");
        for (int i = 0; i < names.Length; i++)
            source.Append(CultureInfo.InvariantCulture,
                $"namespace Case{i} {{\n{Declarations[kind].Replace("NAME", Escape(names[i], kind), StringComparison.Ordinal)}\n}}\n");
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source.ToString(), torchSharp);
        GeneratorRunResult result = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation,
            out Compilation whole, out _).GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Id == "LG0099");

        // Where the person's own text has an error, or a message is there, nothing more is asked.
        SyntaxTree own = compilation.SyntaxTrees.First();
        HashSet<string> told = [.. result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => CaseOf(diagnostic.Location))];
        HashSet<string> wrong = [.. compilation.GetSemanticModel(own).GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => CaseOf(diagnostic.Location))];
        string[] broken = [.. whole.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Location.SourceTree is { } tree
            && tree != own)
            .Select(diagnostic => (Case: CaseOf(diagnostic.Location), diagnostic))
            .Where(found => !wrong.Contains(found.Case))
            .Select(found => $"{(int.TryParse(found.Case["Case".Length..], out int i) ? names[i] : found.Case)}{(told.Contains(found.Case) ? " (has a message)" : "")}: {found.diagnostic}")];
        output.WriteLine($"{names.Length} names, {told.Count} with a message, {wrong.Count} that C# itself refuses");
        Assert.True(broken.Length == 0, string.Join("\n", broken.Take(20)));
        // Beside these only names of the terms' own options, for a member that cannot feed one.
        string[] taken = [.. result.Diagnostics.Where(diagnostic => diagnostic.Id == "LG0015")
            .Select(diagnostic => CaseOf(diagnostic.Location)).Distinct()];
        Assert.True(taken.Length < 10, $"{taken.Length} names are refused");
        Assert.All(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
            && diagnostic.Id is not ("LG0015" or "LG0024")), diagnostic => Assert.Contains(diagnostic.Id,
            new[] { "LG0004", "LG0026", "LG0010" }));
        Assert.True(wrong.Count < names.Length / 2, $"{wrong.Count} of {names.Length} declarations are wrong in themselves");
    }

    // Each identifier of the generated files, with and without TorchSharp; of those that several classes share a number in their names one
    // is enough.
    private static readonly Lazy<string[]> Identifiers = new(() =>
    {
        GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(GeneratorDriverHelper.Compile(Everything, torchSharp: true),
            out Compilation whole, out _);
        ImmutableArray<SyntaxTree> trees = [.. whole.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal)
            && !tree.FilePath.Contains("LossGen.Generated.", StringComparison.Ordinal))];
        Assert.Equal(4, trees.Length);
        return trees.SelectMany(tree => tree.GetRoot().DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken))
            .Select(token => token.ValueText)
            .Where(name => !Numbered().IsMatch(name) || Numbered().Match(name).Groups["number"].Value is "0" or "1" or "2")
            .Concat(["value", "field", "nint", "dynamic", "notnull", "scoped", "record", "base", "this", "var", "nameof", "input",
            "inputMap", "target", "logits", "gradient", "supervision"]).Distinct().Order(StringComparer.Ordinal).ToArray();
    });

    // v17 behaves as v1.
    [GeneratedRegex("(?<number>[0-9]+)$")]
    private static partial Regex Numbered();

    private static string Escape(string name, string kind) =>
        kind != "term" && (SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None
            || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None) ? "@" + name : name;

    private static string CaseOf(Location location) =>
        location.SourceTree!.GetRoot().FindNode(location.SourceSpan).AncestorsAndSelf()
            .OfType<Microsoft.CodeAnalysis.CSharp.Syntax.BaseNamespaceDeclarationSyntax>().LastOrDefault()?.Name.ToString().Split('.')[0]
        ?? Path.GetFileName(location.SourceTree.FilePath).Split('.')[0];
}
