using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Single neighbours are read by the passes where they lie; what asks for more is a step over whole images.</summary>
public class NeighbourReadTests
{
    private static readonly LossOptions Images = Build.Options with { Activation = Compiler.Model.Activation.None, Dimensions = 2 };

    /// <summary>Of the logits' neighbours nothing is stored: value and gradient read the logits alone.</summary>
    [Fact]
    public void TotalVariationStoresNoImage()
    {
        LossPlan plan = Build.Plan(Images, false, Build.Catalogue<TotalVariationAttribute>());
        Assert.Empty(plan.Maps.HasClass);
        Assert.Single(plan.Statistics);
        Assert.All(plan.AllPasses, pass => Assert.Empty(pass.Steps));
        Assert.Equal(["axis 0 at 1", "axis 1 at 1"], Places(plan.Statistics[0]));
        Assert.Equal(["axis 0 at -1", "axis 0 at 1", "axis 1 at -1", "axis 1 at 1"], Places(plan.GradientPass));
    }

    /// <summary>What costs much is computed once, stored, and read at each place.</summary>
    [Fact]
    public void ProbabilitiesAreStoredOnce()
    {
        LossPlan plan = Build.Plan(Images with { Activation = Compiler.Model.Activation.Softmax }, false,
            Build.Catalogue<TotalVariationAttribute>());
        Assert.Equal([true], plan.Maps.HasClass);
        Assert.All(plan.AllPasses, pass => Assert.Empty(pass.Steps));
        Assert.All(plan.AllPasses.SelectMany(pass => pass.Neighbours), neighbour => Assert.True(neighbour[0].Op is Op.Kept or Op.Spread));
    }

    /// <summary>A window reads what another step left without a pass between them.</summary>
    [Fact]
    public void AStepBehindAShiftStaysAStep()
    {
        LossPlan plan = Build.Plan(Images, false, Build.Term("(return (MaxPool (Shift (logit) 0 1 0) 3))"));
        Assert.Equal([Op.Correlate, Op.Pool], plan.Statistics[0].Steps.Select(step => step.Op));
        Assert.All(plan.Statistics, pass => Assert.Empty(pass.Neighbours));
    }

    /// <summary>What is sorted a pass stores: it reads the neighbour of a key where that lies, and no step moves an image for it.</summary>
    [Fact]
    public void ASortBehindAShiftReadsTheNeighbour()
    {
        LossPlan plan = Build.Plan(Images, false, Build.Term("(return (RunningSum (target) (Shift (logit) 0 1 0)))"));
        Assert.All(plan.AllPasses, pass => Assert.Empty(pass.Steps));
        Assert.Equal(["axis 0 at 1"], Places(plan.Statistics[0]));
        Assert.Equal(2, plan.Maps.HasClass.Count);
    }

    private static string[] Places(PassPlan pass) =>
        [.. pass.Neighbours.Where(neighbour => neighbour[0].Op == Op.Logit)
            .Select(neighbour => $"axis {neighbour.Window!.Axis} at {neighbour.Window.First}").Order(StringComparer.Ordinal)];
}
