namespace LossGen.Compiler.Graph;

/// <summary>
/// An operation that is written as another expression with the same value. A test evaluates both sides of every rule in the list.
/// </summary>
/// <param name="Name">What it says.</param>
/// <param name="Left">The operation with its inputs.</param>
/// <param name="Right">What is made in its place.</param>
internal sealed record Rule(string Name, Shape Left, Func<GraphBuilder, PatternMatch, Node> Right)
{
    /// <summary>What else has to hold; null for nothing.</summary>
    public Func<PatternMatch, bool>? When { get; init; }

    /// <summary>
    /// Comes behind what looks further than a few operations: selections inside a condition, complements of bounded values.
    /// </summary>
    public bool IsLate { get; init; }

    /// <summary>The right side for some inputs; null where the rule says nothing of them.</summary>
    public Node? Apply(GraphBuilder graph, Node[] inputs)
    {
        // Most rules end at a glance.
        for (int k = 0; k < inputs.Length; k++)
        {
            if (!Left.Inputs[k].MayFit(inputs[k]))
                return null;
        }

        var match = new PatternMatch();
        for (int k = 0; k < inputs.Length; k++)
        {
            if (!Left.Inputs[k].Fits(inputs[k], match))
                return null;
        }

        return When?.Invoke(match) == false ? null : Right(graph, match);
    }
}
