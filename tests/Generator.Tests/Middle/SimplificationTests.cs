using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Schedule;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Algebra, lowering and differentiation of random graphs. A failure prints the smallest tree.</summary>
public class SimplificationTests
{
    private const int Trees = 2000;

    // Beyond this a number says more about rounding than about the algebra.
    private const double Largest = 1e6;

    [Fact]
    public void SimplificationPreservesTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder raw = RandomGraph.Builder(), builder = RandomGraph.Builder();
        Node plain = RandomGraph.Build(raw, tree, simplify: false), simple = RandomGraph.Build(builder, tree, simplify: true);
        Assert.All(Enumerable.Range(0, 2), seed => Assert.True(Same(plain, simple, Leaves.Random(seed)), $"simplified to {simple}"));
    });

    [Fact]
    public void LoweringPreservesTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node node = RandomGraph.Build(builder, tree, simplify: true);
        Assert.All(new[] { false, true }, perImage => Assert.True(Same(node, new Lowering(builder, perImage).Lower(node), Leaves.Random(3)),
            $"{node}, {perImage}"));
    });

    [Fact]
    public void LogarithmsOfSoftmaxesPreserveTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node node = RandomGraph.Build(builder, tree, simplify: true), rewritten = LogarithmOfSoftmax.Rewrite(builder, [node], [])[0];
        Assert.True(Same(node, rewritten, Leaves.Random(1)), $"{node} became {rewritten}");
    });

    [Fact]
    public void LabelPlanesPreserveTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node node = RandomGraph.Build(builder, tree, simplify: true), rewritten = new LabelPlanes(builder).Rewrite(node);
        Assert.All(Enumerable.Range(0, 2), seed => Assert.True(Same(node, rewritten, Leaves.Random(seed)), $"{node} became {rewritten}"));
    });

    [Fact]
    public void SmallTermsPreserveTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node node = RandomGraph.Build(builder, tree, simplify: true),
            product = builder.Make(Op.Multiply, builder.Softmax(builder.Logit), node);
        Node rewritten = SmallTerms.Rewrite(builder, [product])[0];
        Assert.All(Enumerable.Range(0, 2), seed => Assert.True(Same(product, rewritten, Leaves.Random(seed)),
            $"{product} became {rewritten}"));
    });

    /// <summary>The value has the others' probabilities; the gradient is any product with all of them.</summary>
    [Fact]
    public void OtherClassesPreserveTheValue()
    {
        int replaced = 0;
        RandomGraph.Hold(Trees, tree =>
        {
            GraphBuilder builder = RandomGraph.Builder();
            Node softmax = builder.Softmax(builder.Logit), node = RandomGraph.Build(builder, tree, simplify: true);
            Node value = builder.Make(Op.Sum, [builder.Make(Op.Where, builder.OneHot, builder.Zero, softmax)], 0, Axes.Class);
            Node gradient = builder.Make(Op.Where, builder.OneHot, node, builder.Make(Op.Multiply, softmax, builder.Add(softmax, node)));
            Node rewritten = OtherClasses.Rewrite(builder, value, gradient);
            if (OtherClasses.Sole(value, rewritten) is { } others)
            {
                Interlocked.Increment(ref replaced);
                Assert.Same(value[0], others);
            }

            Assert.All(Enumerable.Range(0, 2), seed => Assert.True(Same(gradient, rewritten, Leaves.Random(seed)),
                $"{gradient} became {rewritten}"));
        });
        Assert.True(replaced > Trees / 4, $"{replaced} of {Trees}");
    }

    [Fact]
    public void TheGradientIsThatOfTheValue() => RandomGraph.Hold(Trees, tree =>
    {
        GraphBuilder builder = RandomGraph.Builder();
        Node node = RandomGraph.Build(builder, tree, simplify: true);

        // Detached values do not move with the logits in a difference quotient of the graph.
        if (Build.Reachable(node).Any(n => n.Op == Op.Detach))
            return;
        Leaves leaves = Leaves.Random(4, batch: 1, classes: 3, pixels: 2);
        Node output = builder.Elementwise(Op.Tanh, builder.Multiply(builder.Constant(0.125), builder.Sum(node, node.Axes)));
        if (double.IsFinite(Interpreter.Number(output, leaves)) && Math.Abs(Interpreter.Number(output, leaves)) < 0.999)
            Gradients.AssertMatch(builder, output, leaves, 1e-6);
    });

    private static bool Same(Node expected, Node found, Leaves leaves)
    {
        Tensor wanted = new Interpreter(leaves).Evaluate(expected), given = new Interpreter(leaves).Evaluate(found);
        Axes axes = wanted.Axes | given.Axes;
        Tensor difference = Tensor.Create(axes, leaves.Extents, (n, c, s) =>
        {
            double w = wanted[n, c, s], g = given[n, c, s];
            return !double.IsFinite(w) || Math.Abs(w) > Largest ? 0 : Math.Abs(w - g) / (1 + Math.Abs(w));
        });
        return difference.Data.All(d => d < 1e-8);
    }
}
