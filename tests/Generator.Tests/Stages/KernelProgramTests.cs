using System.Collections.Immutable;
using LossGen.Compiler.Emit.Gpu;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;
using LossGen.Generator.Tests.Helpers;
using LossGen.TestSupport;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Stages;

/// <summary>Programs between plan and text: what the verifier finds, and how the printer writes.</summary>
public sealed class KernelProgramTests
{
    private static readonly Variable A = new("a", NumberType.Real), B = new("b", NumberType.Real), N = new("n", NumberType.Whole);

    private static Expression Real(double value) => new Number(value, NumberType.Real);

    private static Expression Of(Op op, params Expression[] inputs) => Apply.Of(op, NumberType.Real, inputs);

    private static readonly Dictionary<string, Func<Statement[]>> Faulty = new()
    {
        { "c is not there", () => [new Let("x", new Variable("c", NumberType.Real))] },
        { "x is declared twice", () => [new Let("x", A), new Let("x", B)] },
        { "x does not change", () => [new Let("x", A), new Assign(new Variable("x", NumberType.Real), Joining.Set, B)] },
        { "x is not there", () => [new If(Apply.Of(Op.Less, NumberType.Truth, A, B), [new Let("x", A)]),
            new Let("y", new Variable("x", NumberType.Real))] },
        { "a condition is Real", () => [new If(A, [])] },
        { "Whole is assigned to Real", () => [new Declare("x", NumberType.Real, Real(0)), new Assign(new Variable("x", NumberType.Real),
            Joining.Add, N)] },
        { "x is Real and begins as Whole", () => [new Declare("x", NumberType.Real, N)] },
        { "Add gives Real, and input 1 is Whole", () => [new Let("x", Of(Op.Add, A, N))] },
        { "Less compares Real with Whole", () => [new Let("x", Apply.Of(Op.Less, NumberType.Truth, A, N))] },
        { "And asks whether, and input 1 is Real",
            () => [new Let("x", Apply.Of(Op.And, NumberType.Truth, Apply.Of(Op.Less, NumberType.Truth, A, B), B))] },
        { "Less gives Real", () => [new Let("x", Of(Op.Less, A, B))] },
        { "Softmax is no operation on numbers", () => [new Let("x", Of(Op.Softmax, A))] },
        { "x is read at a place that is Real", () => [new Declare("x", NumberType.Real, null, "4"),
            new Let("y", new Element("x", A, NumberType.Real))] },
        { "h is counted inside its own loop", () => [new Loop("EACH", [new Loop("EACH", []) { Counters = ["h"] }]) { Counters = ["h"] }] },
    };

    public static TheoryData<string> Faults => [.. Faulty.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void FaultsAreFound(string fault) =>
        Assert.Contains(Verify([.. Faulty[fault]()]), found => found.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void WhatIsSoundPasses() => Assert.Empty(Verify(
    [
        new Declare("x", NumberType.Real, null, "4"),
        new Loop("EACH", [new Assign(new Element("x", new Variable("h", NumberType.Whole), NumberType.Real), Joining.Add,
            Of(Op.Multiply, A, B))]) { Counters = ["h"] },
        new Loop("EACH", [new Let("y", A)]) { Counters = ["h"] },
        new Let("y", Of(Op.Where, Apply.Of(Op.LessOrEqual, NumberType.Truth, A, B), A, new Cast(N, NumberType.Real))),
    ]));

    private static IReadOnlyList<string> Verify(ImmutableArray<Statement> steps) =>
        ProgramVerifier.Verify(new("k", "", "", ["a", "b", "n"], steps));

    private static readonly Dictionary<string, Func<Expression>> Written = new()
    {
        { "a + b", () => Of(Op.Add, A, B) },
        { "a - b", () => Of(Op.Add, A, Minus(B)) },
        { "b - a", () => Of(Op.Add, Minus(A), B) },
        { "a - (a + b)", () => Of(Op.Add, A, Minus(Of(Op.Add, A, B))) },
        { "a - b * a", () => Of(Op.Add, A, Minus(Of(Op.Multiply, B, A))) },
        { "-(a + b)", () => Minus(Of(Op.Add, A, B)) },
        { "a + (b + a)", () => Of(Op.Add, A, Of(Op.Add, B, A)) },
        { "a + b + a", () => Of(Op.Add, Of(Op.Add, A, B), A) },
        { "a * (b * a)", () => Of(Op.Multiply, A, Of(Op.Multiply, B, A)) },
        { "(a + b) * a", () => Of(Op.Multiply, Of(Op.Add, A, B), A) },
        { "a / (b / a)", () => Of(Op.Divide, A, Of(Op.Divide, B, A)) },
        { "a / (b * a)", () => Of(Op.Divide, A, Of(Op.Multiply, B, A)) },
        { "a * b / a", () => Of(Op.Divide, Of(Op.Multiply, A, B), A) },
        { "a * -R(2.0)", () => Of(Op.Multiply, A, Real(-2)) },
        { "EXP(a - b)", () => Of(Op.Exp, Of(Op.Add, A, Minus(B))) },
        { "POW(a, R(0.5))", () => Of(Op.Power, A, Real(0.5)) },
        { "a < b ? a : b", () => Of(Op.Where, Apply.Of(Op.Less, NumberType.Truth, A, B), A, B) },
        { "a + (a < b ? a : R(0.0))", () => Of(Op.Add, A, Of(Op.Mask, Apply.Of(Op.Less, NumberType.Truth, A, B), A)) },
        { "!(a < b)", () => Apply.Of(Op.Not, NumberType.Truth, Apply.Of(Op.Less, NumberType.Truth, A, B)) },
        { "(real)n", () => new Cast(N, NumberType.Real) },
        { "((a < b) ? R(1.0) : R(0.0))", () => new Cast(Apply.Of(Op.Less, NumberType.Truth, A, B), NumberType.Real) },
        { "INFINITE", () => Real(double.PositiveInfinity) },
        { "-INFINITE", () => Real(double.NegativeInfinity) },
        { "R(1E-05)", () => Real(1e-5) },
    };

    public static TheoryData<string> Texts => [.. Written.Keys];

    [Theory]
    [MemberData(nameof(Texts))]
    public void ParenthesesAreThoseThatAreNeeded(string text)
    {
        Assert.Equal(text, ProgramPrinter.Text(new CDialect(), Written[text]()));
    }

    private static Apply Minus(Expression value) => Apply.Of(Op.Multiply, NumberType.Real, Real(-1), value);

    /// <summary>The verifier stands behind the generator: no declaration of the catalogue has a kernel without sense.</summary>
    [Fact]
    public void TheCatalogueHasKernels()
    {
        string source = string.Join("\n\n", CatalogueTerms.All.Select(term =>
            $"[Loss(Activation.{term.Activation})]\n{CatalogueTerms.Attribute(term.Name)}\npublic sealed partial class Of{term.Name};"));
        (IReadOnlyList<string> files, Compilation output) = Run(source, "true");
        Assert.Equal(CatalogueTerms.All.Count(), files.Count(IsGpu));
        Assert.DoesNotContain(output.GetDiagnostics(), message => message.Severity >= DiagnosticSeverity.Warning);
    }

    /// <summary>Each element-wise operation has a text in both precisions, and its function is in the prelude where C lacks it.</summary>
    [Fact]
    public void EveryOperationHasATextInC()
    {
        string[] ofC = ["pow", "exp", "log", "log1p", "expm1", "sqrt", "fabs", "tanh", "atan", "erf", "lgamma", "sinh", "cosh"];
        foreach (Operation row in Operations.All.Where(row => row is { IsElementwise: true, IsCondition: false, Function: not null }))
        {
            string function = CDialect.Function(row), capitals = function.ToUpperInvariant();
            Assert.StartsWith(function + "({0}", new CDialect().Template(row.Op, NumberType.Double), StringComparison.Ordinal);
            Assert.True(ofC.Contains(function) || Prelude.Contains($"DEVICE double {function}(", StringComparison.Ordinal),
                $"the prelude has no {function}");
            Assert.True(
                Prelude.Contains($"#define {capitals}(", StringComparison.Ordinal)
                    && (Prelude.Contains($"DEVICE float {capitals}(", StringComparison.Ordinal)
                    || Prelude.Split($"#define {capitals}(").Length > 2 || function is "digamma" or "trigamma"),
                    $"the prelude has no {capitals}");
        }

        // All others are operators.
        foreach (Operation row in Operations.All.Where(row => row is { IsElementwise: true, Function: null }))
        {
            bool isLogical = row.Op is Op.And or Op.Or or Op.Not;
            Expression truth = Apply.Of(Op.Less, NumberType.Truth, A, B), input = isLogical ? truth : A;
            NumberType type = row.IsCondition ? NumberType.Truth : NumberType.Real;
            Assert.NotEmpty(ProgramPrinter.Text(new CDialect(), Apply.Of(row.Op, type, row.Op is Op.Where or Op.Mask ? truth : input, input,
                input)));
        }
    }

    /// <summary>A formula's words may be the prelude's: a result called <c>half</c> or <c>room</c> gets another name.</summary>
    [Fact]
    public void TheWordsOfThePreludeAreTaken()
    {
        IEnumerable<string> macros = System.Text.RegularExpressions.Regex.Matches(Prelude, @"^#define (\w+)", System.Text.RegularExpressions.RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        IEnumerable<string> functions = System.Text.RegularExpressions.Regex.Matches(Prelude, @"^DEVICE \w+ (\w+)\(", System.Text.RegularExpressions.RegexOptions.Multiline).Select(match => match.Groups[1].Value);

        // Names of formulas have no underscore and are no words in capitals with one.
        Assert.Empty(macros.Concat(functions).Where(word => !word.Contains('_', StringComparison.Ordinal)).Except(CWords.All));
        const string Source = """
            [Loss(Activation.Softmax)]
            public sealed partial class L
            {
                static Value Formula(Prediction x, Target y)
                {
                    Value half = Sum(x.Probability * y), room = Sum(x.Probability), CLASSES = Sum(y), length = half / room, h = length + CLASSES;
                    return h * h + length;
                }
            }
            """;
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver(("LossGenGpu", "true"))
            .RunGenerators(GeneratorDriverHelper.Compile(Source));
        string text = driver.GetRunResult().GeneratedTrees.Single(tree => IsGpu(tree.FilePath)).ToString();
        Assert.Contains("void scalars1(", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b(double|real) (half|room|CLASSES|length|h)\b", text);
    }

    private static string Prelude => File.ReadAllText(Path.Combine(Repository.Root, "src", "Runtime", "Gpu", "prelude.cl"))
        .ReplaceLineEndings("\n");

    [Fact]
    public void NoKernelsAreWrittenUnlessAskedFor()
    {
        const string Source = "[Loss(Activation.Softmax)] [Dice] public sealed partial class L;";
        Assert.DoesNotContain(Run(Source, "").Files, IsGpu);
        Assert.DoesNotContain(Run(Source, "false").Files, IsGpu);
    }

    /// <summary>
    /// A module says why its kernels did not run, in the file with the kernels: other projects' modules are as they were.
    /// </summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void AModuleWithKernelsSaysWhyTheyDidNotRun(bool torchSharp, bool has)
    {
        const string Source = "[Loss(Activation.Softmax)] [Dice] public sealed partial class L;";
        GeneratorDriverHelper.CreateDriver(("LossGenGpu", "true"))
            .RunGeneratorsAndUpdateCompilation(GeneratorDriverHelper.Compile(Source, torchSharp), out Compilation output, out _);
        Assert.DoesNotContain(output.GetDiagnostics(), message => message.Severity >= DiagnosticSeverity.Warning);
        INamedTypeSymbol loss = output.GetTypeByMetadataName("L")!;
        ISymbol[] found = [.. loss.GetMembers("DeviceKernelsReason")];
        Assert.Equal(has, found.Length == 1);
        Assert.All(found, member => Assert.True(IsGpu(member.Locations[0].SourceTree!.FilePath)));

        // Where the declaration is wrong, too, so that a use of it is no error besides.
        GeneratorDriverHelper.CreateDriver(("LossGenGpu", "true"))
            .RunGeneratorsAndUpdateCompilation(GeneratorDriverHelper.Compile(Source.Replace("[Dice]", ""), torchSharp), out output, out _);
        Assert.Equal(has, output.GetTypeByMetadataName("L")!.GetMembers("DeviceKernelsReason").Length == 1);
    }

    private static bool IsGpu(string file) => file.EndsWith(".Gpu.g.cs", StringComparison.Ordinal);

    private static (IReadOnlyList<string> Files, Compilation Output) Run(string source, string gpu)
    {
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver(("LossGenGpu", gpu))
            .RunGeneratorsAndUpdateCompilation(GeneratorDriverHelper.Compile(source), out Compilation output,
            out ImmutableArray<Diagnostic> messages);
        Assert.DoesNotContain(messages, message => message.Severity == DiagnosticSeverity.Error);
        return ([.. driver.GetRunResult().GeneratedTrees.Select(tree => tree.FilePath)], output);
    }
}
