using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>From C# to the formula text, construct by construct.</summary>
public class FormulaTextTests
{
    [Theory]
    [InlineData("return x.Logit + x.Probability - x.LogProbability * x.Complement;", "(return (sub (add (logit) (probability)) (mul (log-probability) (complement))))")]
    [InlineData("return y.Valid / x.ClassCount + x.ClassIndex;", "(return (add (div (valid) (class-count)) (class-index)))")]
    [InlineData("return -y + +a;", "(return (add (neg (target)) a))")]
    [InlineData("return Where(y > a & !(y <= 1) | y >= n, 1, y);", "(return (Where (or (and (gt (target) a) (not (le (target) 1))) (ge (target) n)) 1 (target)))")]
    [InlineData("return Clamp(high: 1, v: y, low: 0);", "(return (Clamp (target) 0 1))")]
    [InlineData("return a == 1 && n != 2 || flag ? x.Logit : y;", "(return (if (or (and (eq a 1) (ne n 2)) flag) (logit) (target)))")]
    [InlineData("return reduction == Reduction.None ? y : 0;", "(return (if (eq reduction 2) (target) 0))")]
    [InlineData("return double.IsNaN(a) ? 1 : a;", "(return (if (is-nan a) 1 a))")]
    [InlineData("const double K = 1.0 / 3; return K * Scale * y;", "(return (mul 0.6666666666666666 (target)))")]
    [InlineData("return (1 + 2) / 2 * y;", "(return (mul 1 (target)))")]
    [InlineData("return double.NaN * y + double.NegativeInfinity * -0.0 * 1e-320 * y;", "(return (add (mul NaN (target)) (mul NaN (target))))")]
    [InlineData("double b = a * 2, c = b; int m = n + 1; bool d = flag; Condition e = y > b; return Where(e, d ? c : m, 0);",
        "(let b (mul a 2)) (let c b) (let m (int-add n 1)) (let d flag) (let e (gt (target) b)) (return (Where e (if d c m) 0))")]
    [InlineData("var p = x; var t = y; return p.Logit * t;", "(let t (target)) (return (mul (logit) t))")]
    [InlineData("return Twice(x.Logit) + Twice(Twice(a));", "(let v_1 a) ", true)]
    [InlineData("return Twice(x.Logit - y);", "(let v_1 (sub (logit) (target))) (let p_1 (mul v_1 2)) (return p_1)")]
    [InlineData("Value v_1 = y; return Twice(x.Logit - y) + v_1;", "(let v_1 (target)) (let v_2 (sub (logit) (target))) (let p_1 (mul v_2 2)) (return (add p_1 v_1))")]
    [InlineData("return Of(x, y);", "(let p_1 (mul (logit) (target))) (return (add p_1 (mul 0.5 p_1)))")]
    [InlineData("return y.Doubled();", "(return (mul 2 (target)))")]
    [InlineData("Value NaN = y; return NaN;", "(let NaN_1 (target)) (return NaN_1)")]
    [InlineData("Value @double = y; return @double;", "(let double (target)) (return double)")]
    public void Constructs(string body, string expected, bool isPart = false)
    {
        string formula = GeneratorDriverHelper.Run($$"""
            [Loss]
            public partial class L
            {
                internal const double Scale = 2;

                static Value Formula(Prediction x, Target y, Reduction reduction, double a = 1, int n = 3, bool flag = true)
                {
                    {{body}}
                }

                static Value Twice(Value v)
                {
                    Value p = v * 2;
                    return p;
                }

                static Value Of(Prediction x, Target y, double half = 0.5)
                {
                    Value p = x.Logit * y;
                    return p + half * p;
                }
            }

            static class Extensions
            {
                internal static Value Doubled(this Value v) => 2 * v;
            }
            """).Model.Terms[0].Formula;
        const string Head = "lossgen/1 (param reduction scalar) (param a scalar 1) (param n scalar 3) (param flag scalar 1) ";
        Assert.StartsWith(Head, formula, StringComparison.Ordinal);
        if (!isPart)
            Assert.Equal(expected, formula[Head.Length..]);
    }

    [Fact]
    public void Inputs()
    {
        string formula = GeneratorDriverHelper.Run("""
            [Loss]
            public partial class L
            {
                static Value Formula(Prediction x, Target y, PixelMap mask, ElementMap distances, double a = 1) => Inside(mask, distances) * a * x.Logit;

                static Value Inside(PixelMap m, Value v) => m * v;
            }
            """).AssertClean().Model.Terms[0].Formula;
        Assert.Equal("lossgen/1 (param mask pixel) (param distances element) (param a scalar 1) (return (mul (mul (mul mask distances) a) (logit)))", formula);
    }
}
