using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>
/// A pass over the pixels as a kernel. A thread has a pixel and every GROUPS-th class of it, in registers: each logit is read once. What
/// joins the classes of a pixel goes from thread to thread through shared memory, in strata, as a stratum's loop over the classes needs
/// the results of the one before; what keeps the class axis follows in a last loop. Sums stay in registers over all rows of pixels that a
/// block has, and are added up over the block at its end.
/// </summary>
internal sealed partial class GpuPass
{
    // An operation with so many inputs below it gets a line of its own.
    private const int LongestExpression = 7;

    private readonly LossPlan plan;
    private readonly PassPlan pass;
    private readonly NodeNames names;
    private readonly bool hasIgnored;
    private readonly List<Node> nodes;
    private readonly Dictionary<Node, int> strata = [];
    private readonly int lastStratum;

    // With a class axis, kept in an array from the loop that computes them on.
    private readonly HashSet<Node> held = [];

    // In a variable where the next step stands.
    private readonly HashSet<Node> known = [];

    // How often the steps of a loop over the classes, and all steps of a row, read a node.
    private readonly Dictionary<Node, int> inLoop = [];
    private readonly Dictionary<Node, int> inRow = [];

    private GpuPass(LossPlan plan, PassPlan pass, NodeNames names, bool hasIgnored)
    {
        this.plan = plan;
        this.pass = pass;
        this.names = names;
        this.hasIgnored = hasIgnored;
        nodes = Planner.PixelNodes(Outputs);
        foreach (Node node in nodes)
        {
            int before = node.PassInputs.Where(input => input.IsPixel).Select(input => strata[input]).DefaultIfEmpty(0).Max();
            strata[node] = before + (TileSchedule.IsClassReduction(node) ? 1 : 0);
        }

        lastStratum = nodes.Select(node => strata[node]).DefaultIfEmpty(0).Max();
        Hold();
    }

    public static KernelProgram Build(LossPlan plan, PassPlan pass, NodeNames names, bool hasIgnored) =>
        new GpuPass(plan, pass, names, hasIgnored).Build();

    private IEnumerable<Node> Outputs => pass.Sums.Select(sum => sum[0])
        .Concat(pass.Gradient is { } gradient ? [gradient] : []).Concat(pass.Elements is { } elements ? [elements] : [])
        .Concat(pass.StoredMaps.Select(map => map.Value));

    // What the last loop over the classes computes.
    private List<Node> ClassOutputs => [.. Outputs.Where(HasClass).Distinct()];

    private bool HasClassLoop => ClassOutputs.Count > 0 || pass.Gradient is not null || pass.StoredMaps.Any(map => map.HasClass);

    private static bool HasClass(Node node) => TileSchedule.HasClass(node);

    // Read from memory, an element a thread and class.
    private static bool IsLoad(Node node) =>
        node.IsPixel && (node.IsStep || node.Op is Op.Logit or Op.Target or Op.Input or Op.Neighbour or Op.Upstream);

    private List<Node> ReductionsOf(int stratum) =>
        [.. nodes.Where(node => TileSchedule.IsClassReduction(node) && strata[node] == stratum + 1)];

    // What is read from memory, or expensive, or compared with its own maximum later, is held where several loops want it.
    private void Hold()
    {
        List<List<Node>> loops = [.. Enumerable.Range(0, lastStratum)
            .Select(stratum => ClassNodes(ReductionsOf(stratum).Select(node => node[0]))), ClassNodes(ClassOutputs)];
        HashSet<Node> maximised = [.. nodes.Where(node => node.Op == Op.ClassMaximum).SelectMany(node => Reachable.From([node[0]],
            inner => inner.IsPixel && HasClass(inner)))];
        foreach (Node node in nodes.Where(HasClass))
        {
            bool isWorthIt = IsLoad(node) || (!TileSchedule.IsLeaf(node) && !node.Operation().IsCondition && (node.Operation().IsExpensive
                || maximised.Contains(node)));
            if (isWorthIt && loops.Count(loop => loop.Contains(node)) > 1)
                held.Add(node);
        }
    }

    // Of a loop over the classes, inputs before users: down to what is there already.
    private List<Node> ClassNodes(IEnumerable<Node> outputs, HashSet<Node>? ready = null) => Reachable.From(
        outputs, node => node.IsPixel && HasClass(node) && (IsLoad(node) || !TileSchedule.IsLeaf(node)) && ready?.Contains(node) != true,
            node => node.PassInputs);

    private KernelProgram Build()
    {
        var body = ImmutableArray.CreateBuilder<Statement>();
        body.Add(Do.Of("BEGIN_BLOCK"));
        foreach (Node sum in pass.ClassSums)
        {
            body.Add(new Remark(names.Describe(sum)));
            body.Add(new Declare(names.Of(sum), NumberType.Real, null, "HELD"));
            body.Add(Each([new Assign(Place(sum), Joining.Set, Start(sum))]));
        }

        foreach (Node sum in pass.PixelSums)
        {
            body.Add(new Remark(names.Describe(sum)));
            body.Add(new Declare(names.Of(sum), NumberType.Real, Start(sum)));
        }

        Constants(body);
        body.Add(new Loop("EACH_ROW", Row()) { Counters = ["row"] });
        if (pass.ClassSums.Length > 0)
        {
            IEnumerable<Statement> totals = pass.ClassSums.Select((sum, k) => (Statement)Do.Of(
                IsMaximum(sum) ? "CLASS_MAXIMUM" : "CLASS_TOTAL", Whole.Of(k), Place(sum)));
            body.Add(new Loop("EACH_TOTAL", [.. totals]) { Counters = ["h"] });
        }

        for (int k = 0; k < pass.PixelSums.Length; k++)
        {
            Node sum = pass.PixelSums[k];
            body.Add(Do.Of(
                IsMaximum(sum) ? "PIXEL_MAXIMUM" : "PIXEL_TOTAL", Whole.Of(pass.ClassSums.Length), Whole.Of(k), Place(sum)));
        }

        return new("pass" + pass.Id, $"Pass {pass.Id}: {pass.Title}.", "PASS_PARAMETERS" + InputParameters, GivenNames, body.ToImmutable());
    }

    private string InputParameters =>
        string.Concat(Enumerable.Range(0, plan.Graph.InputCount).Select(k => $", GLOBAL const real* RESTRICT input{k}_"))
        + (plan.Maps.HasClass.Count == 0 ? "" : ", GLOBAL double* RESTRICT sums_, GLOBAL real* RESTRICT maps_");

    private ImmutableArray<string> GivenNames =>
    [
        "logits", "target", "gradient", "elements", "upstream_", "constants", "inside", "at", "label", "valid", "room", "CLASS", "CLASSES",
            "OWN", "GROUP", "IGNORED",
        .. Enumerable.Range(0, plan.Graph.InputCount).Select(k => $"input{k}_"),
    ];

    // What the scalar section left is the same for all pixels of a block.
    private void Constants(ImmutableArray<Statement>.Builder body)
    {
        if (pass.ClassConstants.Length + pass.ScalarConstants.Length == 0)
            return;
        body.Add(Do.Of("BEGIN_CONSTANTS", Whole.Of(pass.ClassConstants.Length), Whole.Of(pass.ScalarConstants.Length)));
        for (int k = 0; k < pass.ClassConstants.Length; k++)
        {
            var inMemory = new Element("constants", Whole.Sum(Whole.Times(k, GpuScalars.Classes), Class), NumberType.Real);
            body.Add(new Declare(ClassConstant(k), NumberType.Real, null, "HELD"));
            body.Add(Each([Do.Of("SKIP_MISSING"), new Assign(new Element(ClassConstant(k), Word("h", NumberType.Whole), NumberType.Real),
                Joining.Set, inMemory)]));
        }

        Expression classRows = Whole.Times(pass.ClassConstants.Length, GpuScalars.Classes);
        for (int k = 0; k < pass.ScalarConstants.Length; k++)
            body.Add(new Let(ScalarConstant(k), new Element("constants", Whole.Sum(classRows, Whole.Of(k)), NumberType.Real)));
    }

    private static string ClassConstant(int row) => "perClass" + row;

    private static string ScalarConstant(int k) => "shared" + k;

    // A row of pixels: one for each thread.
    private ImmutableArray<Statement> Row()
    {
        var steps = ImmutableArray.CreateBuilder<Statement>();
        steps.Add(Do.Of("BEGIN_PIXEL"));
        steps.Add(Do.Of(plan.Graph.IndexTarget ? "BEGIN_LABEL" : "BEGIN_TARGET"));
        if (hasIgnored && nodes.Any(node => node.Op == Op.Target || (node.Op == Op.Valid && HasClass(node))))
        {
            steps.Add(new Declare(Raw.Array, NumberType.Real, null, "HELD"));
            steps.Add(Each([Do.Of("SKIP_MISSING"), new Assign(Raw, Joining.Set, Call.Of("READ_RAW_TARGET", NumberType.Real))]));
        }

        List<(int Axis, int By, int Border)> places = Places;
        for (int k = 0; k < places.Count; k++)
        {
            int[] numbers = [k, places[k].Axis, places[k].By, places[k].Border];
            steps.Add(Do.Of("BEGIN_NEIGHBOUR", [.. numbers.Select(number => Whole.Of(number))]));
        }

        foreach (Node node in nodes.Where(held.Contains))
            steps.Add(new Declare(names.Of(node), NumberType.Real, null, "HELD"));
        known.Clear();
        var ready = new HashSet<Node>();
        CountUses(inRow, nodes, Outputs);
        for (int stratum = 0; stratum <= lastStratum; stratum++)
        {
            foreach (Node node in nodes.Where(node => !HasClass(node) && !TileSchedule.IsClassReduction(node) && strata[node] == stratum))
                Name(node, steps);
            List<Node> reductions = ReductionsOf(stratum);
            if (reductions.Count > 0)
                Reduce(reductions, ready, steps);
        }

        List<Statement> perPixel = [.. pass.PixelSums.Where(sum => !HasClass(sum[0])).Select(Accumulate)];
        if (pass.Elements is { } elements && !HasClass(elements))
            perPixel.Add(Do.Of("STORE_ELEMENT", Text(elements)));
        perPixel.AddRange(pass.StoredMaps.Where(map => !map.HasClass).Select(map => Do.Of("STORE_PIXEL", Map(map), AsReal(map.Value))));
        if (perPixel.Count > 0)
            steps.Add(new If(Word("OWN", NumberType.Truth), [.. perPixel]));
        if (HasClassLoop)
        {
            steps.Add(ClassLoop(ClassOutputs, ready, () =>
            {
                var inside = new List<Statement>();
                foreach (Node sum in pass.ClassSums.Concat(pass.PixelSums.Where(sum => HasClass(sum[0]))))
                    inside.Add(Accumulate(sum));
                if (pass.Gradient is { } gradient)
                    inside.Add(Do.Of("STORE_GRADIENT", AsReal(gradient)));
                if (pass.Elements is { } values && HasClass(values))
                    inside.Add(Do.Of("STORE_CLASS_ELEMENT", Text(values)));
                inside.AddRange(pass.StoredMaps.Where(map => map.HasClass)
                    .Select(map => Do.Of("STORE_CLASS", Map(map), AsReal(map.Value))));
                return [new If(Word("inside", NumberType.Truth), [.. inside])];
            }));
        }

        return steps.ToImmutable();
    }

    private void Reduce(List<Node> reductions, HashSet<Node> ready, ImmutableArray<Statement>.Builder steps)
    {
        foreach (Node reduction in reductions)
        {
            steps.Add(new Remark(names.Describe(reduction)));
            steps.Add(new Declare(names.Of(reduction), NumberType.Real, new Number(reduction.Op == Op.Sum ? 0 : double.NegativeInfinity,
                NumberType.Real)));
        }

        steps.Add(ClassLoop([.. reductions.Select(reduction => reduction[0])], ready, () =>
            [.. reductions.Select(reduction => (Statement)new Assign(
                Word(names.Of(reduction), NumberType.Real), reduction.Op == Op.Sum ? Joining.Add : Joining.Maximum,
                    AsReal(reduction[0])))]));
        foreach (Node reduction in reductions)
        {
            Expression own = Word(names.Of(reduction), NumberType.Real);
            steps.Add(new Assign(own, Joining.Set, Call.Of(reduction.Op == Op.Sum ? "joinSum" : "joinMaximum", NumberType.Real, own,
                Word("room", NumberType.Real))));
            known.Add(reduction);
        }
    }

    // One round a class that the thread has.
    private Loop ClassLoop(List<Node> outputs, HashSet<Node> ready, Func<IEnumerable<Statement>> results)
    {
        List<Node> computed = ClassNodes(outputs, ready);
        CountUses(inLoop, computed, outputs);
        var body = ImmutableArray.CreateBuilder<Statement>();
        body.Add(Do.Of("SKIP_MISSING"));
        var named = new List<Node>();
        foreach (Node node in computed)
        {
            if (held.Contains(node))
            {
                body.Add(new Assign(Element(node), Joining.Set, Compute(node)));
                ready.Add(node);
            }
            else if (Name(node, body))
            {
                named.Add(node);
            }
        }

        body.AddRange(results());
        known.ExceptWith(named);
        return Each(body.ToImmutable());
    }

    // A variable for what is used several times, or would make a long line.
    private bool Name(Node node, ImmutableArray<Statement>.Builder steps)
    {
        if (known.Contains(node) || (TileSchedule.IsLeaf(node) && !IsLoad(node)))
            return false;
        bool isShared = (HasClass(node) ? inLoop : inRow).TryGetValue(node, out int count) && count > 1;
        if (!isShared && !IsLoad(node) && Size(node) <= LongestExpression)
            return false;
        steps.Add(new Let(names.Of(node), Compute(node)));
        known.Add(node);
        return true;
    }

    private int Size(Node node) => known.Contains(node) || held.Contains(node) || TileSchedule.IsLeaf(node) || !node.IsPixel
        || TileSchedule.IsClassReduction(node) ? 1
        : 1 + node.PassInputs.Sum(Size);

    private static void CountUses(Dictionary<Node, int> uses, IEnumerable<Node> users, IEnumerable<Node> outputs)
    {
        uses.Clear();
        foreach (Node user in users)
        {
            foreach (Node read in user.PassInputs)
                Count(read, user);
        }

        foreach (Node output in outputs)
            Count(output, output);

        // What a loop over the classes reads is read several times.
        void Count(Node read, Node user) => uses[read] = (uses.TryGetValue(read, out int count) ? count : 0) + (HasClass(user)
            && !HasClass(read) ? 2 : 1);
    }

    private static Loop Each(ImmutableArray<Statement> body) => new("EACH_HELD", body) { Counters = ["h"] };

    private static bool IsMaximum(Node sum) => sum.Op == Op.PixelMaximum;

    private static Number Start(Node sum) => new(IsMaximum(sum) ? double.NegativeInfinity : 0, NumberType.Real);

    private Statement Accumulate(Node sum) => new Assign(Place(sum), IsMaximum(sum) ? Joining.Maximum : Joining.Add, AsReal(sum[0]));

    private Expression Place(Node sum) => pass.ClassSums.Contains(sum) ? Element(sum) : Word(names.Of(sum), NumberType.Real);

    private Element Element(Node node) => new(names.Of(node), Word("h", NumberType.Whole), NumberType.Real);

    private static Variable Word(string name, NumberType type) => new(name, type);

    private static NumberType TypeOf(Node node) => node.Operation().IsCondition ? NumberType.Truth : NumberType.Real;

    private Expression AsReal(Node node)
    {
        Expression value = Text(node);
        return value.Type == NumberType.Truth ? new Cast(value, NumberType.Real) : value;
    }

    private Expression Text(Node node) => known.Contains(node) ? Word(names.Of(node), TypeOf(node)) : held.Contains(node) ? Element(node)
        : Compute(node);

    private Expression Compute(Node node)
    {
        if (node.IsStep)
            return Call.Of(HasClass(node) ? "READ_CLASS" : "READ_PIXEL", NumberType.Real, Map(node));
        switch (node.Op)
        {
            case Op.Constant:
                return new Number(node.Number, NumberType.Real);
            case Op.ClassIndex:
                return new Cast(Class, NumberType.Real);
            case Op.ClassSet:
                return Whole.IsAmong(node.Classes!, Class);
            case Op.Logit:
                return Call.Of("READ_LOGIT", NumberType.Real);
            case Op.Target:
                return hasIgnored ? Call.Of("VALID_TARGET", NumberType.Real, Raw) : Call.Of("READ_TARGET", NumberType.Real);
            case Op.Input:
                return Call.Of(HasClass(node) ? "READ_CLASS_INPUT" : "READ_PIXEL_INPUT", NumberType.Real,
                    Word($"input{node.Index}_", NumberType.Real));
            case Op.Neighbour:
                return Beside(node);
            case Op.Upstream when node.IsPixel:
                return Call.Of(HasClass(node) ? "READ_CLASS_UPSTREAM" : "READ_UPSTREAM", NumberType.Real);
            case Op.OneHot:
                return Apply.Of(Op.Equal, NumberType.Truth, Word("label", NumberType.Whole), Class);
            case Op.Labelled:
                return Apply.Of(Op.LessOrEqual, NumberType.Truth, Whole.Of(0), Word("label", NumberType.Whole));
            case Op.Valid when HasClass(node):
                return Call.Of("IS_VALID_TARGET", NumberType.Truth, Raw);
            case Op.Valid:
                return Word("valid", NumberType.Truth);
        }

        return node.IsPixel
            ? new Apply(node.Op, [.. node.Inputs.Select((input, k) => GraphVerifier.IsAsked(node.Op, k) ? Text(input) : AsReal(input))],
            TypeOf(node))
            : Constant(node);
    }

    // What the scalar section left for the pass.
    private Expression Constant(Node node)
    {
        int row = pass.ClassConstants.IndexOf(node), scalar = pass.ScalarConstants.IndexOf(node);
        if (row < 0 && scalar < 0)
            throw new InvalidOperationException($"pass {pass.Id} reads {node}, which is none of its constants");
        Expression value = row < 0 ? Word(ScalarConstant(scalar), NumberType.Real)
            : Call.Of(
                "CONSTANT", NumberType.Real, Word(ClassConstant(row), NumberType.Real), Whole.Of(row),
                    Whole.Of(pass.ClassConstants.Length));
        return node.Operation().IsCondition ? new Cast(value, NumberType.Truth) : value;
    }

    // A dense target as it is, which says of itself whether it counts.
    private static readonly Element Raw = new("raw", new Variable("h", NumberType.Whole), NumberType.Real);

    private static readonly Variable Class = new("CLASS", NumberType.Whole);
}
