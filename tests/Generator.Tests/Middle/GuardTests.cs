using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Conditions that keep 0 times infinity out of a pixel's sum are asked once a pixel, not once for each class.</summary>
public class GuardTests
{
    private const string Others = "(SumOverClasses (mul (sub 1 (target)) (probability)))";

    private const string Focal = $"(return (mul (mul {Others} {Others}) (SumOverClasses (mul (target) (log-probability)))))";

    // Infinite at a masked label, whatever the others' share.
    private const string LabelLogit = $"(return (mul (mul {Others} {Others}) (SumOverClasses (mul (target) (logit)))))";

    /// <summary>
    /// What both terms multiply by the probability joins into one product with it, on both sides of the condition. Only what the label's
    /// class has alone may stand behind the condition with a class axis.
    /// </summary>
    [Fact]
    public void AGuardedGradientJoinsThatOfARegionLoss()
    {
        Node[] guarded = Guarded(LabelLogit);
        Assert.NotEmpty(guarded);
        Assert.All(guarded, node => Assert.False(node.Axes.Has(Axes.Class) && !IsOfLabel(node[1]), NodeText.Describe(node)));
    }

    /// <summary>1 - p is 0 only where p is 1, and log p infinite only where p is 0.</summary>
    [Fact]
    public void FocalNeedsNoGuard() => Assert.Empty(Guarded(Focal));

    private static bool IsOfLabel(Node node) => node.Op == Op.Mask && node[0].Op == Op.OneHot;

    private static Node[] Guarded(string term)
    {
        LossPlan plan = Build.Plan(Build.Options, true, Build.Catalogue<TverskyAttribute>(), Build.Term(term));
        return [.. plan.AllPasses.SelectMany(pass => pass.PixelNodes()).Where(node => node.Op == Op.Mask && node[0].Op == Op.Or)];
    }
}
