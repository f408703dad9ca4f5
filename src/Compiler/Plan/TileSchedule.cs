using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Plan;

/// <summary>
/// The order of work inside a tile. First, pixel by pixel, everything that joins the classes of a pixel (maximum, sums over
/// classes), in strata: a stratum's loop over the classes needs the results of the one before. Then, class by class, what
/// keeps the class axis: sums and the gradient. What is expensive and needed later goes through rows of scratch memory.
/// </summary>
internal sealed class TileSchedule
{
    // The weight of a class's loop beyond which it becomes several, and that of each of them.
    private const int MostInClassLoop = 800, WeightOfPart = 400;

    // The weight of a class up to which two fit.
    private const int MostPaired = 120;

    private readonly Dictionary<Node, int> strata = [];
    private readonly HashSet<Node> pixelPhase = [];

    private TileSchedule(PassPlan pass, SoftmaxRows? softmax)
    {
        Pass = pass;
        Softmax = softmax;
        Nodes = Planner.PixelNodes(pass.Outputs, Reads);
        if (Softmax is not null)
            Nodes = [.. Nodes.Concat([Softmax.Exponential, Softmax.Normaliser]).Distinct().OrderBy(node => node.Id)];
        foreach (Node node in Nodes)
            strata[node] = IsGiven(node) ? 0 : Reads(node).Where(i => i.IsPixel).Select(i => strata[i]).DefaultIfEmpty(0).Max()
                + (IsClassReduction(node) ? 1 : 0);
        Reductions = Nodes.Where(node => IsClassReduction(node) && !IsGiven(node)).ToList();
        foreach (Node reduction in Reductions)
            MarkPixelPhase(reduction[0]);

        Stored = Nodes.Where(node => HasClass(node)
            && (IsGiven(node) || ((node.Operation().IsExpensive || IsMaximised(node)) && pixelPhase.Contains(node) && IsNeededLater(node))))
            .ToList();
        PerPixel = Nodes.Where(node => !HasClass(node) && !IsLeaf(node) && !IsGiven(node)).ToList();
        RowSums = FindRowSums();
        Cut = FindCut();
        HashSet<Node> readAfterCut = ReadAfterCut();
        Carried = PerPixel.Where(node => IsBeforeCut(node) && readAfterCut.Contains(node)).ToList();
        List<Node> classPhase = ClassPhaseNodes();
        Ahead = FindAhead();
        ClassesInPairs = HasClassPhase && Ahead.Count == 0 && !ClassStored.Any() && ClassSums.All(summand => summand.Factor is null)
            && IsLight(ClassOutputs, classPhase);
        ClassLoop = Computed(ClassOutputs, node => Stored.Contains(node) || Ahead.Contains(node));
        ClassParts = !ClassesInPairs && WeightOfAll(ClassLoop) > MostInClassLoop && ClassSums.All(summand => summand.Factor is null)
            ? ClassPart.Cut(ClassLoop, WeightOf, WeightOfPart)
            : [];
        Handed = ClassParts.SelectMany(part => part.Leaves).Select((node, row) => (node, row)).ToDictionary(handed => handed.node,
            handed => handed.row);
        Rows = [.. GivenRows, .. PerPixel.Where(node => RowSums.Contains(node) || Carried.Contains(node)
            || classPhase.Any(user => Reads(user).Contains(node)) || IsClassOutput(node))];
        foreach (Node node in Nodes)
        {
            foreach (Node input in Reads(node))
                Uses[input] = Uses.TryGetValue(input, out int uses) ? uses + 1 : 1;
        }

        foreach (Node output in pass.Outputs)
            Uses[output] = Uses.TryGetValue(output, out int uses) ? uses + 1 : 1;
    }

    /// <summary>The schedule of a pass.</summary>
    public static TileSchedule Of(PassPlan pass)
    {
        SoftmaxRows? softmax = SoftmaxRows.Find(Planner.PixelNodes(pass.Outputs));
        var schedule = new TileSchedule(pass, softmax);

        // A loop over a pixel's classes that stays has the exponentials at hand, and adds up those of the others in passing.
        return softmax?.Others is not null && schedule.RowSums.Count == 0 && schedule.ReductionsOf(0).Any()
            ? new(pass, new(softmax.Maximum, softmax.Exponential, softmax.Normaliser, softmax.LabelExponent, Others: null)) : schedule;
    }

    public PassPlan Pass { get; }

    /// <summary>All pixel nodes of the pass, inputs before users.</summary>
    public List<Node> Nodes { get; }

    /// <summary>What the runtime's softmax leaves in scratch rows ahead of all loops, or null.</summary>
    public SoftmaxRows? Softmax { get; }

    /// <summary>The rows without a class axis among them.</summary>
    public IEnumerable<Node> GivenRows => Softmax is null ? [] : Nodes.Where(node => IsGiven(node) && !HasClass(node)
        && IsReadFromRow(node));

    /// <summary>Rows from before the loops that a loop over the pixels reads: the first of two, or the last.</summary>
    public IEnumerable<Node> GivenRowsOf(bool beforeCut)
    {
        IEnumerable<Node> own = PerPixel.Concat(Reductions).Where(node => IsBeforeCut(node) == beforeCut && !RowSums.Contains(node));
        IEnumerable<Node> inner = Computed(own.Where(IsClassReduction).Select(reduction => reduction[0]), _ => false);
        IEnumerable<Node> read = own.Concat(inner).SelectMany(node => Reads(node)).Concat(own.Where(IsClassReduction)
            .Select(reduction => reduction[0]));
        if (!beforeCut)
            read = read.Concat(Pass.Summands.SelectMany(summand => summand.Parts)).Concat(PixelStored).Concat(Pass.Elements is { } elements
                ? [elements] : []);
        var all = new HashSet<Node>(read);
        return GivenRows.Concat(RowSums).Where(all.Contains);
    }

    /// <summary>What joins the classes of a pixel.</summary>
    public List<Node> Reductions { get; }

    /// <summary>
    /// Those of them, of the first stratum, that a loop over the classes adds up in rows ahead of the pixels: labels and rows then serve
    /// several classes at a time.
    /// </summary>
    public List<Node> RowSums { get; }

    /// <summary>Nodes with a class axis that are kept in a scratch row a class.</summary>
    public List<Node> Stored { get; }

    /// <summary>Nodes without a class axis that are computed.</summary>
    public List<Node> PerPixel { get; }

    /// <summary>Those of them that are read after the loop that computes them, kept in a scratch row.</summary>
    public List<Node> Rows { get; }

    /// <summary>
    /// What the runtime computes in a loop of its own before a class's loop over the pixels, kept in a scratch row that the classes share:
    /// the exponential of a sigmoid, if there is one. Its chain of operations is long, and with all that follows from it behind, the
    /// processor does not reach the next pixels.
    /// </summary>
    public List<Node> Ahead { get; }

    /// <summary>
    /// The stratum after which a second loop over the pixels begins. In one loop, a pixel's reciprocal and logarithm wait for its
    /// exponentials, and there are too many instructions for the processor to reach the next pixels meanwhile.
    /// </summary>
    public int Cut { get; }

    public bool IsCut => Cut < LastStratum;

    /// <summary>What the second loop reads from the first.</summary>
    public List<Node> Carried { get; }

    /// <summary>
    /// About how many calls the compiler has to inline. Beyond what it inlines in one method, lane operations stay calls, which takes
    /// several times as long.
    /// </summary>
    public int Weight => Nodes.Sum(WeightOf);

    // With what it reads.
    private int WeightOfAll(List<Node> nodes) =>
        nodes.Concat(nodes.SelectMany(node => Reads(node)).Where(node => node.IsPixel && (IsLeaf(node) || Stored.Contains(node))))
        .Distinct().Sum(WeightOf);

    private int WeightOf(Node node) => node.Op switch
    {
        _ when IsLeaf(node) || IsGiven(node) => 2,
        Op.Divide or Op.ReciprocalAtLeastOne => 6,
        Op.Power => 350,
        _ when node.Operation().IsExpensive => 150,
        _ => 6,
    };

    public Dictionary<Node, int> Uses { get; } = [];

    public int LastStratum => Reductions.Select(Stratum).DefaultIfEmpty(0).Max();

    /// <summary>There is work without a class axis, or work that joins classes.</summary>
    public bool HasPixelPhase => PerPixel.Count > RowSums.Count || Pass.Summands.Any(summand => !summand.HasClass) || PixelStored.Any()
        || WritesElementsPerPixel;

    public bool WritesElementsPerPixel => Pass.Elements is { } elements && !HasClass(elements);

    /// <summary>There is work that keeps the class axis.</summary>
    public bool HasClassPhase => ClassSums.Any() || Pass.Gradient is not null || (Pass.Elements is { } elements && HasClass(elements))
        || ClassStored.Any();

    /// <summary>The class phase takes classes in pairs where the machine has registers for that.</summary>
    public bool ClassesInPairs { get; }

    /// <summary>What a class's loop over the pixels computes, inputs before users.</summary>
    public List<Node> ClassLoop { get; }

    /// <summary>The loops that a class's loop over the pixels is cut into; none where one will do.</summary>
    public List<ClassPart> ClassParts { get; }

    /// <summary>What these leave for one another, in scratch rows that the classes share, each with its row.</summary>
    public IReadOnlyDictionary<Node, int> Handed { get; }

    /// <summary>The maps that the pass stores and that have no class axis.</summary>
    public IEnumerable<StoredMap> PixelMaps => Pass.StoredMaps.Where(map => !map.HasClass);

    /// <summary>The maps with a class axis.</summary>
    public IEnumerable<StoredMap> ClassMaps => Pass.StoredMaps.Where(map => map.HasClass);

    // What goes to memory and has no class axis, and what has one.
    private IEnumerable<Node> PixelStored => PixelMaps.Select(map => map.Value);

    private IEnumerable<Node> ClassStored => ClassMaps.Select(map => map.Value);

    /// <summary>The sums that the class phase adds up.</summary>
    public IEnumerable<Summand> ClassSums => Pass.Summands.Where(summand => summand.HasClass);

    public int Stratum(Node node) => strata[node];

    /// <summary>What the loops read to compute a node: nothing where it is there already.</summary>
    public ImmutableArray<Node> Reads(Node node) => IsGiven(node) ? [] : node.PassInputs;

    public bool IsGiven(Node node) => Softmax is { } softmax && softmax.Nodes.Contains(node);

    // The sum of the exponentials in any case: the softmax needs a place for it.
    private bool IsReadFromRow(Node row) => ReferenceEquals(row, Softmax!.Normaliser)
        || Nodes.Any(user => Reads(user).Contains(row)) || Pass.Outputs.Contains(row);

    public static bool HasClass(Node node) => node.Axes.Has(Axes.Class);

    public static bool IsLeaf(Node node) => node.PassInputs.IsEmpty;

    public static bool IsClassReduction(Node node) => node.IsPixel && node.Op is Op.Sum or Op.ClassMaximum && node[0].IsPixel
        && HasClass(node[0]) && !HasClass(node);

    /// <summary>The reductions whose input is ready in a stratum.</summary>
    public IEnumerable<Node> ReductionsOf(int stratum) => Reductions.Where(reduction => Stratum(reduction) == stratum + 1);

    /// <summary>The class-axis nodes that a set of outputs computes anew: down to leaves and to stored rows that are ready.</summary>
    public List<Node> Computed(IEnumerable<Node> outputs, Func<Node, bool> isReady) =>
        Reachable.From(outputs, node => node.IsPixel && HasClass(node) && !IsLeaf(node) && !IsGiven(node) && !isReady(node));

    /// <summary>The results that the class phase produces.</summary>
    public IEnumerable<Node> ClassOutputs => ClassSums.SelectMany(summand => summand.Parts)
        .Concat(Pass.Gradient is { } gradient ? [gradient] : [])
        .Concat(Pass.Elements is { } elements && HasClass(elements) ? [elements] : [])
        .Concat(ClassStored);

    /// <summary>The first of two loops over the pixels computes it.</summary>
    public bool IsBeforeCut(Node node) => IsCut && Stratum(node) <= Cut + (IsClassReduction(node) ? 1 : 0);

    // After the last loop over the classes with something expensive, if something expensive follows pixel by pixel.
    private int FindCut()
    {
        for (int stratum = LastStratum - 1; stratum >= 0; stratum--)
        {
            if (ReductionsOf(stratum).Any(reduction => Computed([reduction[0]], node => Stratum(node) < stratum)
                .Any(node => node.Operation().IsExpensive))
                && PerPixel.Any(node => Stratum(node) > stratum && node.Operation().IsExpensive))
                return stratum;
        }

        return LastStratum;
    }

    private HashSet<Node> ReadAfterCut()
    {
        List<Node> firstLoops = Computed(Reductions.Where(IsBeforeCut).Select(reduction => reduction[0]), _ => false);
        IEnumerable<Node> loops = Computed(
            Reductions.Where(reduction => !IsBeforeCut(reduction)).Select(reduction => reduction[0]), input =>
                Stored.Contains(input) && firstLoops.Contains(input));
        IEnumerable<Node> read = PerPixel.Where(user => !IsBeforeCut(user)).Concat(loops).SelectMany(node => Reads(node))
            .Concat(Pass.Summands.SelectMany(summand => summand.Parts)).Concat(PixelStored);
        return [.. read, .. Pass.Elements is { } elements ? [elements] : Array.Empty<Node>()];
    }

    private bool IsClassOutput(Node node) => ClassOutputs.Contains(node);

    // A stratum's sums go together. What they add up follows from rows, labels and constants alone.
    private List<Node> FindRowSums()
    {
        List<Node> sums = ReductionsOf(0).ToList();
        List<Node> added = sums.Select(sum => sum[0]).ToList();
        List<Node> computed = Computed(added, _ => false);
        return sums.All(sum => sum.Op == Op.Sum) && !computed.Any(Stored.Contains) && !computed.SelectMany(node => Reads(node))
            .Concat(added).Any(PerPixel.Contains) && IsLight(added, computed)
            ? sums
            : [];
    }

    // So little that two classes fit into the registers, and into what the compiler inlines (nothing expensive has so little weight), with
    // labels that both are compared with. A softmax: other losses have a class or two, and long chains of operations for each.
    private bool IsLight(IEnumerable<Node> outputs, List<Node> computed)
    {
        List<Node> inputs = computed.SelectMany(node => node.Inputs).ToList();
        return Softmax is not null && computed.Sum(WeightOf) <= MostPaired && inputs.Any(node => node.Op == Op.OneHot)
            && !inputs.Concat(outputs).Any(node => node.Op == Op.ClassSet);
    }

    // exp(-|x|) of the logits themselves: sigmoid losses have it in every pass.
    private List<Node> FindAhead() => ClassPhaseNodes()
        .Where(node => node.Op == Op.ExpNonPositive && node[0].Op == Op.Multiply && node[0][0].IsNumber(-1) && node[0][1].Op == Op.Abs
        && node[0][1][0].Op == Op.Logit).ToList();

    private List<Node> ClassPhaseNodes() => Computed(ClassOutputs, Stored.Contains);

    private void MarkPixelPhase(Node node)
    {
        if (!node.IsPixel || !pixelPhase.Add(node))
            return;
        foreach (Node input in Reads(node))
            MarkPixelPhase(input);
    }

    // The gradient asks which class has the maximum. Computed anew, in another expression, a number may be rounded in another way.
    private bool IsMaximised(Node node)
    {
        return !IsLeaf(node) && !IsSelection(node) && Reductions.Any(reduction => reduction.Op == Op.ClassMaximum && Selects(reduction[0]));

        static bool IsSelection(Node candidate) => candidate.Op is Op.Where or Op.Mask;

        // Behind a condition, the gradient asks for what it selects.
        bool Selects(Node candidate) => ReferenceEquals(candidate, node)
            || (IsSelection(candidate) && candidate.Inputs.Skip(1).Any(Selects));
    }

    // After the loop that computes it first: in a later stratum's, or in the class phase.
    private bool IsNeededLater(Node node)
    {
        List<int> loops = Reductions.Where(reduction => Reaches(reduction[0], node)).Select(reduction => Stratum(reduction[0])).ToList();
        return loops.Distinct().Count() > 1 || ClassOutputs.Any(output => Reaches(output, node));
    }

    private bool Reaches(Node from, Node node)
    {
        var seen = new HashSet<Node>();
        bool Visit(Node n) => ReferenceEquals(n, node) || (n.IsPixel && HasClass(n) && seen.Add(n) && Reads(n).Any(Visit));
        return Visit(from);
    }
}
