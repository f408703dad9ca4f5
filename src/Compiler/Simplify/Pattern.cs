using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>What the places of a pattern stand for.</summary>
internal sealed class PatternMatch
{
    private readonly Dictionary<Place, Node> nodes = [];

    public Node this[Place place] => nodes[place];

    /// <summary>The node at a place; false where the place stands for another one already.</summary>
    public bool Bind(Place place, Node node)
    {
        if (nodes.TryGetValue(place, out Node? known))
            return ReferenceEquals(known, node);
        nodes[place] = node;
        return true;
    }
}

/// <summary>A shape of expressions: the left side of a rule.</summary>
internal abstract record Pattern
{
    /// <summary>The node has this shape; its parts then stand in the match.</summary>
    public abstract bool Fits(Node node, PatternMatch match);

    /// <summary>False where the node by itself, without its inputs, excludes that.</summary>
    public abstract bool MayFit(Node node);

    public static implicit operator Pattern(double number) => new Exactly(number);

    public static Pattern Of(Op op, params Pattern[] inputs) => new Shape(op, [.. inputs]);

    public static Pattern Minus(Pattern value) => Of(Op.Multiply, -1, value);
}

/// <summary>A place for any expression of a kind. The same place twice is the same expression.</summary>
/// <param name="Name">Its name.</param>
internal sealed record Place(string Name) : Pattern
{
    public static readonly Place X = new("x"), Y = new("y");

    /// <summary>A condition.</summary>
    public static readonly Place C = new("c") { IsCondition = true }, D = new("d") { IsCondition = true };

    /// <summary>A number that is known.</summary>
    public static readonly Place K = new("k") { IsNumber = true }, L = new("l") { IsNumber = true };

    public bool IsCondition { get; init; }

    public bool IsNumber { get; init; }

    public override bool MayFit(Node node) => !IsNumber || node.IsConstant;

    public override bool Fits(Node node, PatternMatch match) => MayFit(node) && match.Bind(this, node);
}

/// <summary>A number.</summary>
internal sealed record Exactly(double Number) : Pattern
{
    public override bool MayFit(Node node) => node.IsNumber(Number);

    public override bool Fits(Node node, PatternMatch match) => MayFit(node);
}

/// <summary>An operation on expressions of some shapes.</summary>
internal sealed record Shape(Op Op, ImmutableArray<Pattern> Inputs) : Pattern
{
    public override bool MayFit(Node node) => node.Op == Op;

    public override bool Fits(Node node, PatternMatch match)
    {
        if (node.Op != Op || node.Inputs.Length != Inputs.Length)
            return false;
        for (int k = 0; k < Inputs.Length; k++)
        {
            if (!Inputs[k].Fits(node[k], match))
                return false;
        }

        return true;
    }
}
