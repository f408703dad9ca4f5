using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Conditions that keep 0 times infinity out of a pixel's sum are asked once a pixel, not once for each class.</summary>
public class GuardTests
{
    private const string Others = "(SumOverClasses (mul (sub 1 (target)) (probability)))";

    private const string Focal = $"(return (mul (mul {Others} {Others}) (SumOverClasses (mul (target) (log-probability)))))";

    /// <summary>What both terms multiply by the probability joins into one product with it, on both sides of the condition.</summary>
    [Fact]
    public void TheGradientOfFocalJoinsThatOfARegionLoss()
    {
        LossPlan plan = Build.Plan(Build.Options, true, Build.Catalogue<TverskyAttribute>(), Build.Term(Focal));
        Node[] guarded = [.. plan.GradientPass.PixelNodes().Where(node => node.Op == Op.Mask && node[0].Op == Op.Or)];
        Assert.NotEmpty(guarded);
        Assert.All(guarded, node => Assert.False(node.Axes.Has(Axes.Class), NodeText.Describe(node)));
    }
}
