using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>One pass over the pixels.</summary>
/// <param name="Id">Its number in the generated kernel.</param>
/// <param name="Title">What it does, in words.</param>
/// <param name="Stage">The stage of the scalar section after which it runs.</param>
/// <param name="ClassSums">Sums with one number a class.</param>
/// <param name="PixelSums">Sums without a class axis.</param>
/// <param name="Gradient">The gradient to write, or null.</param>
/// <param name="Elements">The unreduced values to write, or null.</param>
/// <param name="RunningSums">Those whose values and keys the pass stores; they are summed up when it is done.</param>
/// <param name="ClassConstants">Results of the scalar section with one number a class.</param>
/// <param name="ScalarConstants">Results of the scalar section without a class axis.</param>
internal sealed record PassPlan(
    int Id,
    string Title,
    int Stage,
    ImmutableArray<Node> ClassSums,
    ImmutableArray<Node> PixelSums,
    Node? Gradient,
    Node? Elements,
    ImmutableArray<Node> RunningSums,
    ImmutableArray<Node> ClassConstants,
    ImmutableArray<Node> ScalarConstants)
{
    private TileSchedule? schedule;

    public IEnumerable<Node> Sums => ClassSums.Concat(PixelSums);

    /// <summary>The order of work inside a tile.</summary>
    public TileSchedule Schedule => schedule is { } known && ReferenceEquals(known.Pass, this) ? known : schedule = TileSchedule.Of(this);

    /// <summary>What is added up for each of the sums; a pass that leaves some of them to another has the places of all.</summary>
    public ImmutableArray<Summand> Summands { get; init; } = [];

    /// <summary>The pixel nodes that the pass computes for its results.</summary>
    public IEnumerable<Node> Outputs => Summands.SelectMany(summand => summand.Parts)
        .Concat(Gradient is null ? [] : [Gradient]).Concat(Elements is null ? [] : [Elements]).Concat(StoredMaps.Select(map => map.Value));

    /// <summary>What the pass leaves in memory: values and keys of running sums, and maps.</summary>
    public IEnumerable<StoredMap> StoredMaps => RunningSums
        .SelectMany(sum => StoredParts(sum).Select(part => new StoredMap(sum[part], sum, IsKeys: part == 1)))
        .Concat(Maps.Select(map => new StoredMap(map, map)));

    /// <summary>What the pass stores for steps that look around and for later passes.</summary>
    public ImmutableArray<Node> Maps { get; init; } = [];

    /// <summary>The neighbours that it reads where logits and maps lie.</summary>
    public ImmutableArray<Node> Neighbours => neighbours ??= [.. Planner.PixelNodes(Outputs).Where(node => node.Op == Op.Neighbour)
        .OrderBy(node => node.Id)];

    private ImmutableArray<Node>? neighbours;

    /// <summary>The pass leaves nothing: only its steps run.</summary>
    public bool IsIdle => ClassSums.Length + PixelSums.Length + RunningSums.Length + Maps.Length == 0 && Gradient is null
        && Elements is null;

    /// <summary>The steps that look around and run when the pass is done and its running sums are, in their order.</summary>
    public ImmutableArray<Node> Steps { get; init; } = [];

    /// <summary>The running sum whose stored keys one is sorted by: the first of the pass with the same keys and axes.</summary>
    public Node KeysOf(Node runningSum) => RunningSums
        .First(sum => sum[1] == runningSum[1] && sum.Attribute == runningSum.Attribute && sum.Axes == runningSum.Axes);

    /// <summary>The running sums that are sorted by the same keys, with those that they are stored for.</summary>
    public IEnumerable<IGrouping<Node, Node>> SortedTogether => RunningSums.GroupBy(KeysOf);

    /// <summary>
    /// The inputs of a running sum that the pass stores: its values (0), unless they are ones, which are counted instead, and its keys (1),
    /// unless another's are the same.
    /// </summary>
    private IEnumerable<int> StoredParts(Node runningSum)
    {
        if (!IsCount(runningSum))
            yield return 0;
        if (KeysOf(runningSum) == runningSum)
            yield return 1;
    }

    /// <summary>A running sum of ones, the rank of each pixel: it takes the place of the keys.</summary>
    public static bool IsCount(Node runningSum) => runningSum[0].IsNumber(1);
}

/// <summary>A number of each pixel, or of each class of a pixel, that a pass leaves in memory.</summary>
/// <param name="Value">What is stored.</param>
/// <param name="Map">What it is stored for: itself, or the running sum that takes its place.</param>
/// <param name="IsKeys">The keys of that running sum.</param>
internal readonly record struct StoredMap(Node Value, Node Map, bool IsKeys = false)
{
    /// <summary>It has a number for each class.</summary>
    public bool HasClass => Map.Axes.Has(Axes.Class);

    /// <summary>Values or keys of a running sum.</summary>
    public bool IsSorted => Map.Op == Op.RunningSum;
}

/// <summary>What the scalar section computes at one stage.</summary>
/// <param name="Nodes">Nodes without a pixel axis, inputs before users.</param>
/// <param name="GradientNodes">Those that are not needed where only the value is asked for.</param>
internal sealed record StagePlan(int Stage, ImmutableArray<Node> Nodes, ImmutableArray<Node> GradientNodes);

/// <summary>The passes and the scalar section of a loss, for one kind of target.</summary>
/// <param name="FusedPass">Value and gradient in one pass; null where the gradient needs sums that only the value's pass has.</param>
/// <param name="LabelPass">
/// Of a loss whose gradient needs no sums but those of labels: adds these up ahead of the fused pass, which then adds up the others.
/// </param>
/// <param name="Lowered">What became of each node of the graph.</param>
/// <param name="Components">
/// What can be told of a call besides its value: computed from the sums that the value needs, in a stage of its own.
/// </param>
internal sealed record LossPlan(
    LossGraph Graph,
    Node Value,
    Node Gradient,
    bool PerImage,
    int ValueStage,
    ImmutableArray<PassPlan> Statistics,
    PassPlan GradientPass,
    PassPlan? FusedPass,
    PassPlan? LabelPass,
    PassPlan? ElementPass,
    ImmutableArray<StagePlan> Stages,
    IReadOnlyDictionary<Node, Node> Lowered,
    ImmutableArray<Component> Components)
{
    /// <summary>
    /// The stage that computes the components. It starts from the sums alone, so that a call that does not ask for them does nothing for
    /// them.
    /// </summary>
    public StagePlan ComponentStage => new(
        -1,
        Planner.ScalarNodes(Component.InOrder(Components).Select(component => component.Node)).ToImmutableArray(),
        []);

    /// <summary>
    /// A product that joins an addition in one rounding: nothing else uses it, with the gradient or without, so that the value does not
    /// depend on whether the gradient is asked for.
    /// </summary>
    public bool IsUsedOnce(Node product) => FusedPass is not { } fused
        || (IsUsedOnce(fused, product) && (LabelPass is null || IsUsedOnce(Statistics[0], product)));

    private static bool IsUsedOnce(PassPlan pass, Node product) => !pass.Schedule.Uses.TryGetValue(product, out int uses) || uses == 1;

    /// <summary>The pass that stores a running sum's values and keys.</summary>
    public PassPlan PassOf(Node runningSum) => Statistics.First(pass => pass.RunningSums.Contains(runningSum));

    /// <summary>The pass that adds up a sum.</summary>
    public PassPlan PassWith(Node sum) => Statistics.First(pass => pass.Sums.Contains(sum));

    /// <summary>
    /// Which pixels have the maximum is asked in later passes: what it was found among is computed in each in the very same steps, so that
    /// no product joins an addition in one pass alone.
    /// </summary>
    public bool IsExact(Node node) => (exact ??= [.. Reachable.From(
        AllPasses.SelectMany(pass => pass.Sums).Where(sum => sum.Op == Op.PixelMaximum).Select(sum => sum[0]), inner => inner.IsPixel)])
            .Contains(node);

    private HashSet<Node>? exact;

    /// <summary>Passes read other pixels than their own, at once or through steps over whole images.</summary>
    public bool LooksAround => AllPasses.Any(pass => pass.Steps.Length + pass.Neighbours.Length > 0);

    /// <summary>Where the maps lie that passes store and steps leave.</summary>
    public MapMemory Maps => maps ??= new MapMemory(this);

    private MapMemory? maps;

    public IEnumerable<PassPlan> AllPasses =>
        Statistics.Concat(new[] { GradientPass, FusedPass, LabelPass, ElementPass }.OfType<PassPlan>());
}
