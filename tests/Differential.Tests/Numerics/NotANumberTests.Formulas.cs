using LossGen.Differential.Checks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <content>The same of formulas: no function of the language makes a number of NaN.</content>
public sealed partial class NotANumberTests
{
    private static readonly string[] Unary =
    [
        "Abs", "Sign", "Exp", "Log", "Log1p", "Expm1", "Sqrt", "Square", "Sigmoid", "LogSigmoid", "Softplus", "Tanh", "Atan", "Erf",
            "Lgamma", "Digamma",
        "Sinh", "Cosh", "LogCosh", "MaxOverClasses", "LogSumExpOverClasses", "LogSoftmaxOverClasses", "MaxOverPixels",
        "LogSumExpOverPixels", "LogSoftmaxOverPixels", "Mean", "Detach",
    ];

    private static readonly string[] Others =
    [
        "Min(x.Logit, 0.5)", "Max(x.Logit, 0.5)", "Min(y, x.Logit)", "Max(x.Logit, y)", "Clamp(x.Logit, -1, 1)", "Clamp(y, x.Logit, 1)",
            "Pow(x.Logit, 2)",
        "Pow(x.Logit, 0.7)", "Pow(2 + y, x.Logit)", "-MaxOverClasses(-x.Logit)", "MaxOverClasses(x.Logit * (1 + y))",
            "Sum(MaxOverClasses(x.Logit))", "Square(SoftmaxOverClasses(x.Logit))", "Square(SoftmaxOverPixels(x.Logit))",
    ];

    private static readonly string[] OfProbabilities =
    [
        "Square(x.Probability)", "x.LogProbability", "Square(x.Complement)", "MaxOverClasses(x.Probability)", "MaxOverClasses(x.Logit)",
            "-MaxOverClasses(-x.LogProbability)",
        "MaxOverClasses(x.Complement)", "MaxOverClasses(x.Logit) - SumOverClasses(Detach(y) * x.Logit)", "MaxOverPixels(x.Probability)",
    ];

    private static readonly (string Name, string Declaration)[] Formulas =
    [
        .. Unary.Select(function => Formula("None", $"{function}(x.Logit)")), .. Others.Select(formula => Formula("None", formula)),
        .. OfProbabilities.SelectMany(formula => ((string[])["Softmax", "Sigmoid"]).Select(activation => Formula(activation, formula))),
    ];

    private static readonly Lazy<DeclarationCompiler> FormulaCompiler =
        new(() => SharedEngine.Compile(Formulas.Select(formula => formula.Declaration)));

    public static TheoryData<string> FormulaNames => [.. Formulas.Select(formula => formula.Name)];

    [Theory]
    [MemberData(nameof(FormulaNames))]
    public void FormulasStayNaN(string name)
    {
        ILoss loss = FormulaCompiler.Value.Create(Formulas.Single(formula => formula.Name == name).Declaration);
        var hidden = new List<string>();
        foreach ((string target, long[]? labels, double[]? dense) in Targets(denseOnly: false))
        {
            foreach ((string logits, double[] numbers) in Logits())
            {
                var call = new RoadCall(new LossShape(1, Classes, Pixels), numbers, labels, dense);
                foreach ((string road, ScalarType _, Func<ILoss, RoadCall, Found> run) in Roads.All)
                    Check(run(loss, call).Elements[0], road);
                Check(Roads.Reference(loss, call), "reference");

                void Check(double value, string road)
                {
                    if (!double.IsNaN(value))
                        hidden.Add($"{target}, {logits}, {road}: {value:R}");
                }
            }
        }

        Assert.True(hidden.Count == 0, $"{hidden.Count} times\n{string.Join('\n', hidden)}");
    }

    private static (string Name, string Declaration) Formula(string activation, string formula) => ($"{activation}: {formula}", $$"""
        [Loss(Activation.{{activation}})]
        public sealed partial class Declared
        {
            private static Value Formula(Prediction x, Target y) => {{formula}};
        }
        """);
}
