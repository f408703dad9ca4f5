using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>One-hot algebra: no one-hot is built, and what only the label's class enters is computed once a pixel.</summary>
public class OneHotTests
{
    private readonly GraphBuilder b = new();

    private Node Y => b.Mask(b.OneHot, b.One);

    private Node P => b.Softmax(b.Logit);

    [Fact]
    public void ALabelIsItsSquare() => Assert.Same(Y, b.Multiply(Y, Y));

    [Fact]
    public void ALabelAndItsComplementExcludeEachOther() => Assert.True(b.Multiply(Y, b.Subtract(b.One, Y)).IsNumber(0));

    [Fact]
    public void APowerOfALabelIsTheLabel() => Assert.Same(Y, b.Power(Y, b.Constant(1.7)));

    [Fact]
    public void AChoiceByTheLabelKnowsTheLabel()
    {
        Node chosen = b.Where(b.OneHot, b.Add(Y, P), b.Multiply(Y, P));
        Assert.Same(b.Mask(b.OneHot, b.Add(b.One, P)), chosen);
    }

    [Fact]
    public void TheOverlapOfSoftLabelsIsThatOfLabels()
    {
        foreach (Node p in (Node[])[P, b.Sigmoid(b.Logit)])
        {
            Assert.Same(b.Multiply(Y, p), b.Minimum(p, Y));
            Assert.Same(b.Multiply(Y, p), b.Minimum(Y, p));
        }
    }

    [Fact]
    public void OneLessASoftmaxIsItsComplement() => Assert.Same(b.SoftmaxComplement(b.Logit), b.Subtract(b.One, P));

    [Fact]
    public void TheSumOfLabelsIsOneAPixel() => Assert.True(b.Sum(Y, Axes.Class).IsNumber(1));

    [Fact]
    public void TheSumOfASoftmaxIsOneAPixel() => Assert.True(b.Sum(P, Axes.Class).IsNumber(1));

    [Fact]
    public void TheSumOfALogProbabilityAtTheLabelTakesOneLogAPixel()
    {
        Node sum = b.Sum(b.Multiply(Y, b.Log(P)), Axes.Class);
        Assert.DoesNotContain(Build.Reachable(sum), node => node.Op is Op.Log or Op.Softmax && node.Axes.Has(Axes.Class));
        Assert.Equal(1, Build.Reachable(sum).Count(node => node.Op == Op.LogSumExp));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CrossEntropyTakesOneLogATileAndOnePass(bool ignores)
    {
        LossOptions options = Build.Options with { IgnoreIndex = ignores ? 255 : null };
        LossPlan plan = Build.Plan(options, indexTarget: true, Build.Catalogue<CrossEntropyAttribute>());
        Assert.Single(plan.Statistics);
        Assert.All(plan.AllPasses, pass => Assert.DoesNotContain(pass.PixelNodes(), node => node.Op is Op.Log or Op.LogAtLeastOne
            && node.Axes.Has(Axes.Class)));
        Assert.All(plan.Statistics, pass => Assert.Empty(pass.ClassSums));
        Assert.DoesNotContain(plan.Statistics[0].PixelNodes(), node => node.Op == Op.LogAtLeastOne);
        Assert.Single(plan.Statistics[0].Summands, summand => summand.Factor is not null);
        if (!ignores)
            Assert.NotNull(plan.FusedPass);
    }

    [Fact]
    public void TrueAndFalsePositivesAndNegativesShareThreeSums()
    {
        const string Formula = """
            (let p (probability)) (let y (target)) (let tp (Sum (mul p y))) (let fp (Sum (mul p (sub 1 y)))) (let fn (Sum (mul (sub 1 p) y)))
            (return (MeanOverClasses (sub 1 (div tp (add tp (add (mul 0.3 fp) (mul 0.7 fn)))))))
            """;
        foreach (bool indexTarget in new[] { true, false })
        {
            LossPlan plan = Build.Plan(Build.Options, indexTarget, Build.Term(Formula));
            PassPlan pass = Assert.Single(plan.Statistics);
            Assert.Equal(3, pass.Sums.Count());
        }
    }

    [Fact]
    public void DiceAndCrossEntropyShareOnePass()
    {
        LossPlan plan = Build.Plan(Build.Options, indexTarget: true, Build.Catalogue<DiceAttribute>(),
            Build.Catalogue<CrossEntropyAttribute>(0.5));
        PassPlan pass = Assert.Single(plan.Statistics);
        Assert.Equal(4, pass.Sums.Count());
        Assert.Equal(1, pass.PixelNodes().Count(node => node.Op == Op.ExpNonPositive));
        Assert.Null(plan.FusedPass);
        Assert.NotNull(plan.GradientPass.Gradient);
    }

    [Fact]
    public void ASumThatFeedsAPixelTakesAPassMore()
    {
        const string Formula = "(let w (Mean (target))) (return (Mean (mul w (mul (target) (log-probability)))))";
        Assert.Single(Build.Plan(Build.Options, true, Build.Term(Formula)).Statistics);

        const string Nested = "(let m (Mean (probability))) (return (Mean (Abs (sub (probability) m))))";
        Assert.Equal(2, Build.Plan(Build.Options, true, Build.Term(Nested)).ValueStage);
    }
}
