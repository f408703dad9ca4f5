using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

public class FormulaDiagnosticTests
{
    /// <summary>The compiler has an error of its own, which does not know what to write.</summary>
    [Theory]
    [InlineData("return {|LG0010:x.Logit > 0|} ? y : x.Logit;", "write Where(condition, a, b)")]
    [InlineData("Condition near = x.Logit > 0; return {|LG0010:(near)|} ? y : x.Logit;", "write Where(condition, a, b)")]
    [InlineData("return {|LG0010:(!(x.Logit > 0))|} ? y : x.Logit;", "write Where(condition, a, b)")]
    [InlineData("if ({|LG0010:x.Logit > 0|}) return y; return x.Logit;", "write Where(condition, a, b) in one return")]
    [InlineData("return Where({|LG0010:x.Logit > 0 && y > 0|}, y, x.Logit);", "write &")]
    [InlineData("return Where({|LG0010:x.Logit > 0 || y > 0|}, y, x.Logit);", "write |")]
    public void AChoiceByValues(string body, string cure)
    {
        GeneratorRun run = Markup.Verify(MeaningDiagnosticTests.Formula("0", "Loss").Replace("=> 0;", $"{{ {body} }}",
            StringComparison.Ordinal), allowCompilerErrors: true);
        Assert.EndsWith(cure, Assert.Single(run.Diagnostics).GetMessage(), StringComparison.Ordinal);
        Assert.NotEmpty(run.Errors);
    }

    [Theory]
    [InlineData("{|LG0010:if|} (a == 1) return y; return x.Logit;", "use ?: for a choice by a parameter")]
    [InlineData("Value v = 0; {|LG0010:for|} (int i = 0; i < 3; i++) v = v + i; return v;", "SumOverClasses")]
    [InlineData("Value v = 0; {|LG0010:foreach|} (double d in new[] { 1.0 }) v = v + d; return v;", "SumOverClasses")]
    [InlineData("Value v = 0; {|LG0010:v = 1|}; return v;", "declare a new local")]
    [InlineData("Value v = 0; {|LG0010:v += 1|}; return v;", "declare a new local")]
    [InlineData("int i = 0; {|LG0010:i++|}; return y;", "declare a new local")]
    [InlineData("Value {|LG0010:v|}; {|LG0010:v = 1|}; return v;", "its value where it is declared")]
    [InlineData("{|LG0010:Sum(y)|}; return y;", "declare a local with it")]
    [InlineData("Value F(Value v) { Value w = {|LG0010:Math.Log(a)|} * v; return w; } return F(y);", "use Log of LossGen.Functions")]
    [InlineData("Value F<T>(T v) => y; return {|LG0010:F(1)|} * x.Logit;", "write it for Value")]
    [InlineData("Value F(in Value v) => v; return {|LG0010:F(y)|};", "by value")]
    [InlineData("static Value F(Value v) => {|LG0012:F(v)|}; return F(y);", "without recursion")]
    [InlineData("Func<Value, Value> f = {|LG0010:v => v|}; return {|LG0010:f(y)|};", "write a static method")]
    [InlineData("return {|LG0010:a switch { 1 => x.Logit, _ => y }|};", "use ?:")]
    [InlineData("{|LG0010:switch|} (a) { default: return y; }", "use ?:")]
    [InlineData("{|LG0010:throw|} new Exception();", "declarations and one return")]
    [InlineData("{|LG0010:{|} return y; }", "declarations and one return")]
    [InlineData("return {|LG0010:a is 1|} ? x.Logit : y;", "compare with ==")]
    [InlineData("return {|LG0010:Math.Log(a)|} * y;", "use Log of LossGen.Functions")]
    [InlineData("return {|LG0010:Math.Max(a, 1)|} * y;", "use Max of LossGen.Functions")]
    [InlineData("return {|LG0010:MathF.Exp(1)|} * y;", "use Exp of LossGen.Functions")]
    [InlineData("return {|LG0010:y == x.Logit|} ? y : x.Logit;", "write EqualTo(a, b)")]
    [InlineData("return n == 3 ? y : {|LG0010:n / 2|} * y;", "n / 2.0")]
    [InlineData("return {|LG0010:n % 2|} * y;", "use + - * /")]
    [InlineData("return {|LG0010:field|} * y;", "make it const")]
    [InlineData("return {|LG0010:Property|} * y;", "make it a const")]
    [InlineData("return {|LG0010:new L().Beta|} * y;", "pass it as a parameter")]
    [InlineData("return x.Probability * {|LG0010:x.Probability.Axes|}.GetHashCode();", "", true)]
    [InlineData("return {|LG0010:x.PerClass(new[] { 1.0 })|} * y;", "declare a parameter of type Value")]
    [InlineData("return {|LG0010:(float)a|} * y;", "compute in double")]
    [InlineData("return {|LG0010:(int)a|} * y;", "compute in double")]
    [InlineData("return {|LG0010:y[0, 0, 0]|} * y;", "use")]
    [InlineData("var (v, w) = (y, y); return v * w;", "", true)]
    [InlineData("Value v = {|LG0010:null|}!; return v * y;", "write a number")]
    [InlineData("return n == {|LG0010:\"a\".Length|} ? y : x.Logit;", "pass it as a parameter")]
    [InlineData("decimal {|LG0010:d|} = 2; return y;", "use Value")]
    [InlineData("ref double {|LG0010:r = ref a|}; return y * r;", "without ref", true)]
    public void OutsideTheSubset(string body, string cure, bool anywhere = false)
    {
        string source = $$"""
            [Loss]
            public partial class L
            {
                private static double field = 2;
                private static double Property => 2;
                internal double Beta => 2;

                private static Value Formula(Prediction x, Target y, double a = 1, int n = 3)
                {
                    {{body}}
                }
            }
            """;
        if (anywhere)
        {
            // What is underlined is of less interest than that it is not accepted.
            GeneratorRun rough = GeneratorDriverHelper.Run(source.Replace("{|LG0010:", "", StringComparison.Ordinal).Replace("|}", "",
                StringComparison.Ordinal));
            Assert.All(rough.Diagnostics, diagnostic => Assert.Equal("LG0010", diagnostic.Id));
            Assert.NotEmpty(rough.Diagnostics);
            return;
        }
        GeneratorRun run = Markup.Verify(source);
        Assert.Contains(run.Diagnostics, diagnostic => diagnostic.GetMessage().Contains(cure, StringComparison.Ordinal));
    }

    [Fact]
    public void MethodWithoutSource() => Markup.Verify("""
        [Loss] public partial class L { static Value Formula(Prediction x, Target y) => y * {|LG0011:Math.Cbrt(2)|}; }
        """);

    [Fact]
    public void RecursionNamesTheWay()
    {
        GeneratorRun run = Markup.Verify("""
            [Loss] public partial class L
            {
                static Value Formula(Prediction x, Target y) => F(y);
                static Value F(Value v) => G(v);
                static Value G(Value v) => {|LG0012:F(v)|};
            }
            """);
        Assert.Contains("F -> G -> F", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void TooDeep()
    {
        string sum = string.Join(" + ", Enumerable.Repeat("y", 5000));
        GeneratorRun run = GeneratorDriverHelper.Run(
            $"[Loss] public partial class L {{ static Value Formula(Prediction x, Target y) => {sum}; }}");
        Assert.Equal("LG0013", Assert.Single(run.Diagnostics).Id);
    }

    [Fact]
    public void EveryFaultOfAFormulaIsReportedAtOnce() => Markup.Verify("""
        [Loss] public partial class L
        {
            static Value Formula(Prediction x, Target y, double a = 1)
            {
                Value v = {|LG0010:Math.Log(a)|} * y, w = {|LG0010:Math.Exp(a)|} * y;
                return v + w + {|LG0011:Math.Cbrt(a)|};
            }
        }
        """);

    [Fact]
    public void FaultInASharedHelperIsReportedOnce() => Markup.Verify("""
        static class Helper { internal static Value F(Value v) => {|LG0011:Math.Cbrt(1)|} * v; }
        [Loss] public partial class A { static Value Formula(Prediction x, Target y) => Helper.F(y); }
        [Loss] public partial class B { static Value Formula(Prediction x, Target y) => Helper.F(y); }
        """);

    [Fact]
    public void FaultInATermIsReportedWhereTheTermIs() => Markup.Verify("""
        public partial class OverlapAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) => {|LG0010:Math.Log(2)|} * y;
        }

        [Loss, Overlap] public partial class A;
        [Loss, Overlap, Dice] public partial class B;
        """);

    [Theory]
    [InlineData("return Lgo(y);")]
    [InlineData("return x.Logit")]
    [InlineData("Value v = Math.Log(); return Math.Log(2) * v;")]
    [InlineData("return x.Probabilty;")]
    [InlineData("")]
    public void CompilerErrorsAreNotRepeated(string body)
    {
        GeneratorRun run = GeneratorDriverHelper.Run(
            $"[Loss] public partial class L {{ static Value Formula(Prediction x, Target y) {{ {body} }} }}");
        Assert.Empty(run.Diagnostics);
        Assert.NotEmpty(run.Errors);
    }

    [Theory]
    [InlineData("return {|LG0046:Conv|}(x.Probability, 3) * y;", "write Window(v, axis, weights, border) along one axis after the other")]
    [InlineData("return {|LG0046:Edt|}(y) * x.Probability;", "write DistanceTransform(condition)")]
    [InlineData("return {|LG0046:ConnectedComponents|}(y) * x.Probability;", "far pixels, which a formula cannot have; if it does not depend on the prediction")]
    [InlineData("Value v = Sum({|LG0046:MaxPool2d|}(x.Probability)); return v * y;", "write MaxPool(v, size)")]
    [InlineData("return {|LG0046:Roll|}(x.Probability, 1);", "write Shift(v, axis, by, border) for neighbouring pixels")]
    [InlineData("return {|LG0046:Pairwise|}(x.Probability, y) + {|LG0046:MatMul|}(x.Logit, y);", "pairs of pixels")]
    [InlineData("return x.Logit.{|LG0046:Permute|}(0, 2, 1);", "axes by name")]
    [InlineData("return {|LG0046:Quantile|}(x.Logit, 0.9);", "RunningSum(1, keys) is the rank")]
    [InlineData("return F(x.Logit); static Value F(Value v) => {|LG0046:Interpolate|}(v, 2);", "state Resize")]
    public void OutOfScopeNamesSayWhatToDo(string body, string cure)
    {
        GeneratorRun run = Markup.Verify($"[Loss] public partial class L {{ static Value Formula(Prediction x, Target y) {{ {body} }} }}",
            allowCompilerErrors: true);
        Assert.Contains(run.Diagnostics, diagnostic => diagnostic.GetMessage().Contains(cure, StringComparison.Ordinal));
        Assert.NotEmpty(run.Errors);
    }

    [Fact]
    public void AMethodOfOnesOwnMayHaveAnyName() => GeneratorDriverHelper.Run("""
        [Loss(Activation.Sigmoid)] public partial class L
        {
            static Value Formula(Prediction x, Target y) => Shift(x.Probability, y);
            static Value Shift(Value v, Value w) => Square(v - w);
        }
        """).AssertClean();

    [Theory]
    [InlineData("return Transform({|LG0010:new ClassMatrix(1, 2, 3)|}, x.Logit);", "a matrix of 3 numbers")]
    [InlineData("return Transform(new ClassMatrix(1, 2, {|LG0010:a|}, 3), x.Logit);", "declare a parameter of type ClassMatrix")]
    [InlineData("return Transform(new ClassMatrix([1, 2, 3, {|LG0010:a|}]), x.Logit);", "declare a parameter of type ClassMatrix")]
    [InlineData("double[] {|LG0010:m|} = [1, 2, 3, 4]; return Transform({|LG0010:new ClassMatrix(m)|}, x.Logit);", "")]
    public void MatricesInPlaceAreConstants(string body, string cure)
    {
        GeneratorRun run = Markup.Verify($"[Loss(Activation.None)] public partial class L {{ static Value Formula(Prediction x, Target y, double a = 1) {{ {body} }} }}");
        Assert.Contains(run.Diagnostics, diagnostic => diagnostic.GetMessage().Contains(cure, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "Shift(x.Logit, 2, 1)", "'Shift' asks for axis 2; with Dimensions = 2 the axes of an image are 0 for rows and 1 for columns")]
    [InlineData("Dimensions = 1", "MaxPoolAlong(x.Logit, 1, 3)", "with Dimensions = 1 the axes of an image are 0, the only one")]
    [InlineData("", "MinPool(x.Logit, 4)", "the size of 'MinPool' is 4; it has to be odd")]
    [InlineData("", "GaussianBlur(x.Logit, 5, 0)", "sigma, has to be a number above 0")]
    [InlineData("", "Window(x.Logit, 0, [1, 2])", "the weights of 'Window' are 2 numbers; an odd number of them")]
    [InlineData("", "Window(x.Logit, 0, [1, a, 1])", "have to be numbers that are known at compile time")]
    [InlineData("", "Shift(x.Logit, 0, n)", "the third argument of 'Shift' has to be a whole number that is known at compile time")]
    [InlineData("", "SoftSkeleton(x.Probability, 101)", "from 0 to 100 are possible")]
    public void NeighboursSayWhatTheyNeed(string options, string formula, string message)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($$"""
            [Loss({{options}})] public partial class L
            {
                public int N { get; set; } = 1;
                public double A { get; set; } = 1;
                private static Value Formula(Prediction x, Target y, int n = 1, double a = 1) => {{formula}};
            }
            """);
        Assert.Equal("LG0040", Assert.Single(run.Diagnostics,
            diagnostic => diagnostic.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error).Id);
        Assert.Contains(run.Diagnostics, diagnostic => diagnostic.GetMessage().Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "ShiftClasses(x.Logit, 1, 0)", "'ShiftClasses' needs the number of classes")]
    [InlineData(", Classes = 3", "ShiftClasses(x.Logit, n, 0)", "a whole number that is known at compile time")]
    [InlineData(", Classes = 3", "Transform(new ClassMatrix(0, 1, 1, 0), x.Logit)", "a matrix has 4 numbers; with Classes = 3 it takes 9")]
    [InlineData("", "Transform(costs, x.Logit)", "the matrix 'costs' that a property holds needs the number of classes")]
    public void WhatNeedsTheNumberOfClassesSaysSo(string options, string formula, string message)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($$"""
            [Loss(Activation.None{{options}})] public partial class L
            {
                public int N { get; set; } = 1;
                public double[]? Costs { get; set; }
                private static Value Formula(Prediction x, Target y, ClassMatrix costs, int n = 1) => {{formula}};
            }
            """);
        Assert.Equal("LG0040", Assert.Single(run.Diagnostics).Id);
        Assert.Contains(message, run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
    }
}
