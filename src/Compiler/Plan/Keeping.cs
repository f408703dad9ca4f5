using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// What one pass keeps in a map for later ones. A chain of steps has many passes, and without maps each would compute anew all that leads
/// to it: the work would grow with the square of the chain. A loss that sorts asks its first pass's numbers once more when it has the
/// ranks: where a number a pixel spares such a pass all classes, it is kept, too.
/// </summary>
internal sealed class Keeping
{
    // A map is stored once and read at each use, and each takes about as long as so many operations on what is in registers.
    private const int ReadCost = 4, ExpensiveCost = 12, LeastCost = 24;

    private readonly GraphBuilder builder;
    private readonly Func<Node, int> level;
    private readonly int valueStage;
    private readonly bool hasSteps;
    private readonly Dictionary<Node, int> stages = [];
    private readonly Dictionary<Node, int> kept = [];
    private readonly Dictionary<(Node, int), Node> rewritten = [];

    /// <param name="builder">Makes the nodes.</param>
    /// <param name="all">All nodes of the loss.</param>
    /// <param name="roots">Unreduced values and gradient, each with the number of the pass that writes it.</param>
    /// <param name="level">The number of passes that run before a node is known.</param>
    /// <param name="valueStage">The number of passes that the value needs.</param>
    public Keeping(GraphBuilder builder, IReadOnlyCollection<Node> all, IEnumerable<(Node Root, int Pass)> roots, Func<Node, int> level,
        int valueStage)
    {
        (this.builder, this.level, this.valueStage, hasSteps) = (builder, level, valueStage, all.Any(node => node.LeavesMap));
        foreach (Node map in all.Where(node => node.Op == Op.Kept))
            kept[map[0]] = map.Index;
        var exact = new HashSet<Node>(Reachable.From(all.Where(node => node.Op == Op.PixelMaximum).Select(node => node[0]),
            node => node.IsPixel));
        var seen = new HashSet<(Node, int)>();
        IEnumerable<(Node Root, int Pass)> read =
            roots.Concat(all.Where(Planner.IsOfPass).SelectMany(node => node.Inputs.Select(input => (input, level(node) - 1))));
        foreach (IGrouping<int, (Node Root, int Pass)> pass in read.GroupBy(root => root.Pass).Where(pass => Keeps(pass.Key))
            .OrderBy(pass => pass.Key))
        {
            HashSet<Node> before = [.. kept.Keys];
            bool hasClasses = false;
            foreach ((Node root, int _) in pass)
                hasClasses |= Visit(root, pass.Key);

            // What reads the classes of a pixel anyway has the rest for little.
            foreach (Node node in hasClasses && !hasSteps ? kept.Keys.Except(before).ToList() : [])
                kept.Remove(node);
        }

        // Whether the pass has to read something of each class.
        bool Visit(Node node, int pass)
        {
            if (!node.IsPixel || node.IsStep || node.Op == Op.Neighbour || !seen.Add((node, pass)))
                return IsReadByClass(node);
            int stage = kept.TryGetValue(node, out int known) ? known : pass < valueStage ? Stage(node) : Math.Max(Stage(node), valueStage);
            if (stage < pass && !node.Operation().IsCondition && !exact.Contains(node))
            {
                bool isWorthIt = Cost(node) >= LeastCost;
                if (isWorthIt)
                    kept[node] = stage;
                return isWorthIt ? node.Axes.Has(Axes.Class) : Reachable.From([node], inner => inner.IsPixel, inner => inner.PassInputs)
                    .Any(IsReadByClass);
            }

            bool hasClasses = IsReadByClass(node);
            foreach (Node input in node.Inputs)
                hasClasses |= Visit(input, pass);
            return hasClasses;
        }
    }

    // Without steps it is for the value's passes alone: the gradient has all classes to write.
    private bool Keeps(int pass) => hasSteps || pass < valueStage;

    // In memory there is one for each class of a pixel.
    private static bool IsReadByClass(Node node) => node.IsPixel && node.PassInputs.IsEmpty && node.Axes.Has(Axes.Class)
        && node.Op != Op.OneHot;

    /// <summary>The node with what it reads from earlier passes taken from their maps.</summary>
    /// <param name="node">A result.</param>
    /// <param name="pass">The pass that writes it, if it is one's.</param>
    public Node Read(Node node, int pass) => Keeps(pass) && kept.TryGetValue(node, out int stage) && stage < pass
        ? builder.Kept(Rewrite(node, stage), stage) : Rewrite(node, pass);

    // What is computed anew in a later pass than it could be reads there what has been kept.
    private Node Rewrite(Node node, int pass)
    {
        if (!node.IsPixel || Planner.IsOfPass(node))
            pass = Planner.IsOfPass(node) ? level(node) - 1 : Stage(node);
        if (rewritten.TryGetValue((node, pass), out Node? known))
            return known;
        Node[] inputs = [.. node.Inputs.Select(input => Read(input, pass))];
        return rewritten[(node, pass)] = inputs.SequenceEqual(node.Inputs) ? node : builder.Same(node, [.. inputs]);
    }

    // The first pass that can compute a node: behind the steps and sums that it reads, and with what arrives at the value behind that.
    private int Stage(Node node)
    {
        if (stages.TryGetValue(node, out int known))
            return known;
        int stage = node.Op == Op.Upstream ? valueStage : Planner.IsOfPass(node) ? level(node) : node.Inputs.Select(Stage).DefaultIfEmpty(0)
            .Max();
        return stages[node] = stage;
    }

    // What a pass does to have a node: maps that it reads, and operations.
    private int Cost(Node node)
    {
        return Reachable.From([node], inner => inner.IsPixel, inner => IsRead(inner) ? [] : inner.PassInputs)
            .Sum(inner => IsRead(inner) ? inner.IsConstant ? 0 : ReadCost : inner.Operation().IsExpensive ? ExpensiveCost : 1);

        bool IsRead(Node inner) => inner.PassInputs.IsEmpty || (!ReferenceEquals(inner, node) && kept.ContainsKey(inner));
    }
}
