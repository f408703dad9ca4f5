using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>What results are computed of.</summary>
internal static class Reachable
{
    /// <summary>The results and all that they read, each before what reads it.</summary>
    /// <param name="results">Where the search begins.</param>
    /// <param name="isWanted">Where it goes on; by default everywhere.</param>
    /// <param name="reads">What a node is computed from; by default its inputs.</param>
    public static List<Node> From(IEnumerable<Node> results, Func<Node, bool>? isWanted = null, Func<Node, ImmutableArray<Node>>? reads =
        null)
    {
        var seen = new HashSet<Node>();
        var found = new List<Node>();
        foreach (Node result in results)
            Visit(result);
        found.Sort((a, b) => a.Id.CompareTo(b.Id));
        return found;

        void Visit(Node node)
        {
            if (isWanted?.Invoke(node) == false || !seen.Add(node))
                return;
            found.Add(node);
            foreach (Node input in reads is null ? node.Inputs : reads(node))
                Visit(input);
        }
    }
}
