using LossGen.Compiler.Differentiate;
using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Holds the differentiated graph against difference quotients of its value.</summary>
internal static class Gradients
{
    /// <summary>The gradient of a number at every logit.</summary>
    public static void AssertMatch(GraphBuilder builder, Node output, Leaves leaves, double tolerance)
    {
        Assert.Equal(Axes.None, output.Axes);
        Tensor gradient = new Interpreter(leaves).Evaluate(Differentiator.Gradient(builder, output, builder.One));
        Extents extents = leaves.Extents;
        for (int i = 0; i < leaves.Logits.Length; i++)
        {
            int s = i % extents.Pixels, c = i / extents.Pixels % extents.Classes, n = i / (extents.Pixels * extents.Classes);
            double found = gradient[n, c, s];
            double expected = Quotients.Nearest(x => Interpreter.Number(output, leaves with { Logits = Moved(leaves.Logits, i, x) }),
                leaves.Logits[i], found);
            if (double.IsFinite(expected))
                Quotients.AssertClose(expected, found, tolerance, $"by logit {i} of {output}");
        }
    }

    private static double[] Moved(double[] logits, int at, double number)
    {
        var moved = (double[])logits.Clone();
        moved[at] = number;
        return moved;
    }
}
