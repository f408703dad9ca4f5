namespace LossGen.Generator.Graph;

/// <summary>What results are computed of.</summary>
internal static class Reachable
{
    /// <summary>The results and all that they read, each before what reads it.</summary>
    public static List<Node> From(IEnumerable<Node> results)
    {
        var found = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (found.ContainsKey(node.Id))
                return;
            found.Add(node.Id, node);
            foreach (Node input in node.Inputs)
                Visit(input);
        }

        foreach (Node result in results)
            Visit(result);
        return [.. found.Values];
    }
}
