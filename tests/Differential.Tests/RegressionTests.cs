using System.Collections.Immutable;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential;

/// <summary>Formulas that failed once, as small as they were found.</summary>
public sealed class RegressionTests
{
    private static readonly ImmutableArray<(string Name, LossText Loss)> Cases =
    [
        ("one ignored element under a softmax", Loss("Activation.Softmax, IgnoreIndex = 0", "Sum(x.Probability * y) / (Sum(x.Probability) + 1)", Activation.Softmax, ignore: 0)),
        ("a constant", Loss("Activation.Softmax", "1", Activation.Softmax)),
        ("a constant, unreduced", Loss("Activation.Sigmoid, Reduction = Reduction.None", "1")),
        ("the number of points inside a sum", Loss("Activation.Sigmoid", "y + Sum(0.71)")),
        ("a sum that the gradient alone needs", Loss("Activation.Softmax, Reduction = Reduction.Sum", "Min(Mean(x.Logit), y)", Activation.Softmax)),
        ("maxima of two kinds", Loss("Activation.None, IgnoreIndex = -1", "MaxOverClasses(Pow(Mean(x.Probability) * 2 + 0.125, y)) + MaxOverClasses(x.Probability)", Activation.None, ignore: -1)),
        ("labels that join to a constant", Loss("Activation.Sigmoid, Reduction = Reduction.Sum", "x.Probability + MeanOverClasses(y)")),
        ("a constant over the batch", Loss("Activation.Softmax", "Mean(x.Probability * y) * SumOverBatch(0.71)", Activation.Softmax)),
        ("a comparison of numbers", Loss("Activation.Sigmoid", "Where(0.5 < 1, x.Probability, y)")),
        ("a choice inside a product", new()
        {
            Activation = Activation.Softmax,
            IgnoreIndex = 255,
            Target = TargetKind.Dense,
            Classes = 3,
            Verbatim = """
                public sealed partial class OutsideAttribute : LossTermAttribute
                {
                    public static Value Formula(Prediction x, Target y) => Cosh(Max(y, x.Probability));
                }

                [Loss(Activation.Softmax, IgnoreIndex = 255, Target = TargetKind.Dense)]
                [Outside(IncludeBackground = false)]
                public sealed partial class Declared
                {
                }
                """,
        }),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => DeclarationCompiler.Compile(Cases.Select(c => c.Loss.ToString())));

    public static TheoryData<string> Names => new(Cases.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void AgreesWithTheReference(string name)
    {
        LossText loss = Cases.First(c => c.Name == name).Loss;
        for (int seed = 0; seed < 5; seed++)
        {
            var trial = new Trial(seed, loss, [.. BatchPlan.For(loss, new Random(seed))]);
            string? failure = trial.Failure(Compiler.Value);
            Assert.True(failure is null, $"{failure}\n{loss}");
        }
    }

    private static LossText Loss(string options, string formula, Activation activation = Activation.Sigmoid, int? ignore = null) => new()
    {
        Activation = activation,
        IgnoreIndex = ignore,
        Verbatim = $$"""
            [Loss({{options}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{formula}};
            }
            """,
    };
}
