using LossGen.Compiler.Support;

namespace LossGen.Compiler.Graph;

/// <summary>
/// Whether a graph makes sense between two stages: every operation has as many inputs as it takes, conditions stand where conditions are
/// asked for and nowhere else, and axes fit. A rewrite that breaks that is found where it happened and not in the code that comes of it.
/// </summary>
internal static class GraphVerifier
{
    /// <summary>Throws where a node makes no sense, if stages are verified: an error of the compiler's own.</summary>
    /// <param name="stage">The stage whose results these are.</param>
    /// <param name="results">The results of the stage.</param>
    public static void Check(string stage, IEnumerable<Node> results)
    {
        if (Verification.IsOn && Verify(results) is { Count: > 0 } faults)
            throw new InvalidOperationException($"the graph makes no sense after {stage}: {string.Join("; ", faults.Take(3))}");
    }

    /// <summary>What is wrong with a graph, in words; nothing where it is sound.</summary>
    public static IReadOnlyList<string> Verify(IEnumerable<Node> results)
    {
        var faults = new List<string>();
        foreach (Node node in Reachable.From(results))
            Visit(node, faults);
        return faults;
    }

    private static void Visit(Node node, List<string> faults)
    {
        Operation row = node.Operation();
        if (node.Inputs.Length != row.Inputs)
        {
            faults.Add($"{node.Op} has {node.Inputs.Length} inputs and takes {row.Inputs}");
            return;
        }

        for (int k = 0; k < node.Inputs.Length; k++)
        {
            Node input = node[k];
            if (input.Id >= node.Id)
                faults.Add($"{node.Op} is older than its input {input.Op}");
            if (IsAsked(node.Op, k) && !IsTruth(input))
                faults.Add($"{node.Op} asks whether, and input {k} is {input.Op}");
        }

        if (node.Op is Op.Sum or Op.PixelMaximum && node.Attribute.Without(Axes.All) != Axes.None)
            faults.Add($"{node.Op} goes over {node.Attribute}");
        if (node.Op is Op.Softmax or Op.SoftmaxComplement or Op.LogSumExp or Op.ClassMaximum && !node[0].Axes.Has(Axes.Class))
            faults.Add($"{node.Op} joins classes that {node[0].Op} has not");
        if ((row.IsStep && node.Op is not (Op.Kept or Op.RunningSum) || node.Op == Op.Neighbour) && node.Window is null)
            faults.Add($"{node.Op} has no neighbours");
        if (row.IsStep && !node.IsPixel)
            faults.Add($"{node.Op} is of whole images and has no pixels");
    }

    /// <summary>The input is a condition by its place.</summary>
    public static bool IsAsked(Op op, int input) => op is Op.And or Op.Or or Op.Not || (op is Op.Where or Op.Mask && input == 0);

    // A condition, or one that was kept, spread or read at another pixel.
    private static bool IsTruth(Node node) => node.Operation().IsCondition || node.IsNumber(0) || node.IsNumber(1)
        || (node.Op is Op.Spread or Op.Detach or Op.Kept or Op.Neighbour && node.Inputs.All(IsTruth));
}
