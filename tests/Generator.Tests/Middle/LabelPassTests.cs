using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Sums of labels are added up ahead of a pass that then has both value and gradient of pairs.</summary>
public sealed class LabelPassTests
{
    private static readonly LossOptions s_pairs = (Build.Options with
    {
        Activation = Compiler.Model.Activation.None,
        Pairs = Compiler.Model.Pairs.Cosine
    }).OfMatrix();

    public static TheoryData<string> Terms => [nameof(NtXentAttribute), nameof(SupervisedContrastiveAttribute), nameof(CircleAttribute)];

    [Theory]
    [MemberData(nameof(Terms))]
    public void TheGradientWaitsForSumsOfLabelsOnly(string name)
    {
        LossPlan plan = Build.Plan(s_pairs, indexTarget: false, Named(name));
        PassPlan value = Assert.Single(plan.Statistics), both = Assert.IsType<PassPlan>(plan.FusedPass),
            labels = Assert.IsType<PassPlan>(plan.LabelPass);
        Assert.Equal(1, both.Stage);
        Assert.DoesNotContain(labels.PixelNodes(), node => node.Op == Op.Logit);
        Assert.Empty(labels.ClassConstants.Concat(labels.ScalarConstants));
        Assert.NotEmpty(labels.Summands);

        // Each sum once, at the place that it has in the pass of the value.
        Assert.Equal(value.Sums, both.Sums);
        Assert.Equal(value.Sums, labels.Sums);
        Assert.Equal(value.Sums.OrderBy(sum => sum.Id), both.Summands.Concat(labels.Summands).Select(summand => summand.Sum)
            .OrderBy(sum => sum.Id));
    }

    /// <summary>What the gradient is divided by here is a sum of similarities.</summary>
    [Fact]
    public void AGradientThatNeedsSumsOfSimilaritiesTakesAPassOfItsOwn()
    {
        const string Formula = "(let s (Sum (SumOverClasses (mul (logit) (logit))))) (return (div (Sum (SumOverClasses (mul (target) (logit)))) s))";
        LossPlan plan = Build.Plan(s_pairs, indexTarget: false, Build.Term(Formula));
        Assert.Null(plan.FusedPass);
        Assert.Null(plan.LabelPass);
        Assert.Single(plan.Statistics);
    }

    [Fact]
    public void LossesOfPixelsCountInThePassOfTheValue() =>
        Assert.Null(Build.Plan(Build.Options, indexTarget: true, Build.Catalogue<CrossEntropyAttribute>()).LabelPass);

    private static TermModel Named(string name) => name switch
    {
        nameof(NtXentAttribute) => Build.Catalogue<NtXentAttribute>(),
        nameof(SupervisedContrastiveAttribute) => Build.Catalogue<SupervisedContrastiveAttribute>(),
        _ => Build.Catalogue<CircleAttribute>(),
    };
}
