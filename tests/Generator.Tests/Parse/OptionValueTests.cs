using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>
/// Options that are set elsewhere than in the named arguments of an attribute have the values that C# would give them, in the same assembly
/// and across assemblies.
/// </summary>
public class OptionValueTests
{
    private const string Formula = "public static Value Formula(Prediction x, Target y, double alpha, double beta) => Sum(x.Probability * (alpha + beta * y));";

    private const string Open = "public partial class BaseAttribute : LossTermAttribute { public virtual double Alpha { get; init; } = 0.3; public virtual double Beta { get; init; } = 0.7; " + Formula + " }";

    // Source of the term, the attribute on the loss, and what C# makes of alpha and beta.
    public static TheoryData<string, string, double, double> Cases => new()
    {
        // Constructor bodies.
        { Term("public T() { Beta = 0.9; }", Auto), "T", 0.3, 0.9 },
        { Term("public T() { Beta = 0.9; }", Auto), "T(Beta = 0.2)", 0.3, 0.2 },
        { Term("public T() => Alpha = 2;", Auto), "T", 2, 0.7 },
        { Term("public T(double sum) { Alpha = sum / 4; this.Beta = sum - Alpha; }", Auto), "T(2)", 0.5, 1.5 },
        { Term("public T(double a, double b = 0.25) { (Alpha, Beta) = (b, a); }", Auto), "T(1)", 0.25, 1 },
        { Term("public T() : this(0.5) { } public T(double all) { double half = all / 2; Alpha = half; Beta = half; }", Auto), "T", 0.25,
            0.25 },
        { Term("public T() : this(0.5) { } public T(double all) { Alpha = all; Beta = all; }", Auto), "T(0.125)", 0.125, 0.125 },
        { Term("public T(bool strict) { Beta = strict ? 2 : 1; }", Auto), "T(true)", 0.3, 2 },
        { Term("public T(double alpha) { Alpha = 2 * alpha; }", Auto), "T(0.5)", 1, 0.7 },
        { Term("public T(double beta, double alpha) { Alpha = beta; Beta = alpha; }", Auto), "T(beta: 1, alpha: 2)", 1, 2 },

        // Primary constructors.
        { "public partial class TAttribute(double alpha, double beta = 0.6) : LossTermAttribute { public double Alpha { get; } = alpha; public double Beta { get; } = 1 - beta; " + Formula + " }", "T(0.1)", 0.1, 0.4 },
        { "public partial class TAttribute(double alpha = 0.4) : LossTermAttribute { public double Alpha => alpha; public double Beta => 1 - alpha; " + Formula + " }", "T", 0.4, 0.6 },
        { "public partial class TAttribute(double alpha = 0.4) : LossTermAttribute { public double Alpha { get; init; } = alpha; public double Beta => 1 - Alpha; " + Formula + " }", "T(0.25)", 0.25, 0.75 },
        { "public partial class TAttribute(double alpha = 0.4) : LossTermAttribute { public double Alpha { get; init; } = alpha; public double Beta => 1 - Alpha; " + Formula + " }", "T(0.25, Alpha = 0.5)", 0.5, 0.5 },

        // Computed properties, fields and accessors.
        { Term("", "public double Alpha { get; init; } = 0.3; public double Beta => 1 - Alpha;"), "T", 0.3, 0.7 },
        { Term("", "public double Alpha { get; init; } = 0.3; public double Beta => 1 - Alpha;"), "T(Alpha = 0.125)", 0.125, 0.875 },
        { Term("", "public double Alpha => 0.7; public double Beta { get { double a = Alpha; return -a; } }"), "T", 0.7, -0.7 },
        { Term("", "public double Share { get; init; } = 0.5; public double Alpha => 2 * Share; public double Beta => Share > 1 ? 1 : Share;"), "T(Share = 4)", 8, 1 },
        { Term("public T(double a) { alpha = a; }",
            "private readonly double alpha; public double Alpha => alpha; public double Beta => alpha + 1;"), "T(3)", 3, 4 },
        { Term("", "private double a = 0.4; public double Alpha { get => a; init => a = value; } public double Beta => a;"), "T", 0.4,
            0.4 },
        { Term("", "private double a = 0.4; public double Alpha { get => a; init => a = value; } public double Beta => a;"),
            "T(Alpha = 0.5)", 0.5, 0.5 },
        { Term("", "public double Alpha { get => field; init => field = value; } = 0.4; public double Beta { get; init; } = 1;"),
            "T(Alpha = 0.5)", 0.5, 1 },
        { Term("", "public float Alpha { get; init; } = 0.1f; public int Beta { get; init; } = 2;"), "T", 0.1f, 2 },
        { Term("public T(int n) { Beta = n * 3; Alpha = (float)0.1; }", Auto), "T(2)", 0.1f, 6 },

        // Derived terms.
        { Open + "public sealed partial class TAttribute : BaseAttribute { public TAttribute() { Beta = 0.9; } }", "T", 0.3, 0.9 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { public override double Beta { get; init; } = 0.8; }", "T", 0.3,
            0.8 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { public override double Beta => 1 - Alpha; }", "T(Alpha = 0.25)",
            0.25, 0.75 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { public new double Beta { get; init; } = 0.8; }", "T", 0.3, 0.8 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { public new double Beta { get; init; } }", "T", 0.3, 0 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { public new double Beta => base.Beta / 2; }", "T", 0.3, 0.35 },
        { Open + "public sealed partial class TAttribute : BaseAttribute { }", "T(Beta = 2)", 0.3, 2 },
        { "public partial class BaseAttribute(double beta) : LossTermAttribute { public double Alpha { get; init; } = 0.3; public double Beta { get; init; } = beta; " + Formula + " }"
            + "public sealed partial class TAttribute() : BaseAttribute(0.9);", "T", 0.3, 0.9 },
        { "public partial class BaseAttribute(double beta) : LossTermAttribute { public double Alpha { get; init; } = 0.3; public double Beta { get; init; } = beta; " + Formula + " }"
            + "public sealed partial class TAttribute(double half) : BaseAttribute(2 * half) { public int Unused => 3; }", "T(0.5)", 0.3,
            1 },
        { "public abstract partial class BaseAttribute : LossTermAttribute { protected BaseAttribute(double beta = 0.45) { Beta = beta; } public double Alpha { get; init; } = 0.3; public double Beta { get; init; } }"
            + "public sealed partial class TAttribute : BaseAttribute { " + Formula + " }", "T", 0.3, 0.45 },
        { "public abstract partial class BaseAttribute : LossTermAttribute { public BaseAttribute() { Beta = 0.1; } public double Alpha { get; init; } = 0.3; public abstract double Beta { get; init; } }"
            + "public sealed partial class TAttribute : BaseAttribute { public override double Beta { get; init; } = 0.6; " + Formula
            + " }", "T", 0.3, 0.1 },
    };

    private const string Auto = "public double Alpha { get; init; } = 0.3; public double Beta { get; init; } = 0.7;";

    private static string Term(string constructor, string options) =>
        $"public partial class TAttribute : LossTermAttribute {{ {constructor.Replace("public T(", "public TAttribute(", StringComparison.Ordinal)} {options} {Formula} }}";

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheValueIsThatOfCSharp(string term, string use, double alpha, double beta)
    {
        string loss = $"[Loss(Activation.Sigmoid), {use}] public partial class L;";
        Assert.Equal([alpha, beta], Numbers(GeneratorDriverHelper.Run(term + loss).AssertClean()));
        Assert.Equal([alpha, beta], Numbers(GeneratorDriverHelper.Run(loss, false, GeneratorDriverHelper.Build("Terms", term))
            .AssertClean()));
    }

    /// <summary>The base class is in another assembly than the term, which is in another than the loss.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void EachClassMayBeInAnAssemblyOfItsOwn(string term, string use, double alpha, double beta)
    {
        int derived = term.IndexOf("public sealed partial class TAttribute", StringComparison.Ordinal);
        if (derived < 0)
            return;
        string loss = $"[Loss(Activation.Sigmoid), {use}] public partial class L;";
        Microsoft.CodeAnalysis.MetadataReference ancestor = GeneratorDriverHelper.Build("Base", term[..derived]);
        Assert.Equal([alpha, beta], Numbers(GeneratorDriverHelper.Run(term[derived..] + loss, false, ancestor).AssertClean()));
        Microsoft.CodeAnalysis.MetadataReference own = GeneratorDriverHelper.Build("Terms", term[derived..], ancestor);
        Assert.Equal([alpha, beta], Numbers(GeneratorDriverHelper.Run(loss, false, ancestor, own).AssertClean()));
    }

    [Theory]
    [InlineData("public TAttribute() { Weight = 2; IncludeBackground = false; Activation = Activation.Sigmoid; }")]
    [InlineData("public new double Weight { get; init; } = 2; public new bool IncludeBackground => false; public new Activation Activation { get; init; } = Activation.Sigmoid;")]
    public void OptionsOfEveryTermToo(string members)
    {
        string term = $"public partial class TAttribute : LossTermAttribute {{ {members} public static Value Formula(Prediction x, Target y) => Sum(x.Probability * y); }}";
        const string Loss = "[Loss(Activation.Softmax), T] public partial class L;";
        foreach (GeneratorRun run in new[] { GeneratorDriverHelper.Run(term + Loss), GeneratorDriverHelper.Run(Loss, false,
            GeneratorDriverHelper.Build("Terms", term)) })
        {
            TermModel model = run.AssertClean().Model.Terms[0];
            Assert.Equal((2, false, Compiler.Model.Activation.Sigmoid), (model.Weight, model.IncludeBackground, model.Activation));
        }
    }

    [Fact]
    public void ListsAreReadToo()
    {
        const string Term = """
            public partial class TAttribute : LossTermAttribute
            {
                public TAttribute() { OnlyClasses = [1, 2]; }
                public TAttribute(double[] weights) { Weights = weights; }
                public double[]? Weights { get; init; } = [1, 2, 0.5];
                public static Value Formula(Prediction x, Target y, Value weights) => Sum(weights * x.Probability * y);
            }
            """;
        const string Loss = "[Loss(Activation.Softmax), T, T(new double[] { 3, 4, 5 })] public partial class L;";
        foreach (GeneratorRun run in new[] { GeneratorDriverHelper.Run(Term + Loss), GeneratorDriverHelper.Run(Loss, false,
            GeneratorDriverHelper.Build("Terms", Term)) })
        {
            LossModel model = run.AssertClean().Model;
            Assert.Equal(["x.PerClass(new double[] { 1D, 2D, 0.5D })", "x.PerClass(new double[] { 3D, 4D, 5D })"],
                model.Terms.Select(term => term.Arguments[0].CSharp));
            Assert.Equal([1, 2], model.Terms[0].OnlyClasses);
            Assert.Empty(model.Terms[1].OnlyClasses);
        }
    }

    /// <summary>A term of one's own that derives from an abstract one of the library has the defaults that are stated there.</summary>
    [Fact]
    public void DefaultsOfTheLibrarysAbstractTermsAreInherited()
    {
        LossModel model = GeneratorDriverHelper.Run("""
            public partial class TAttribute : RegionTermAttribute
            {
                public static Value Formula(Prediction x, Target y, double smooth, double smoothNumerator, EmptyClasses emptyClasses) => Sum(x.Probability * y) / (Sum(y) + smooth);
            }

            [Loss(Activation.Softmax), T] public partial class L;
            """).Model;
        Assert.Equal([1e-5, double.NaN, 0], model.Terms[0].Arguments.Select(argument => argument.Number));
    }

    [Theory]
    [InlineData("public TAttribute() { {|LG0014:Beta = Math.Sqrt(2)|}; }")]
    [InlineData("public TAttribute() { {|LG0014:if|} (Alpha > 0) Beta = 2; }")]
    [InlineData("public TAttribute(double beta) { {|LG0014:ArgumentOutOfRangeException.ThrowIfNegative(beta);|} Beta = beta; }")]
    [InlineData("public TAttribute() { {|LG0014:Set();|} } private void Set() { }")]
    public void WhatCannotBeKnownIsRefused(string constructor) => Markup.Verify($$"""
        public partial class TAttribute : LossTermAttribute
        {
            {{constructor.Replace("{|LG0014:Beta = Math.Sqrt(2)|}", "Beta = {|LG0014:Math.Sqrt(2)|}", StringComparison.Ordinal)}}
            {{Auto}}
            {{Formula}}
        }

        [Loss(Activation.Softmax), T{{(constructor.Contains("(double", StringComparison.Ordinal) ? "(1)" : "")}}] public partial class L;
        """);

    [Theory]
    [InlineData("public double Beta => {|LG0014:Environment.ProcessorCount|};")]
    [InlineData("private double b; public double Beta { get => b; {|LG0014:init|} => b = 2 * value; }")]
    [InlineData("public double {|LG0026:Alpha|} = 0.5; public double Beta { get; init; } = 1;", "double alpha = 0.3")]
    public void OptionsThatCannotBeKnown(string options, string alpha = "double alpha = 1") => Markup.Verify($$"""
        public partial class TAttribute : LossTermAttribute
        {
            {{options}}
            public static Value Formula(Prediction x, Target y, {{alpha}}, double beta = 1) => alpha * beta * y * x.Probability;
        }
        """);

    [Fact]
    public void ATermOfAnotherAssemblyThatHasNoRulesIsRefused()
    {
        // Built without the generator: nobody knows what its constructor does.
        const string Term = """
            [CompiledFormula("lossgen/1 (param beta scalar 1) (return (mul beta (logit)))")]
            public class TAttribute : LossTermAttribute { public TAttribute(double b) { Beta = 2 * b; } public double Beta { get; init; } public static Value Formula(Prediction x, Target y, double beta) => beta * x.Logit; }
            """;
        Markup.Verify("[Loss, {|LG0014:T|}(3)] public partial class L;", references: GeneratorDriverHelper.Build("Terms", Term));
    }

    private static double[] Numbers(GeneratorRun run) => [.. run.Model.Terms[0].Arguments.Select(argument => argument.Number)];
}
