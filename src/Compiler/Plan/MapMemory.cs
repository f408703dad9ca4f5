using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// Places for the maps that passes store for steps, and that steps leave for passes and for one another. A running sum takes the place of
/// its values, and ranks that of their keys. A place is used again when nothing reads what lies there any more; that of a map of the value
/// which the gradient reads is not, so that the map may be kept for as many gradients as are asked for.
/// </summary>
internal sealed class MapMemory
{
    // Of what lies there: a map or a running sum, or the keys of one.
    private readonly Dictionary<(Node Map, bool IsKeys), int> places = [];
    private readonly LossPlan plan;
    private readonly List<bool> hasClass = [];
    private readonly List<int> free = [];

    public MapMemory(LossPlan plan)
    {
        this.plan = plan;
        List<Event> events = [.. Events()];
        var lastRead = new Dictionary<(Node, bool), int>();
        var readByGradient = new HashSet<(Node, bool)>();
        int values = events.TakeWhile(one => one.IsOfValue).Count();
        for (int time = 0; time < events.Count; time++)
        {
            foreach ((Node, bool) read in events[time].Reads)
                lastRead[read] = time;
        }

        for (int time = 0; time < events.Count; time++)
        {
            // What is written may not lie where something is read at the same time.
            foreach ((Node Map, bool) written in events[time].Writes)
                places[written] = Take(written.Map.Axes.Has(Axes.Class));
            foreach ((Node, bool) done in places.Keys.Where(map => !readByGradient.Contains(map)
                && (!lastRead.TryGetValue(map, out int last) ? events[time].Writes.Contains(map) : last == time)))
                free.Add(places[done]);
            if (time == values - 1)
                readByGradient.UnionWith(places.Keys.Where(map => lastRead.TryGetValue(map, out int last) && last > time));
        }

        Kept = [.. events.Where(one => one.IsOfGradient).SelectMany(one => one.Reads).Where(readByGradient.Contains)
            .Select(map => places[map]).Distinct().OrderBy(place => place)];
    }

    /// <summary>For each place whether it has room for all classes.</summary>
    public IReadOnlyList<bool> HasClass => hasClass;

    /// <summary>
    /// The places of maps of the value that a gradient whose sums are known reads. Nothing of the gradient is put there.
    /// </summary>
    public ImmutableArray<int> Kept { get; }

    /// <summary>Where a map or a running sum lies.</summary>
    public int this[Node map] => places[Stored(map)];

    /// <summary>Where a pass stores a map.</summary>
    public int this[StoredMap map] => places[Stored(map)];

    /// <summary>The maps that a pass reads at the pixel itself: what steps before it left.</summary>
    public static IEnumerable<Node> ReadBy(PassPlan pass) => Planner.PixelNodes(pass.Outputs).Where(node => node.IsStep);

    // What is kept lies where it was stored.
    private (Node Map, bool IsKeys) Stored(Node map) => map.Op == Op.Kept ? (map[0], false)
        : map.Op == Op.RunningSum && PassPlan.IsCount(map) ? (plan.PassOf(map).KeysOf(map), true) : (map, false);

    private (Node Map, bool IsKeys) Stored(StoredMap map) => map.IsKeys ? (map.Map, true) : Stored(map.Map);

    private IEnumerable<Event> Events()
    {
        foreach (PassPlan pass in plan.AllPasses)
        {
            // Passes come in their order, those of the value first.
            bool isOfValue = pass.Stage < plan.ValueStage, isOfGradient = !isOfValue
                && (ReferenceEquals(pass, plan.GradientPass) || plan.Statistics.Any(other => ReferenceEquals(pass, other)));
            yield return new(
                [.. ReadBy(pass).Concat(pass.Neighbours.Select(neighbour => neighbour[0]).Where(image => image.IsStep)).Select(Stored)],
                [.. pass.StoredMaps.Select(Stored)], isOfValue, isOfGradient);
            if (!pass.RunningSums.IsEmpty)
                yield return new([.. pass.StoredMaps.Where(map => map.IsSorted).Select(Stored)], [], isOfValue, isOfGradient);
            foreach (Node step in pass.Steps)
                yield return new([.. step.Inputs.Select(Stored)], [Stored(step)], isOfValue, isOfGradient);
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

    // A pass, what is sorted behind it, or a step.
    private sealed record Event(
        ImmutableArray<(Node Map, bool IsKeys)> Reads, ImmutableArray<(Node Map, bool IsKeys)> Writes, bool IsOfValue, bool IsOfGradient);
}
