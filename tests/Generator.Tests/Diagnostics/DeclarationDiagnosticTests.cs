using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

public class DeclarationDiagnosticTests
{
    [Fact]
    public void ContainerNotPartial() => Markup.Verify("""
        public class {|LG0001:Outer|}
        {
            [Loss, Dice]
            public partial class Inner;
        }
        """);

    [Fact]
    public void TermNotPartial() => Markup.Verify("""
        public sealed class {|LG0001:OverlapAttribute|} : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) => Sum(x.Probability * y);
        }
        """);

    [Theory]
    [InlineData("public static partial class {|LG0002:L|};")]
    [InlineData("public partial class {|LG0002:L|}<T>;")]
    [InlineData("public partial record {|LG0002:L|};")]
    [InlineData("file partial class {|LG0002:L|};")]
    public void UnsupportedKind(string declaration) => Markup.Verify($"[Loss, Dice] {declaration}");

    [Fact]
    public void GenericContainer() =>
        Markup.Verify("public partial class {|LG0002:Outer|}<T> { [Loss, Dice] public partial class Inner; }");

    [Fact]
    public void NoTerm() => Markup.Verify("[Loss] public partial class {|LG0003:L|};");

    [Fact]
    public void MisspeltTermIsNotReportedTwice()
    {
        GeneratorRun run = Markup.Verify("[Loss, Dise] public partial class L;", allowCompilerErrors: true);
        Assert.All(run.Errors, error => Assert.Equal("CS0246", error.Id));
    }

    [Theory]
    [InlineData("static {|LG0004:double|} Formula(Prediction x, Target y) => 0;")]
    [InlineData("Value {|LG0004:Formula|}(Prediction x, Target y) => x.Logit;")]
    [InlineData("static Value Formula{|LG0004:<T>|}(Prediction x, Target y) => x.Logit;")]
    [InlineData("static Value Formula{|LG0004:(Prediction x)|} => x.Logit;")]
    [InlineData("static Value Formula(Prediction x, {|LG0004:Value|} y) => x.Logit;")]
    [InlineData("static Value Formula({|LG0004:Target|} x, Target y) => y;")]
    [InlineData("static Value Formula(Prediction x, Target y, {|LG0004:in double a|}) => y;")]
    [InlineData("static Value Formula(Prediction x, Target y) => y; static Value {|LG0004:Formula|}(Prediction x) => x.Logit;")]
    [InlineData("static Value Formula(Prediction x, Target y, double {|LG0004:NaN|} = 0) => y;")]
    public void WrongSignature(string method) => Markup.Verify($"[Loss] public partial class L {{ {method} }}");

    [Fact]
    public void PrivateFormulaOfATerm() => Markup.Verify("""
        public partial class OverlapAttribute : LossTermAttribute
        {
            private static Value {|LG0004:Formula|}(Prediction x, Target y) => Sum(x.Probability * y);
        }
        """);

    [Fact]
    public void OtherBaseClass()
    {
        const string Source = "public class B; public interface I; [Loss(Activation.Softmax), Dice] public partial class L : {|LG0005:B|}, I;";
        Markup.Verify(Source, torchSharp: true);
        Markup.Verify(Source.Replace("{|LG0005:B|}", "B", StringComparison.Ordinal));
    }

    [Fact]
    public void TermWithoutFormula() => Markup.Verify("""
        public class OverlapAttribute : LossTermAttribute;

        [Loss, {|LG0006:Overlap|}(Weight = 2)] public partial class L;
        """);

    [Theory]
    [InlineData("LG0006", "", "public")]
    [InlineData("LG0006", "[CompiledFormula(\"lossgen/1 (return (logit))\")]", "internal")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/9 (return (logit))\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return (logit)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return ())\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return ((logit)))\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (param) (return (logit))\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (param a scalar b) (return a)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (param a scalar 1) (return a)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (let p (logit)) (let p (target)) (return p)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return q)\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return (Unheard (logit)))\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return (add (logit)))\")]", "public")]
    [InlineData("LG0007", "[CompiledFormula(\"lossgen/1 (return (logit)) (return (logit))\")]", "public")]
    public void TermBuiltWithoutOrWithAnotherGenerator(string id, string attribute, string accessibility)
    {
        // Not partial, so that the generator of this test writes nothing: as if there had been none.
        string term = $"{attribute} public class OverlapAttribute : LossTermAttribute {{ {accessibility} static Value Formula(Prediction x, Target y) => x.Logit; }}";
        Markup.Verify($"[Loss, {{|{id}:Overlap|}}] public partial class L;", references: GeneratorDriverHelper.Build("Terms", term));
    }

    [Fact]
    public void PragmaSuppresses()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax), FBeta]
            public partial class L
            {
            #pragma warning disable LG0027
                public double Betta { get; set; } = 2;
            #pragma warning restore LG0027
                public double Beto { get; set; } = 2;
            }
            """);
        Assert.Equal(["LG0027"], run.Diagnostics.Where(diagnostic => !diagnostic.IsSuppressed).Select(diagnostic => diagnostic.Id));
    }
}
