using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Differential.Numerics;
using Xunit;

namespace LossGen.Differential.Neighbours;

/// <summary>
/// Neighbours at classes that a logit of minus infinity masks, and at elements that are ignored: value and gradient by hand, on every road.
/// </summary>
public sealed class MaskedNeighbourTests
{
    // Probabilities of 3/4 and 1/4 and, where there is a third class, 0.
    private static readonly double Logit = Math.Log(3);

    private const double Large = 0.75, Small = 0.25;

    /// <summary>The window of what is minus infinity is no part of a term of other classes.</summary>
    [Fact]
    public void AWindowOfAnotherClassMayBeInfinite()
    {
        const string declaration = """
            public sealed partial class BlurredAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => BoxBlur(x.LogProbability, 3);
            }

            [Loss(Activation.Softmax, Reduction = Reduction.Sum, Dimensions = 1)]
            [Blurred(OnlyClasses = new[] { 0, 1 })]
            public sealed partial class Declared
            {
            }
            """;

        // Two pixels, each in the window of both.
        double value = 4 * (Math.Log(Large) + Math.Log(Small)) / 3, large = 2 * (1 - Large - Large) / 3,
            small = 2 * (1 - Small - Small) / 3;
        Check(declaration, StatedCase.Indexed(1, 3, [Logit, Logit, 0, 0, double.NegativeInfinity, double.NegativeInfinity], 0, 1), value,
            [large, large, small, small, 0, 0]);
    }

    /// <summary>What levels off at infinity has the slope 0 there, behind a pool or a window as beside it.</summary>
    [Theory]
    [InlineData("MinPool(Log(x.Probability), 3)")]
    [InlineData("Window(Log(x.Probability), 0, [0, 1, 1])")]
    public void TheSlopeBehindAnInfiniteNeighbourIsANumber(string neighbours)
    {
        string declaration = $$"""
            [Loss(Activation.Softmax, Reduction = Reduction.Sum, Dimensions = 1)]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => Tanh(Square({{neighbours}}));
            }
            """;
        double large = Math.Log(Large), small = Math.Log(Small), value = Math.Tanh(large * large) + Math.Tanh(small * small) + 1;
        double ofLarge = Slope(large), ofSmall = Slope(small);
        Check(declaration, StatedCase.Indexed(1, 3, [Logit, 0, double.NegativeInfinity], 0), value,
            [ofLarge - (Large * (ofLarge + ofSmall)), ofSmall - (Small * (ofLarge + ofSmall)), 0]);

        static double Slope(double u) => 2 * u / (Math.Cosh(u * u) * Math.Cosh(u * u));
    }

    /// <summary>A softmax of the term's classes where all of these are ignored, and the background is not.</summary>
    [Fact]
    public void APixelOfNoClassHasNoSlope()
    {
        const string declaration = """
            public sealed partial class ErodedAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => y * SoftErode(Exp(x.Probability) / SumOverClasses(Exp(x.Probability)));
            }

            [Loss(Activation.Softmax, IgnoreIndex = -100, Target = TargetKind.Dense, Reduction = Reduction.Sum, Dimensions = 1)]
            [Eroded(IncludeBackground = false)]
            public sealed partial class Declared
            {
            }
            """;
        double[] p = [0.5, 0.375, 0.125];
        double share = Math.Exp(p[1]) / (Math.Exp(p[1]) + Math.Exp(p[2])), slope = share * (1 - share), mean = slope * (p[1] - p[2]);
        Check(declaration, StatedCase.Dense(1, 3, [2, Math.Log(4), -1, Math.Log(3), 1, 0], 0, 0, -100, 1, -100, 0), share,
            [0, -p[0] * mean, 0, p[1] * (slope - mean), 0, p[2] * (-slope - mean)]);
    }

    private static void Check(string declaration, Batch batch, double value, double[] gradient) =>
        new StatedCase("neighbours", declaration, batch, [value], gradient).Check(SharedEngine.Compile([declaration]));
}
