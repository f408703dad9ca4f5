using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Plan;

/// <summary>
/// Neighbours that a pass reads where they lie. A step that moves an image writes all of it for the next pass to read; a pass that reads
/// logits or a map at another place does without. What flows back through such a read moves as well, and is mostly a few operations on the
/// same neighbours: done anew at the other pixel they need no map at all.
/// </summary>
/// <param name="graph">Makes the nodes.</param>
/// <param name="outputs">The results of the loss.</param>
/// <param name="firstPass">The first pass that can compute a value.</param>
internal sealed class NeighbourReads(GraphBuilder graph, IEnumerable<Node> outputs, Func<Node, int> firstPass)
{
    // Beyond that a map is stored once and read at each place: as in Keeping, a read costs as much as some operations.
    private const int MostOperations = 16, MostReads = 4;

    // A step works on whole images, and reads one that another step left without a pass between them. What is sorted a pass stores.
    private readonly HashSet<Node> readBySteps = [.. Reachable.From(outputs).Where(node => node.LeavesMap)
        .SelectMany(node => node.Inputs)];
    private readonly Dictionary<Node, Node> rewritten = [];
    private readonly Dictionary<Node, Node> stored = [];

    /// <summary>The same value, its single neighbours read by the passes.</summary>
    public Node Rewrite(Node node)
    {
        if (node.Inputs.IsEmpty)
            return node;
        if (rewritten.TryGetValue(node, out Node? known))
            return known;
        Node[] inputs = [.. node.Inputs.Select(Rewrite)];
        rewritten[node] = known = node is { Op: Op.Correlate, Window: { IsShift: true, IsTransposed: false } window }
            && !readBySteps.Contains(node) ? Read(inputs[0], window)
            : inputs.SequenceEqual(node.Inputs) ? node : graph.Same(node, [.. inputs]);
        if (graph.NameOf(node) is { } name)
            graph.Name(known, name);
        return known;
    }

    private Node Read(Node value, Window window)
    {
        if (LiesInMemory(value))
            return graph.Neighbour(value, window);
        if (stored.TryGetValue(value, out Node? map))
            return graph.Neighbour(map, window);
        if (window.Border == Border.Zero && new Moved(graph, stored, window).At(value) is { } moved)
            return InImage(moved, graph.Neighbour(graph.Spread(graph.One, Axes.Batch | Axes.Pixel), window));
        stored[value] = map = graph.Kept(value, firstPass(value));
        return graph.Neighbour(map, window);
    }

    // 0 where there is no neighbour: by a product, whose other factor has no pixels or is a number in any case, or by a choice.
    private Node InImage(Node moved, Node inside) =>
        moved.Op is Op.Multiply or Op.Mask && !moved[0].IsPixel ? graph.Make(moved.Op, moved[0], InImage(moved[1], inside))
        : graph.IsFinite(moved) && graph.StaysFiniteIfMasked(moved) ? graph.Make(Op.Multiply, inside, moved)
        : graph.Make(Op.Mask, graph.Make(Op.Less, graph.Zero, inside), moved);

    private static bool LiesInMemory(Node node) => node.Op == Op.Logit || node.IsStep || IsOnes(node);

    private static bool IsOnes(Node node) => node.Op == Op.Spread && node[0].IsNumber(1);

    // A value as it is at the neighbour, where that is in the image.
    private sealed class Moved(GraphBuilder graph, IReadOnlyDictionary<Node, Node> stored, Window window)
    {
        private readonly Dictionary<Node, Node?> known = [];
        private int operations, places;

        /// <summary>Null if that asks for too much, or for what no pass reads at another pixel.</summary>
        public Node? At(Node node)
        {
            if (!node.IsPixel)
                return node;
            if (!known.TryGetValue(node, out Node? moved))
                known[node] = moved = Compute(node);
            return moved;
        }

        private Node? Compute(Node node)
        {
            if (IsOnes(node))
                return graph.One;
            if (LiesInMemory(node))
                return Neighbour(node, window);
            if (stored.TryGetValue(node, out Node? map))
                return Neighbour(map, window);
            if (node.Op == Op.Neighbour)
                return OfNeighbour(node);
            Operation operation = node.Operation();
            if (!operation.IsElementwise || operation.IsExpensive || node.IsOfMaximum || ++operations > MostOperations)
                return null;
            var inputs = new Node[node.Inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                if (At(node[i]) is not { } input)
                    return null;
                inputs[i] = input;
            }

            int one = node.Op == Op.Multiply ? Array.FindIndex(inputs, input => input.IsNumber(1)) : -1;
            return one >= 0 ? inputs[1 - one] : graph.Same(node, [.. inputs]);
        }

        // The neighbour of a neighbour along the same axis; of the way back, the pixel itself.
        private Node? OfNeighbour(Node node)
        {
            Window own = node.Window!;
            if (own.Border != Border.Zero || own.Axis != window.Axis)
                return null;
            int by = own.First + window.First;
            return by != 0 ? Neighbour(node[0], own with { First = by }) : IsOnes(node[0]) ? graph.One : node[0];
        }

        private Node? Neighbour(Node image, Window place) => ++places > MostReads ? null : graph.Neighbour(image, place);
    }
}
