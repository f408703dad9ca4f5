using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>Calls of methods and local functions become part of the formula's text.</summary>
public class InlineTests
{
    [Theory]
    [InlineData("return F(x.Logit); Value F(Value v) => v * 2;", "(return (mul (logit) 2))")]
    [InlineData("Value F(Value v, double by = 3) => v * by; return F(by: 2, v: x.Logit) + F(x.Logit);", "(return (add (mul (logit) 2) (mul (logit) 3)))")]
    [InlineData("Value d = x.Logit - y; Value F(double by) => by * d; return F(2) + F(3);", "(let d (sub (logit) (target))) (return (add (mul 2 d) (mul 3 d)))")]
    [InlineData("static Value F(Value v) { Value d = v - 1; return d * d; } return F(x.Logit + y);", "(let v_1 (add (logit) (target))) (let d_1 (sub v_1 1)) (return (mul d_1 d_1))")]
    [InlineData("Value F(Value v) => G(v) + 1; Value G(Value v) => v * a; return F(x.Logit);", "(return (add (mul (logit) a) 1))")]
    [InlineData("Value F(Value v) { Value d = v * a; return G() + d; Value G() => d * d; } return F(x.Logit);", "(let d_1 (mul (logit) a)) (return (add (mul d_1 d_1) d_1))")]
    [InlineData("Value F(Prediction p) => p.Logit; return F(x);", "(return (logit))")]
    [InlineData("return x.Logit.Twice() + Other.Twice(y);", "(return (add (mul (logit) 2) (mul (target) 2)))")]
    public void Calls(string body, string expected)
    {
        string text = GeneratorDriverHelper.Run($$"""
            [Loss]
            public partial class L
            {
                static Value Formula(Prediction x, Target y, double a = 1)
                {
                    {{body}}
                }
            }

            internal static class Other
            {
                internal static Value Twice(this Value v) => v * 2;
            }
            """).AssertClean().Model.Terms[0].Formula;
        Assert.Equal("lossgen/1 (param a scalar 1) " + expected.Replace("(return (mul (logit) 2))", "(return (mul (logit) 2))",
            StringComparison.Ordinal), text);
    }
}
