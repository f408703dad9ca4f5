using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// A part of what a class's loop over the pixels computes, as a loop and method of its own: beyond some size the compiler no longer inlines
/// lane operations.
/// </summary>
/// <param name="Nodes">What it computes, inputs before users.</param>
/// <param name="Reads">What earlier parts left in scratch rows for it.</param>
/// <param name="Leaves">What it leaves in scratch rows for later parts.</param>
internal sealed record ClassPart(List<Node> Nodes, List<Node> Reads, List<Node> Leaves)
{
    private readonly HashSet<Node> own = [.. Nodes];

    /// <summary>It computes the node.</summary>
    public bool Computes(Node node) => own.Contains(node);

    /// <summary>Cuts nodes into parts of about a weight.</summary>
    public static List<ClassPart> Cut(List<Node> nodes, Func<Node, int> weight, int most)
    {
        var parts = new List<List<Node>>();
        var partOf = new Dictionary<Node, int>();
        int sum = most;
        foreach (Node node in nodes)
        {
            if (sum >= most)
            {
                parts.Add([]);
                sum = 0;
            }

            parts[parts.Count - 1].Add(node);
            partOf[node] = parts.Count - 1;
            sum += weight(node) + node.PassInputs.Where(input => !partOf.ContainsKey(input)).Sum(weight);
        }

        HashSet<Node>[] reads = [.. parts.Select((part, k) => new HashSet<Node>(
            part.SelectMany(node => node.PassInputs).Where(input => partOf.TryGetValue(input, out int own) && own < k)))];
        HashSet<Node> handed = [.. reads.SelectMany(read => read)];
        return [.. parts.Select((part, k) => new ClassPart(part, [.. reads[k].OrderBy(node => node.Id)],
            [.. part.Where(handed.Contains)]))];
    }
}
