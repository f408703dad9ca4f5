namespace LossGen.CodeFixes.Tests;

public class FixTests
{
    private const string Usings = "using LossGen;\nusing static LossGen.Functions;\n\n";

    [Theory]
    [InlineData("public sealed class L;", "public sealed partial class L;")]
    [InlineData("class L;", "partial class L;")]
    [InlineData("// what it is for\ninternal class L { }", "// what it is for\ninternal partial class L { }")]
    public Task AddPartial(string source, string expected) => Fixing.VerifyAsync(
        new AddPartialFix(), "LG0001", $"{Usings}[Loss(Activation.Softmax), Dice]\n{source}\n",
            $"{Usings}[Loss(Activation.Softmax), Dice]\n{expected}\n");

    [Fact]
    public Task AddPartialToWhatIsAround() => Fixing.VerifyAsync(
        new AddPartialFix(), "LG0001",
        Usings + "class Outer\n{\n    // inside\n    [Loss(Activation.Softmax), Dice]\n    public partial class L;\n}\n",
        Usings + "partial class Outer\n{\n    // inside\n    [Loss(Activation.Softmax), Dice]\n    public partial class L;\n}\n",
        "Make 'Outer' partial");

    [Theory]
    [InlineData("LG0010", "y * x.Logit * Math.Log(a)", "y * x.Logit * Log(a)")]
    [InlineData("LG0010", "y * x.Logit * System.Math.Max(a, 2)", "y * x.Logit * Max(a, 2)")]
    [InlineData("LG0010", "y * x.Logit * MathF.Exp(2 /* of one */)", "y * x.Logit * Exp(2 /* of one */)")]
    [InlineData("CS1503", "Math.Exp(-Abs(x.Logit))", "Exp(-Abs(x.Logit))")]
    [InlineData("CS1503", "Math.Max(y, x.Logit)", "Max(y, x.Logit)")]
    [InlineData("CS1503", "F(Math.Tanh(x.Logit))", "F(Tanh(x.Logit))")]
    public Task UseFunction(string id, string formula, string expected) => Fixing.VerifyAsync(new UseFunctionFix(), id, Formula(formula),
        Formula(expected));

    [Fact]
    public Task UseFunctionAddsAUsing() => Fixing.VerifyAsync(
        new UseFunctionFix(), "LG0010",
        "// at the top\nusing System;\nusing LossGen;\n\n[Loss]\npublic partial class L\n{\n    static Value Formula(Prediction x, Target y, double a = 2) => x.Logit * Math.Log(a);\n}\n",
        "// at the top\nusing System;\nusing LossGen;\nusing static LossGen.Functions;\n\n[Loss]\npublic partial class L\n{\n    static Value Formula(Prediction x, Target y, double a = 2) => x.Logit * Log(a);\n}\n");

    [Fact]
    public Task UseFunctionAddsTheFirstUsing() => Fixing.VerifyAsync(
        new UseFunctionFix(), "LG0010",
        "// at the top\n[LossGen.Loss]\npublic partial class L\n{\n    static LossGen.Value Formula(LossGen.Prediction x, LossGen.Target y, double a = 2) => x.Logit * System.Math.Log(a);\n}\n",
        "// at the top\nusing static LossGen.Functions;\n\n[LossGen.Loss]\npublic partial class L\n{\n    static LossGen.Value Formula(LossGen.Prediction x, LossGen.Target y, double a = 2) => x.Logit * Log(a);\n}\n");

    [Theory]
    [InlineData("LG0010", "y * x.Logit * Math.Log(a, 2)")]
    [InlineData("LG0011", "y * x.Logit * Math.Cbrt(a)")]
    public async Task NoFunctionOfThatName(string id, string formula)
    {
        if (id == "LG0010")
            await Fixing.VerifyNothingAsync(new UseFunctionFix(), id, Formula(formula));
        else
            Assert.DoesNotContain(id, new UseFunctionFix().FixableDiagnosticIds);
    }

    [Fact]
    public Task OutsideFormulasMathStays() => Fixing.VerifyNothingAsync(
        new UseFunctionFix(), "CS1503", "using System;\nclass C { double F(string s) => Math.Log(s); }\n");

    [Theory]
    [InlineData(
        "if (log)\n            return -Log(v);\n        return 1 - v;",
        "return log ? -Log(v) : 1 - v;")]
    [InlineData(
        "if (log)\n        {\n            return -Log(v);\n        }\n        else\n        {\n            return 1 - v;\n        }",
        "return log ? -Log(v) : 1 - v;")]
    [InlineData(
        "if (a > 2)\n            return v;\n        else if (log)\n            return -Log(v);\n        return 1 - v;",
        "return a > 2 ? v : log ? -Log(v) : 1 - v;")]
    [InlineData(
        "Value w;\n        if (log)\n            w = -Log(v);\n        else\n            w = 1 - v;\n        return w;",
        "Value w = log ? -Log(v) : 1 - v;\n        return w;")]
    [InlineData(
        "Value w = 1 - v;\n        if (log)\n            w = -Log(v);\n        return w;",
        "Value w = log ? -Log(v) : 1 - v;\n        return w;")]
    [InlineData(
        "// which of both\n        if (log)\n            return log == true ? v : 2 * v;\n        return 1 - v;",
        "// which of both\n        return log ? (log == true ? v : 2 * v) : 1 - v;")]
    public Task IfToConditional(string body, string expected) => Fixing.VerifyAsync(new IfToConditionalFix(), "LG0010", Body(body),
        Body(expected));

    [Theory]
    [InlineData("Value w = 1 - v;\n        if (log)\n            w = 2 * w;\n        return w;")]
    [InlineData("Value w = 1 - v;\n        if (log)\n        {\n            w = 2;\n            w = 3;\n        }\n        return w;")]
    public Task IfThatIsNoChoice(string body) => Fixing.VerifyNothingAsync(new IfToConditionalFix(), "LG0010", Body(body));

    [Theory]
    [InlineData("Square(Sigmoid(x.Probability) - y)", "Leave Sigmoid out", "Square(x.Probability - y)")]
    [InlineData("Square(Sigmoid(x.Probability) - y)", "Apply Sigmoid to the logit", "Square(Sigmoid(x.Logit) - y)")]
    [InlineData("Square(Sigmoid(-2 * x.Probability) - y)", null, "Square(Sigmoid(-2 * x.Logit) - y)")]
    [InlineData("Square(Sigmoid(Sigmoid(x.Logit)) - y)", null, "Square(Sigmoid(x.Logit) - y)")]
    [InlineData("-y * LogSigmoid(x.Probability) - (1 - y) * Log(x.Complement)", "Write LogProbability", "-y * x.LogProbability - (1 - y) * Log(x.Complement)")]
    [InlineData("y * Softplus(-x.Probability) + (1 - y) * Softplus(x.Logit)", null, "y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit)")]
    [InlineData("-y * Log(x.LogProbability) - (1 - y) * Log(x.Complement)", null, "-y * x.LogProbability - (1 - y) * Log(x.Complement)")]
    [InlineData("Square(Exp(x.Probability) / SumOverClasses(Exp(x.Probability)) - y)", null, "Square(x.Probability - y)")]
    public Task SingleActivation(string formula, string? title, string expected) =>
        Fixing.VerifyAsync(new SingleActivationFix(), "LG0051", Formula(formula, "Loss(Activation.Sigmoid)"),
            Formula(expected, "Loss(Activation.Sigmoid)"), title);

    [Theory]
    [InlineData("[Loss, Dice]", "State Activation.Softmax: one class a pixel", "[Loss(Activation.Softmax), Dice]")]
    [InlineData("[Loss(Classes = 4)]\n[Dice]", "State Activation.Sigmoid: each class for itself", "[Loss(Activation.Sigmoid, Classes = 4)]\n[Dice]")]
    [InlineData("[Loss(), CrossEntropy]", "State Activation.None: the network gives probabilities", "[Loss(Activation.None), CrossEntropy]")]
    public Task StateActivation(string attributes, string title, string expected) => Fixing.VerifyAsync(
        new StateActivationFix(), "LG0050", $"{Usings}{attributes}\npublic partial class L;\n",
            $"{Usings}{expected}\npublic partial class L;\n", title);

    private static string Formula(string formula, string loss = "Loss(Activation.None)") =>
        $"using System;\n{Usings}[{loss}]\npublic partial class L\n{{\n    static Value Formula(Prediction x, Target y, double a = 2) => {formula};\n\n    static Value F(Value v) => v;\n}}\n";

    private static string Body(string body) =>
        $"{Usings}[Loss(Activation.Sigmoid)]\npublic partial class L\n{{\n    static Value Formula(Prediction x, Target y, double a = 2, bool log = false)\n    {{\n        Value v = x.Probability + y;\n        {body}\n    }}\n}}\n";
}
