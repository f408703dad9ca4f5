using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Which loop of a tile steps stand in: it decides how a class's logit or label is reached.</summary>
internal enum TilePlace
{
    /// <summary>A loop over the pixels that joins the classes, or none.</summary>
    Pixels,

    /// <summary>A loop over the classes of one vector of pixels: pointers walk from class to class.</summary>
    ClassesOfPixel,

    /// <summary>A loop over the classes, with one over the pixels in it.</summary>
    PixelsOfClass,
}

/// <summary>The nodes that have a name where steps stand, and how often the steps read each node.</summary>
/// <param name="Outer">The scope around it.</param>
/// <param name="Place">The loop.</param>
/// <param name="Uses">How often the steps read a node: what is read more than once gets a name.</param>
internal sealed record LaneScope(LaneScope? Outer, TilePlace Place, Dictionary<Node, int> Uses)
{
    private readonly HashSet<Node> known = [];

    public void Add(Node node) => known.Add(node);

    public bool Knows(Node node) => known.Contains(node) || Outer?.Knows(node) == true;

    public bool ReadsOften(Node node) => Uses.TryGetValue(node, out int count) && count > 1;
}
