using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// A run-time parameter gives what the same number gives as a constant, also where it reaches a point at which the formula or its
/// derivative is another.
/// </summary>
public sealed class RunTimeParameterTests
{
    private static readonly double Loss = Math.Log(1 + Math.Exp(-1)), P = 1 / (1 + Math.Exp(-1)), Q = 1 / (1 + Math.E);

    // The first pixel is as right as it can be: the base of the power is 0.
    private static readonly Batch Saturated = StatedCase.Indexed(1, 2, [120, 0, 0, 1], 0, 1);

    private static readonly StatedCase[] Cases =
    [
        new("an exponent of 0", Annealed(0), Saturated, [Loss / 2], [0, Q / 2, 0, -Q / 2]),
        new("an exponent of 1", Annealed(1), Saturated, [Q * Loss / 2], [0, (Loss + (Q / P)) * P * Q / 2, 0,
            -(Loss + (Q / P)) * P * Q / 2]),
        new("an exponent of 2", Annealed(2), Saturated, [Q * Q * Loss / 2], [0, ((2 * Q * Loss) + (Q * Q / P)) * P * Q / 2, 0,
            -((2 * Q * Loss) + (Q * Q / P)) * P * Q / 2]),
        new("an exponent of each element", """
            [Loss(Activation.None, Reduction = Reduction.None, Target = TargetKind.Dense)]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => Pow(x.Logit, y);
            }
            """, StatedCase.Dense(1, 1, [0, 0, 0, 3, -2], 0, 1, 2, 0, 2), [1, 0, 0, 1, 4], [0, 1, 0, 0, -4]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheStatedValueAndGradient(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    /// <summary>PyTorch's second derivatives of a power: those of 1 and x at the exponents 0 and 1, at a base of 0 as well.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 0)]
    public void HasSecondDerivativesAtABaseOf0(double exponent, double second)
    {
        string declaration = $$"""
            [Loss(Activation.None, Target = TargetKind.Dense)]
            public sealed partial class Declared
            {
                public double Exponent { get; set; } = {{exponent}};

                private static Value Formula(Prediction x, Target y, double exponent = 1) => Pow(x.Logit, exponent);
            }
            """;
        ILoss loss = DeclarationCompiler.Compile([declaration]).Create(declaration);
        Batch batch = StatedCase.Dense(1, 1, [0], 0);
        Assert.Equal(second, TorchBackend.Curvature(loss, batch, [1], [1], [1], TorchRoad.InOperations), 1e-12);
    }

    private static string Annealed(double gamma) => $$"""
        [Loss(Activation.Softmax)]
        public sealed partial class Declared
        {
            public double Gamma { get; set; } = {{gamma}};

            private static Value Formula(Prediction x, Target y, double gamma = 2) => -SumOverClasses(y * Pow(x.Complement, gamma) * x.LogProbability);
        }
        """;
}
