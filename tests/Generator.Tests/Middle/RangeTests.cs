using LossGen.Compiler.Analyze;
using LossGen.Compiler.Differentiate;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Generator.Tests.Middle;

/// <summary>What the analysis says of values holds for values.</summary>
public class RangeTests
{
    private const int Trees = 4_000;

    private static readonly ClassNumbers[] Tables = [new([0.5, 1.5, 2.5])];

    [Fact]
    public void ValuesAreInTheirRanges() => RandomGraph.Hold(Trees, tree =>
    {
        foreach (bool simplify in new[] { false, true })
        {
            GraphBuilder builder = RandomGraph.Builder();
            Node root = RandomGraph.Build(builder, tree, simplify);
            var ranges = new Ranges(Tables, Compiler.Model.Activation.Softmax);
            for (int seed = 0; seed < 3; seed++)
            {
                var leaves = Leaves.Random(seed);
                var interpreter = new Interpreter(leaves with
                {
                    Logits =
                    [.. leaves.Logits.Select(logit => logit * (seed == 2 ? 100 : 1))]
                });
                foreach (Node node in Build.Reachable(root))
                    AssertWithin(ranges.Of(node), interpreter.Evaluate(node), leaves.Extents, node);
            }
        }
    });

    [Fact]
    public void SomeRangesAreNarrow()
    {
        int known = 0, bounded = 0;
        RandomGraph.Hold(500, tree =>
        {
            GraphBuilder builder = RandomGraph.Builder();
            var ranges = new Ranges(Tables, Compiler.Model.Activation.Softmax);
            foreach (Node node in Build.Reachable(RandomGraph.Build(builder, tree, simplify: true)))
            {
                known += ranges.Of(node) is null ? 0 : 1;
                bounded += ranges.Of(node) is { } range && (range.Low > double.NegativeInfinity || range.High < double.PositiveInfinity) ? 1
                    : 0;
            }
        });
        Assert.True(bounded > known / 2, $"{bounded} of {known}");
    }

    [Fact]
    public void WithoutAGradientTheDerivativeIsZero() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node root = RandomGraph.Build(builder, tree, simplify: true);
        foreach (Node node in Build.Reachable(root).Where(node => !node.PassesGradient && !node.Operation().IsCondition))
        {
            Node gradient = Differentiator.Gradient(builder, builder.Sum(node, Axes.All), builder.One);
            Tensor values = new Interpreter(Leaves.Random(7)).Evaluate(gradient);
            Each(Leaves.Random(7).Extents, (n, c, s) => Assert.Equal(0, values[n, c, s]));
        }
    });

    [Theory]
    [InlineData(0.5, false)]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    public void AGuardIsSeen(double bound, bool unguarded)
    {
        var builder = new GraphBuilder();
        Node p = builder.Softmax(builder.Logit);
        var ranges = new Ranges(Tables, Compiler.Model.Activation.Softmax);
        Assert.Equal(!unguarded, ranges.IsPositive(p, builder.LessOrEqual(builder.Constant(bound), p), holds: true));
        Assert.Equal(bound >= 0, ranges.IsPositive(p, builder.Less(builder.Constant(bound), p), holds: true));
        Assert.False(ranges.IsPositive(p, builder.Less(builder.Constant(bound), p), holds: false));
        Assert.Equal(bound > 0, ranges.IsPositive(p, builder.Less(p, builder.Constant(bound)), holds: false));
    }

    private static void AssertWithin(Interval? range, Tensor values, Extents extents, Node node)
    {
        if (range is not { } known)
            return;
        Each(extents, (n, c, s) =>
        {
            double value = values[n, c, s], slack = 1e-9 * (1 + Math.Abs(value));
            if (!double.IsNaN(value) && (value < known.Low - slack || value > known.High + slack))
                Assert.Fail($"{value} is not between {known.Low} and {known.High}: {node}");
        });
    }

    private static void Each(Extents extents, Action<int, int, int> check)
    {
        for (int n = 0; n < extents.Batch; n++)
        {
            for (int c = 0; c < extents.Classes; c++)
            {
                for (int s = 0; s < extents.Pixels; s++)
                    check(n, c, s);
            }
        }
    }
}
