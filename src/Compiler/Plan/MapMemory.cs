using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// Places for the maps that passes store for steps, and that steps leave for passes and for one another. A place is used again when nothing
/// reads what lies there any more; that of a map of the value which the gradient reads is not, so that the map may be kept for as many
/// gradients as are asked for.
/// </summary>
internal sealed class MapMemory
{
    private readonly Dictionary<Node, int> places = [];
    private readonly List<bool> hasClass = [];
    private readonly List<int> free = [];

    public MapMemory(LossPlan plan)
    {
        // What is kept lies where it was stored.
        List<(ImmutableArray<Node> Reads, ImmutableArray<Node> Writes, bool IsOfValue)> events = [.. Events(plan)];
        var lastRead = new Dictionary<Node, int>();
        var kept = new HashSet<Node>();
        int values = events.TakeWhile(one => one.IsOfValue).Count();
        for (int time = 0; time < events.Count; time++)
        {
            foreach (Node read in events[time].Reads)
                lastRead[read] = time;
        }

        for (int time = 0; time < events.Count; time++)
        {
            // What is written may not lie where something is read at the same time.
            foreach (Node written in events[time].Writes)
                places[written] = Take(written.Axes.Has(Axes.Class));
            foreach (Node done in places.Keys.Where(node => !kept.Contains(node) && (!lastRead.TryGetValue(node, out int last)
                ? events[time].Writes.Contains(node) : last == time)))
                free.Add(places[done]);
            if (time == values - 1)
                kept.UnionWith(places.Keys.Where(node => lastRead.TryGetValue(node, out int last) && last > time));
        }
    }

    /// <summary>For each place whether it has room for all classes.</summary>
    public IReadOnlyList<bool> HasClass => hasClass;

    /// <summary>Where a map lies.</summary>
    public int this[Node map] => places[Stored(map)];

    /// <summary>The maps that a pass reads at the pixel itself: what steps before it left.</summary>
    public static IEnumerable<Node> ReadBy(PassPlan pass) => Planner.PixelNodes(pass.Outputs).Where(node => node.IsStep);

    private static Node Stored(Node map) => map.Op == Op.Kept ? map[0] : map;

    private static IEnumerable<(ImmutableArray<Node> Reads, ImmutableArray<Node> Writes, bool IsOfValue)> Events(LossPlan plan)
    {
        foreach (PassPlan pass in plan.AllPasses)
        {
            // Passes come in their order, those of the value first.
            bool isOfValue = pass.Stage < plan.ValueStage;
            yield return ([.. ReadBy(pass).Concat(pass.Neighbours.Select(neighbour => neighbour[0]).Where(image => image.IsStep))
                .Select(Stored)], pass.Maps, isOfValue);
            foreach (Node step in pass.Steps)
                yield return ([.. step.Inputs.Select(Stored)], [step], isOfValue);
        }
    }

    private int Take(bool classes)
    {
        int known = free.FindIndex(place => hasClass[place] == classes);
        if (known >= 0)
        {
            int place = free[known];
            free.RemoveAt(known);
            return place;
        }

        hasClass.Add(classes);
        return hasClass.Count - 1;
    }
}
