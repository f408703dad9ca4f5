using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>Finds the passes: a sum over pixels is ready one pass after what it sums.</summary>
internal sealed class Planner(GraphBuilder builder)
{
    private readonly Dictionary<Node, int> levels = [];
    private int valueStage;

    public static LossPlan Plan(LossGraph graph)
    {
        bool perImage = Lowering.NeedsPerImage([graph.Value, graph.Gradient, .. Component.InOrder(graph.Components)
            .Select(component => component.Node)]);
        var lowering = new Lowering(graph.Builder, perImage);
        return new Planner(graph.Builder).Plan(graph, lowering, perImage);
    }

    /// <summary>
    /// A sum that a pass adds up, or the maximum that it finds, as against one over the classes of a pixel or in the scalar section.
    /// </summary>
    public static bool IsStatistic(Node node) => node.Op is Op.Sum or Op.PixelMaximum && node.Attribute.Has(Axes.Pixel);

    /// <summary>What is known only when a pass has seen every pixel.</summary>
    public static bool IsOfPass(Node node) => IsStatistic(node) || node.IsStep;

    private LossPlan Plan(LossGraph graph, Lowering lowering, bool perImage)
    {
        Node value = lowering.Lower(graph.Value), gradient = lowering.LowerGradient(graph.Gradient);
        ImmutableArray<Component> components = [.. graph.Components.Select(component => component.Select(lowering.Lower))];
        List<Node> partial = Component.InOrder(components).Select(component => component.Node).ToList();
        if (Reachable.From([value, gradient, .. partial]).Exists(node => node.Op == Op.Correlate))
        {
            var neighbours = new NeighbourReads(builder, [value, gradient, .. partial], FirstPass);
            value = neighbours.Rewrite(value);
            components = [.. components.Select(component => component.Select(neighbours.Rewrite))];
            partial = Component.InOrder(components).Select(component => component.Node).ToList();
            valueStage = partial.Select(Level).Concat([Level(value)]).Max();
            gradient = neighbours.Rewrite(gradient);
            levels.Clear();
        }

        // Of the components only the sums belong to the passes, and the value has nearly always the same.
        List<Node> all = Reachable.From([value, gradient, .. Reachable.From(partial).Where(IsStatistic)]);
        valueStage = partial.Select(Level).Concat([Level(value)]).Max();
        levels.Clear();
        if (all.Any(node => node.IsStep))
        {
            int gradientStage = all.Where(IsOfPass).Select(Level).Max();
            var keeping = new Keeping(builder, all, value.IsPixel ? [(value, valueStage), (gradient, gradientStage)]
                : [(gradient, gradientStage)], Level, valueStage);
            (value, gradient) = (keeping.Read(value, valueStage), keeping.Read(gradient, gradientStage));
            components = [.. components.Select(component => component.Select(node => keeping.Read(node, valueStage)))];
            partial = Component.InOrder(components).Select(component => component.Node).ToList();
            all = Reachable.From([value, gradient, .. Reachable.From(partial).Where(IsStatistic)]);
            levels.Clear();
        }

        int passCount = all.Where(IsOfPass).Select(Level).DefaultIfEmpty(0).Max();

        // Value and gradient in one pass must find the value that the value's pass finds alone, to the last bit.
        bool isSingle = passCount == 1 && valueStage == 1 && !value.IsPixel, needsNoSums = isSingle && Level(gradient) == 0;
        bool readsLabelSums = isSingle && !needsNoSums && graph.ComparesPairs && NeedsLabelSumsOnly(gradient), isFused = needsNoSums
            || readsLabelSums;
        var statistics = ImmutableArray.CreateBuilder<PassPlan>();
        var stored = new HashSet<Node>();
        for (int k = 0; k < passCount; k++)
        {
            List<Node> sums = all.Where(node => node.Op == Op.RunningSum && Level(node) == k + 1).ToList();
            List<Node> steps = all.Where(node => node.LeavesMap && Level(node) == k + 1).OrderBy(node => node.Id).ToList();
            List<Node> maps = steps.SelectMany(step => step.Inputs).Where(input => !input.IsStep && stored.Add(input))
                .OrderBy(node => node.Id).ToList();
            string[] does = [sums.Count > 0 ? "keys to sort" : "", maps.Count > 0 ? "maps" : ""];
            string title = string.Join(", and ", new[] { "statistics" }.Concat(does.Where(part => part.Length > 0)));
            statistics.Add(Pass(
                k, title, k, all.Where(node => IsStatistic(node) && Level(node) == k + 1), null, null, sums, isFused ? gradient : null,
                    maps) with
            { Steps = steps.Where(step => step.Op != Op.Kept).ToImmutableArray() });
        }

        int id = passCount;
        PassPlan gradientPass = Pass(id++, "gradient", passCount, [], gradient, null, []);
        PassPlan? fused = isFused
            ? Pass(
                id++, "statistics and gradient in one", readsLabelSums ? 1 : 0, statistics[0].Sums, gradient, null, [],
                adds: sum => !readsLabelSums || ReadsLogits(sum))
            : null;
        PassPlan? labels = readsLabelSums
            ? Pass(id++, "statistics of labels", 0, statistics[0].Sums, null, null, [], gradient, adds: sum => !ReadsLogits(sum))
            : null;
        PassPlan? elements = value.IsPixel ? Pass(id, "unreduced values", valueStage, [], null, value, []) : null;

        // What must be there when only the value is asked for. Sums that are taken apart may ask for numbers that the graph has not.
        List<Node> asked = [.. statistics.Where(pass => pass.Stage < valueStage)
            .SelectMany(pass => pass.ClassConstants.Concat(pass.ScalarConstants))];
        var early = new HashSet<Node>(Reachable.From([value, .. all.Where(node => IsOfPass(node) && Level(node) <= valueStage), .. asked]));
        all.AddRange(Reachable.From(statistics.SelectMany(pass => pass.ClassConstants.Concat(pass.ScalarConstants))).Except(all).ToList());

        var stages = ImmutableArray.CreateBuilder<StagePlan>();
        for (int stage = 0; stage <= passCount; stage++)
        {
            List<Node> small = all.Where(node => !node.IsPixel && Level(node) == stage && node.Op != Op.Constant && !IsStatistic(node))
                .ToList();
            stages.Add(new(
                stage,
                small.Where(early.Contains).ToImmutableArray(),
                small.Where(node => !early.Contains(node)).ToImmutableArray()));
        }

        return new(graph, value, gradient, perImage, valueStage, statistics.ToImmutable(), gradientPass, fused, labels, elements,
            stages.ToImmutable(),
            lowering.Done, components);
    }

    // The companion is written by another pass that adds up the same sums in the same way. Of sums that the pass does not add up it has the
    // places.
    private PassPlan Pass(int id, string title, int stage, IEnumerable<Node> sums, Node? gradient, Node? elements,
        IEnumerable<Node> runningSums, Node? companion = null, IEnumerable<Node>? maps = null, Func<Node, bool>? adds = null)
    {
        // Maxima come last, as the driver expects them.
        ImmutableArray<Node> ordered = sums.OrderBy(sum => sum.Op == Op.PixelMaximum).ToImmutableArray();
        var pass = new PassPlan(
            id, title, stage,
            ordered.Where(sum => sum.Axes.Has(Axes.Class)).ToImmutableArray(),
            ordered.Where(sum => !sum.Axes.Has(Axes.Class)).ToImmutableArray(),
            gradient, elements, runningSums.ToImmutableArray(), [], [])
        {
            Maps = maps?.ToImmutableArray() ?? [],
        };
        IEnumerable<Node> written = companion is null ? pass.Outputs : pass.Outputs.Append(companion);
        pass = pass with
        {
            Summands = pass.Sums.Where(sum => adds is null || adds(sum))
                .Select(sum => Summand.Of(builder, sum, written.Concat(ordered.Where(other => !ReferenceEquals(other, sum))
                .Select(other => other[0]))))
                .ToImmutableArray(),
        };

        // What the pixel nodes read from the scalar section.
        var constants = new SortedDictionary<int, Node>();
        foreach (Node node in PixelNodes(pass.Outputs))
        {
            foreach (Node input in node.PassInputs)
                AddConstant(input);
        }

        foreach (Node output in pass.Outputs)
            AddConstant(output);
        return pass with
        {
            ClassConstants = constants.Values.Where(node => node.Axes.Has(Axes.Class)).ToImmutableArray(),
            ScalarConstants = constants.Values.Where(node => !node.Axes.Has(Axes.Class)).ToImmutableArray(),
        };

        void AddConstant(Node node)
        {
            if (!node.IsPixel && node.Op is not (Op.Constant or Op.ClassIndex or Op.ClassSet))
                constants[node.Id] = node;
        }
    }

    /// <summary>The pixel nodes that the outputs need, inputs before users.</summary>
    /// <param name="reads">What a node is computed from; by default all that a pass reads for it.</param>
    public static List<Node> PixelNodes(IEnumerable<Node> outputs, Func<Node, ImmutableArray<Node>>? reads = null) =>
        Reachable.From(outputs, node => node.IsPixel, reads ?? (node => node.PassInputs));

    /// <summary>What the scalar section computes for some results if it has nothing but the sums, inputs before users.</summary>
    public static IEnumerable<Node> ScalarNodes(IEnumerable<Node> outputs) =>
        Reachable.From(outputs, node => !IsStatistic(node) && node.Op != Op.Constant);

    private int Level(Node node)
    {
        if (levels.TryGetValue(node, out int known))
            return known;
        int level = node.Inputs.Select(Level).DefaultIfEmpty(0).Max();
        if (node.IsStep)
            return levels[node] = StepLevel(node);
        if (IsStatistic(node))
        {
            // The gradient that arrives is known after the value only.
            if (Reads(node[0], input => input.Op == Op.Upstream))
                level = Math.Max(level, valueStage);

            // Where a batch comes in pieces its extents are known when all of them have been read.
            if (level == 0 && Reads(node[0], input => input.Op == Op.Extent && input.Attribute.Touches(Axes.Batch | Axes.Pixel)))
                level = 1;
            level++;
        }

        levels[node] = level;
        return level;
    }

    // The first pass that can compute a pixel's value.
    private int FirstPass(Node node) => Math.Max(Level(node), Reads(node, leaf => leaf.Op == Op.Upstream) ? valueStage : 0);

    // A step that reads what another left runs right behind it; what it reads otherwise, and what is sorted, a pass stores first.
    private int StepLevel(Node node)
    {
        if (node.Op == Op.Kept)
            return node.Index + 1;
        int level = 0;
        foreach (Node input in node.Inputs)
        {
            level = Math.Max(level, input.IsStep && node.LeavesMap ? Level(input) : FirstPass(input) + 1);
        }

        return level;
    }

    // Sums of labels can be had before any logit is read. They take no numbers of the scalar section, which would have to be ready for
    // them.
    private static bool NeedsLabelSumsOnly(Node gradient) => Reachable.From([gradient]).Where(IsOfPass).All(sum =>
        !ReadsLogits(sum) && PixelNodes([sum[0]]).All(node => node.PassInputs.All(input => input.IsPixel || input.Op == Op.Constant)));

    private static bool ReadsLogits(Node sum) => Reads(sum[0], leaf => leaf.Op == Op.Logit);

    // Whether a summand depends on a leaf otherwise than through a sum of an earlier pass.
    private static bool Reads(Node summand, Func<Node, bool> leaf)
    {
        var seen = new HashSet<Node>();
        bool Visit(Node node) => seen.Add(node) && (leaf(node) || (!IsOfPass(node) && node.Inputs.Any(Visit)));
        return Visit(summand);
    }
}
