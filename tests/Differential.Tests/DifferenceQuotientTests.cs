using LossGen.Differential.Checks;
using Xunit;

namespace LossGen.Differential;

/// <summary>What differences say of a slope, and where they say nothing.</summary>
public sealed class DifferenceQuotientTests
{
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(1.5, true)]
    [InlineData(1.50001, false)]
    [InlineData(0, false)]
    public void ASmoothFunctionHasOneSlope(double found, bool agrees) =>
        Assert.Equal(agrees, Agrees(found, x => Math.Sin(1.5 * x) + (40 * x * x)));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0.3, true)]
    [InlineData(3, true)]
    [InlineData(3.0001, false)]
    [InlineData(-1.0001, false)]
    public void AtAKinkAnySlopeBetweenItsSidesIsOne(double found, bool agrees) =>
        Assert.Equal(agrees, Agrees(found, x => Math.Max(3 * x, -x)));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0.3, false)]
    public void BesideAKinkThereIsOneSlope(double found, bool agrees) => Assert.Equal(agrees, Agrees(found, x => Math.Abs(x - 1e-4)));

    /// <summary>A kink nearer than the smallest step, of sides that are curved.</summary>
    [Theory]
    [InlineData(-1, true)]
    [InlineData(-1.0001, false)]
    public void BesideAKinkASideMayBeCurved(double found, bool agrees) =>
        Assert.Equal(agrees, Agrees(found, x => Math.Abs(x - 1e-8) + (40 * x * x)));

    [Fact]
    public void AJumpIsNoKink() => Assert.False(Agrees(0.3, x => x < 0 ? 0 : 1));

    private static bool Agrees(double found, Func<double, double> function) =>
        DifferenceQuotient.Disagrees(found, function, 1, Tolerance) is null;
}
