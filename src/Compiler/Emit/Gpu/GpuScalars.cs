using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Gpu;

/// <summary>
/// The scalar section as a kernel of one block, in double. Every thread computes what has no axis, each its share of what has one; sums
/// over classes and images are added up in a fixed order. What another loop or a later stage reads lies in slots in the device's memory.
/// </summary>
internal sealed class GpuScalars
{
    private readonly LossPlan plan;
    private readonly NodeNames names;
    private readonly List<ScalarSchedule> schedules;
    private readonly SlotLayout slots;
    private readonly Dictionary<Node, int> uses = [];

    // In a variable where the next step stands.
    private readonly HashSet<Node> known = [];

    // Either the section between the passes or that of the components, which has the slots to itself.
    private GpuScalars(LossPlan plan, NodeNames names, bool components = false)
    {
        this.plan = plan;
        this.names = names;
        List<Node> results = components ? [.. Component.InOrder(plan.Components).Select(component => component.Node)] : [plan.Value];
        schedules = [.. (components ? [plan.ComponentStage] : plan.Stages).Select(stage => new ScalarSchedule(plan, stage))];
        slots = new SlotLayout(plan, schedules, components ? results : null);
        foreach (Node read in schedules.SelectMany(schedule => schedule.Groups).SelectMany(group => group).SelectMany(ScalarSchedule.Reads).Concat(results))
            uses[read] = uses.TryGetValue(read, out int count) ? count + 1 : 1;
    }

    /// <summary>
    /// A kernel for each stage: <c>scalarsK</c> for the value alone and <c>slopesK</c> for value and gradient, each where it has anything to do. They
    /// are apart so that threads wait for each other in no branch, which not every compiler bears.
    /// </summary>
    public static IEnumerable<KernelProgram> Build(LossPlan plan, NodeNames names)
    {
        var scalars = new GpuScalars(plan, names);
        IEnumerable<KernelProgram> kernels = scalars.schedules.SelectMany(scalars.Kernels);
        return HasComponents(plan) ? kernels.Append(new GpuScalars(plan, names, components: true).Components()) : kernels;
    }

    /// <summary>There is a kernel for the components.</summary>
    public static bool HasComponents(LossPlan plan) => Component.AreWorthwhile(plan.Components);

    /// <summary>Stages whose value kernel, and whose gradient kernel, there is. A chain of steps has hundreds.</summary>
    public static (IReadOnlyList<int> Value, IReadOnlyList<int> Gradient) Stages(LossPlan plan)
    {
        List<ScalarSchedule> schedules = [.. plan.Stages.Select(stage => new ScalarSchedule(plan, stage))];
        return ([.. schedules.Where(schedule => HasValue(plan, schedule)).Select(schedule => schedule.Stage)],
            [.. schedules.Where(schedule => schedule.GradientGroups.Count > 0).Select(schedule => schedule.Stage)]);
    }

    private static bool HasValue(LossPlan plan, ScalarSchedule schedule) =>
        schedule.ValueGroups.Count > 0 || (schedule.Stage == plan.ValueStage && !plan.Value.IsPixel);

    private IEnumerable<KernelProgram> Kernels(ScalarSchedule schedule)
    {
        string when = schedule.Stage == 0 ? "before the first pass" : $"after pass {schedule.Stage - 1}";
        if (HasValue(plan, schedule))
            yield return new("scalars" + schedule.Stage, $"The scalar section {when}, for the value.", "SCALAR_PARAMETERS", Given, Stage(schedule, gradient: false));
        if (schedule.GradientGroups.Count > 0)
            yield return new("slopes" + schedule.Stage, $"The scalar section {when}, for the gradient, too.", "SCALAR_PARAMETERS", Given, Stage(schedule, gradient: true));
    }

    private ImmutableArray<string> Given =>
    [
        "sums", "constants", "slots", "value", "parameters", "upstream", "IMAGES", "KEPT", "PIXELS_OF_IMAGE", "CLASSES", "IS_FIRST", "room",
        .. Enumerable.Range(0, plan.Graph.Tables.Length).Select(k => "table" + k),
    ];

    private ImmutableArray<Statement> Stage(ScalarSchedule schedule, bool gradient)
    {
        known.Clear();
        var steps = ImmutableArray.CreateBuilder<Statement>();
        steps.Add(Do.Of("BEGIN_SCALARS"));
        foreach (List<ScalarStep> group in schedule.ValueGroups)
            Group(group, steps);
        if (schedule.Stage == plan.ValueStage && !plan.Value.IsPixel)
            Value(steps);
        foreach (List<ScalarStep> group in gradient ? schedule.GradientGroups : [])
            Group(group, steps);
        return steps.ToImmutable();
    }

    private void Value(ImmutableArray<Statement>.Builder steps)
    {
        Axes axes = plan.Value.Axes;
        var store = Do.Of("STORE_VALUE", Index(axes), Text(plan.Value));
        if (axes == Axes.None)
        {
            steps.Add(new If(IsFirst, [store]));
            return;
        }

        steps.Add(Do.Of("SYNC"));
        steps.Add(Each(axes, [store]));
    }

    // Terms in their order, then the classes of each term that has them: where a value would go.
    private KernelProgram Components()
    {
        var steps = ImmutableArray.CreateBuilder<Statement>();
        steps.Add(Do.Of("BEGIN_SCALARS"));
        foreach (List<ScalarStep> group in schedules[0].ValueGroups)
            Group(group, steps);
        List<(Node Node, bool HasClasses)> results = [.. Component.InOrder(plan.Components)];
        int terms = plan.Components.Length;
        var single = ImmutableArray.CreateBuilder<Statement>();
        var perClass = ImmutableArray.CreateBuilder<Statement>();
        for (int k = 0; k < results.Count; k++)
        {
            (Node node, bool hasClasses) = results[k];
            Expression place = hasClasses ? GpuText.Sum(GpuText.Sum(Whole(terms), GpuText.Times(k - terms, GpuText.Classes)), Class) : Whole(k);
            (hasClasses ? perClass : single).Add(Do.Of("STORE_VALUE", place, AsNumber(Text(node))));
        }

        steps.Add(new If(IsFirst, single.ToImmutable()));
        if (perClass.Count > 0)
        {
            steps.Add(Do.Of("SYNC"));
            steps.Add(Each(Axes.Class, perClass.ToImmutable()));
        }

        return new("components", "When asked for: the share of each term, then the classes of each that has them. From the sums alone.", "SCALAR_PARAMETERS", Given, steps.ToImmutable());
    }

    private void Group(List<ScalarStep> group, ImmutableArray<Statement>.Builder steps)
    {
        Axes axes = group[0].Loop;
        if (axes == Axes.None)
        {
            foreach (ScalarStep step in group)
                Step(step, steps);
            return;
        }

        // What other threads have left in slots.
        if (group.SelectMany(ScalarSchedule.Reads).Any(read => read.Axes != Axes.None && slots.IsStored(read)))
            steps.Add(Do.Of("SYNC"));
        List<ScalarStep> totals = [.. group.Where(step => step.IsReduction && step.Node.Axes == Axes.None)];
        List<ScalarStep> partial = [.. group.Where(step => step.IsReduction && step.Node.Axes != Axes.None)];
        foreach (ScalarStep total in totals)
            steps.Add(new Declare(names.Of(total.Node), NumberType.Double, Start(total.Node)));
        var inner = ImmutableArray.CreateBuilder<Statement>();
        HashSet<Node> before = [.. known];
        foreach (ScalarStep step in group.Except(partial))
        {
            if (step.IsReduction)
                inner.Add(new Assign(new Variable(names.Of(step.Node), NumberType.Double), JoiningOf(step.Node), Text(step.Node[0])));
            else
                Step(step, inner);
        }

        known.IntersectWith(before);
        if (inner.Count > 0)
            steps.Add(Each(axes, inner.ToImmutable()));
        foreach (Node node in totals.Select(step => step.Node))
        {
            var own = new Variable(names.Of(node), NumberType.Double);
            steps.Add(new Assign(own, Joining.Set, Call.Of(node.Op == Op.Sum ? "blockSum" : "blockMaximum", NumberType.Double, own, new Variable("room", NumberType.Double))));
            known.Add(node);
            Keep(node, own, steps);
        }

        foreach (Node node in partial.Select(step => step.Node))
            Partial(node, axes, group, steps);
    }

    // A sum that keeps an axis: a thread adds up all that belongs to its element.
    private void Partial(Node node, Axes axes, List<ScalarStep> group, ImmutableArray<Statement>.Builder steps)
    {
        HashSet<Node> before = [.. known];
        string name = names.Of(node) + "Part";
        var own = new Variable(name, NumberType.Double);
        var inner = ImmutableArray.CreateBuilder<Statement>();
        HashSet<Node> needed = [.. Reachable.From([node[0]], read => !Planner.IsStatistic(read) && !slots.IsStored(read) && !known.Contains(read))];
        foreach (ScalarStep step in group.Where(step => step.Pass is null && !step.IsReduction && needed.Contains(step.Node)))
            Step(step, inner);
        inner.Add(new Assign(own, JoiningOf(node), Text(node[0])));
        known.IntersectWith(before);
        Axes removed = axes & ~node.Axes;
        string head = removed == (Axes.Batch | Axes.Class) ? "ALL_IMAGE_CLASSES" : removed == Axes.Batch ? "ALL_IMAGES" : "ALL_CLASSES";
        steps.Add(Do.Of("SYNC"));
        steps.Add(Each(
            node.Axes,
            [new Declare(name, NumberType.Double, Start(node)), new Loop(head, inner.ToImmutable()) { Counters = Counters(removed) }, new Assign(Slot(node), Joining.Set, own)]));
    }

    private void Step(ScalarStep step, ImmutableArray<Statement>.Builder steps)
    {
        Node node = step.Node;
        if (step.Pass is { } pass)
        {
            var store = new Assign(new Element("constants", ConstantPlace(pass, step), NumberType.Real), Joining.Set, new Cast(Text(node), NumberType.Real));
            steps.Add(step.Loop == Axes.None ? new If(IsFirst, [store]) : store);
            return;
        }

        if (!slots.IsStored(node) && uses.TryGetValue(node, out int count) && count <= 1 && !step.IsReduction)
            return;
        steps.Add(new Let(names.Of(node), step.IsReduction ? Text(node[0]) : Compute(node)));
        known.Add(node);
        Keep(node, new Variable(names.Of(node), NumberType.Double), steps);
    }

    private void Keep(Node node, Expression value, ImmutableArray<Statement>.Builder steps)
    {
        if (!slots.IsStored(node))
            return;
        var store = new Assign(Slot(node), Joining.Set, value);
        steps.Add(node.Axes == Axes.None ? new If(IsFirst, [store]) : store);
    }

    private static Loop Each(Axes axes, ImmutableArray<Statement> body) => new(
        axes.Has(Axes.Batch) && axes.Has(Axes.Class) ? "EACH_IMAGE_CLASS" : axes.Has(Axes.Batch) ? "EACH_IMAGE" : "EACH_CLASS", body)
    { Counters = Counters(axes) };

    private static ImmutableArray<string> Counters(Axes axes) => [.. axes.Has(Axes.Batch) ? ["n"] : Array.Empty<string>(), .. axes.Has(Axes.Class) ? ["c"] : Array.Empty<string>()];

    private static Number Start(Node node) => new(node.Op == Op.Sum ? 0 : double.NegativeInfinity, NumberType.Double);

    private static Joining JoiningOf(Node node) => node.Op == Op.Sum ? Joining.Add : Joining.Maximum;

    private static readonly Variable IsFirst = new("IS_FIRST", NumberType.Truth);
    private static readonly Variable Images = new("IMAGES", NumberType.Whole);
    private static readonly Variable Image = new("n", NumberType.Whole);
    private static readonly Variable Class = new("c", NumberType.Whole);

    private static Expression Whole(int number) => new Number(number, NumberType.Whole);

    // Of an element among those of its axes.
    private static Expression Index(Axes axes) => (axes & (Axes.Batch | Axes.Class)) switch
    {
        Axes.Batch | Axes.Class => GpuText.Sum(GpuText.Product(Image, GpuText.Classes), Class),
        Axes.Batch => Image,
        Axes.Class => Class,
        _ => Whole(0),
    };

    private Element Slot(Node node)
    {
        IReadOnlyList<int> counts = slots.Counts;
        int row = slots.Row(node);
        Expression imageClasses = GpuText.Product(Images, GpuText.Classes);
        Expression start = (node.Axes.Has(Axes.Class), node.Axes.Has(Axes.Batch)) switch
        {
            (false, false) => Whole(row),
            (true, false) => GpuText.Sum(Whole(counts[0]), GpuText.Times(row, GpuText.Classes)),
            (false, true) => GpuText.Sum(GpuText.Sum(Whole(counts[0]), GpuText.Times(counts[1], GpuText.Classes)), GpuText.Times(row, Images)),
            _ => GpuText.Sum(
                GpuText.Sum(GpuText.Sum(Whole(counts[0]), GpuText.Times(counts[1], GpuText.Classes)), GpuText.Times(counts[2], Images)),
                GpuText.Times(row, imageClasses)),
        };
        return new("slots", node.Axes == Axes.None ? start : GpuText.Sum(start, Index(node.Axes)), NumberType.Double);
    }

    // Constants and sums are kept for each image or once; KEPT is how many images that are.
    private Expression Place(IEnumerable<PassPlan> before, Func<PassPlan, (int PerClass, int Shared)> length, PassPlan pass, Expression own)
    {
        Expression start = Whole(0);
        foreach (PassPlan other in before)
            start = GpuText.Sum(start, Length(length(other)));
        start = GpuText.Product(new Variable("KEPT", NumberType.Whole), start);
        return GpuText.Sum(plan.PerImage ? GpuText.Sum(start, GpuText.Product(Image, Length(length(pass)))) : start, own);
    }

    private static Expression Length((int PerClass, int Shared) length) => GpuText.Sum(GpuText.Times(length.PerClass, GpuText.Classes), Whole(length.Shared));

    private Expression ConstantPlace(PassPlan pass, ScalarStep step) => Place(
        plan.AllPasses.TakeWhile(other => other != pass), one => (one.ClassConstants.Length, one.ScalarConstants.Length), pass,
        step.Loop.Has(Axes.Class)
            ? GpuText.Sum(GpuText.Times(step.Row, GpuText.Classes), Class)
            : GpuText.Sum(GpuText.Times(pass.ClassConstants.Length, GpuText.Classes), Whole(step.Row)));

    private Expression Statistic(Node node)
    {
        PassPlan pass = plan.Statistics.First(one => one.Sums.Contains(node));
        int row = pass.ClassSums.IndexOf(node);
        return new Element(
            "sums",
            Place(
                plan.Statistics.TakeWhile(other => other != pass), one => (one.ClassSums.Length, one.PixelSums.Length), pass,
                row >= 0 ? GpuText.Sum(GpuText.Times(row, GpuText.Classes), Class)
                    : GpuText.Sum(GpuText.Times(pass.ClassSums.Length, GpuText.Classes), Whole(pass.PixelSums.IndexOf(node)))),
            NumberType.Double);
    }

    private Expression Text(Node node)
    {
        if (known.Contains(node))
            return new Variable(names.Of(node), NumberType.Double);
        if (slots.IsStored(node))
            return Slot(node);
        return ScalarStep.IsReductionNode(node) && !Planner.IsStatistic(node) ? Text(node[0]) : Compute(node);
    }

    private static Expression AsNumber(Expression value) => value.Type == NumberType.Truth ? new Cast(value, NumberType.Double) : value;

    private Expression Compute(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant:
                return new Number(node.Number, NumberType.Double);
            case Op.Parameter:
                return new Element("parameters", Whole(node.Index), NumberType.Double);
            case Op.Extent:
                return new Cast(
                    node.Attribute switch { Axes.Batch => Images, Axes.Class => GpuText.Classes, _ => new Variable("PIXELS_OF_IMAGE", NumberType.Whole) }, NumberType.Double);
            case Op.ClassIndex:
                return new Cast(Class, NumberType.Double);
            case Op.ClassSet:
                return GpuText.IsAmong(node.Classes!, Class);
            case Op.PerClass when plan.Graph.Tables[node.Index] is { IsConstant: false } parameter:
                return new Element(
                    "parameters", GpuText.Sum(GpuText.Sum(Whole(plan.Graph.ParameterCount), GpuText.Times(parameter.Parameter, GpuText.Classes)), Class), NumberType.Double);
            case Op.PerClass:
                return new Element("table" + node.Index, Class, NumberType.Double);
            case Op.Upstream:
                return Call.Of("UPSTREAM", NumberType.Double, Index(node.Axes));
            case Op.Sum or Op.PixelMaximum when Planner.IsStatistic(node):
                return Statistic(node);
        }

        NumberType type = node.Operation().IsCondition ? NumberType.Truth : NumberType.Double;
        return new Apply(node.Op, [.. node.Inputs.Select((input, k) => GpuText.IsAsked(node, k) ? Text(input) : AsNumber(Text(input)))], type);
    }
}
