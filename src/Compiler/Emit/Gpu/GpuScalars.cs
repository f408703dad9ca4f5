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
    private readonly Dictionary<Node, int> uses;
    private readonly Values values;

    // Either the section between the passes or that of the components, which has the slots to itself.
    private GpuScalars(LossPlan plan, NodeNames names, bool components = false)
    {
        this.plan = plan;
        this.names = names;
        var section = new ScalarSection(plan, components);
        (schedules, slots, uses) = (section.Schedules, section.Slots, section.Uses);
        values = new(plan, names, slots);
    }

    /// <summary>
    /// A kernel for each stage: <c>scalarsK</c> for the value alone and <c>slopesK</c> for value and gradient, each where it has anything
    /// to do. They are apart so that threads wait for each other in no branch, which not every compiler supports.
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
            yield return new("scalars" + schedule.Stage, $"The scalar section {when}, for the value.", "SCALAR_PARAMETERS", Given,
                Stage(schedule, gradient: false));
        if (schedule.GradientGroups.Count > 0)
            yield return new("slopes" + schedule.Stage, $"The scalar section {when}, for the gradient, too.", "SCALAR_PARAMETERS", Given,
                Stage(schedule, gradient: true));
    }

    private ImmutableArray<string> Given =>
    [
        "sums", "constants", "slots", "value", "parameters", "upstream", "IMAGES", "KEPT", "PIXELS_OF_IMAGE", "CLASSES", "IS_FIRST", "room",
        .. Enumerable.Range(0, plan.Graph.Tables.Length).Select(k => "table" + k),
    ];

    private ImmutableArray<Statement> Stage(ScalarSchedule schedule, bool gradient)
    {
        values.Forget([]);
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
        var store = Do.Of("STORE_VALUE", values.Place(axes), values.Value(plan.Value));
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
            Expression place = values.PlaceOfComponent(k, terms, hasClasses);
            (hasClasses ? perClass : single).Add(Do.Of("STORE_VALUE", place, values.NumberOf(node)));
        }

        steps.Add(new If(IsFirst, single.ToImmutable()));
        if (perClass.Count > 0)
        {
            steps.Add(Do.Of("SYNC"));
            steps.Add(Each(Axes.Class, perClass.ToImmutable()));
        }

        return new("components", "When asked for: the share of each term, then the classes of each that has them. From the sums alone.",
            "SCALAR_PARAMETERS", Given, steps.ToImmutable());
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
            steps.Add(new Declare(names.Of(total.Node), NumberType.Double, ScalarValues.Start(total.Node)));
        var inner = ImmutableArray.CreateBuilder<Statement>();
        HashSet<Node> before = values.Known;
        foreach (ScalarStep step in group.Except(partial))
        {
            if (step.IsReduction)
                inner.Add(new Assign(new Variable(names.Of(step.Node), NumberType.Double), ScalarValues.JoiningOf(step.Node),
                    values.NumberOf(step.Node[0])));
            else
                Step(step, inner);
        }

        values.Forget(before);
        if (inner.Count > 0)
            steps.Add(Each(axes, inner.ToImmutable()));
        foreach (Node node in totals.Select(step => step.Node))
        {
            var own = new Variable(names.Of(node), NumberType.Double);
            steps.Add(new Assign(own, Joining.Set, Call.Of(node.Op == Op.Sum ? "blockSum" : "blockMaximum", NumberType.Double, own,
                new Variable("room", NumberType.Double))));
            values.Add(node);
            Keep(node, own, steps);
        }

        foreach (Node node in partial.Select(step => step.Node))
            Partial(node, axes, group, steps);
    }

    // A sum that keeps an axis: a thread adds up all that belongs to its element.
    private void Partial(Node node, Axes axes, List<ScalarStep> group, ImmutableArray<Statement>.Builder steps)
    {
        HashSet<Node> before = values.Known;
        string name = names.Of(node) + "Part";
        var own = new Variable(name, NumberType.Double);
        var inner = ImmutableArray.CreateBuilder<Statement>();
        HashSet<Node> needed = [.. Reachable.From([node[0]], read => !Planner.IsStatistic(read) && !slots.IsStored(read)
            && !values.Knows(read))];
        foreach (ScalarStep step in group.Where(step => step.Pass is null && !step.IsReduction && needed.Contains(step.Node)))
            Step(step, inner);
        inner.Add(new Assign(own, ScalarValues.JoiningOf(node), values.NumberOf(node[0])));
        values.Forget(before);
        Axes removed = axes & ~node.Axes;
        string head = removed == (Axes.Batch | Axes.Class) ? "ALL_IMAGE_CLASSES" : removed == Axes.Batch ? "ALL_IMAGES" : "ALL_CLASSES";
        steps.Add(Do.Of("SYNC"));
        steps.Add(Each(
            node.Axes,
            [
                new Declare(name, NumberType.Double, ScalarValues.Start(node)),
                new Loop(head, inner.ToImmutable()) { Counters = Counters(removed) },
                new Assign(values.Slot(node), Joining.Set, own),
            ]));
    }

    private void Step(ScalarStep step, ImmutableArray<Statement>.Builder steps)
    {
        Node node = step.Node;
        if (step.Pass is { } pass)
        {
            var store = new Assign(new Element("constants", ConstantPlace(pass, step), NumberType.Real), Joining.Set,
                new Cast(values.Value(node), NumberType.Real));
            steps.Add(step.Loop == Axes.None ? new If(IsFirst, [store]) : store);
            return;
        }

        if (!slots.IsStored(node) && uses.TryGetValue(node, out int count) && count <= 1 && !step.IsReduction)
            return;
        steps.Add(new Let(names.Of(node), step.IsReduction ? values.NumberOf(node[0]) : values.Compute(node)));
        values.Add(node);
        Keep(node, new Variable(names.Of(node), NumberType.Double), steps);
    }

    private void Keep(Node node, Expression value, ImmutableArray<Statement>.Builder steps)
    {
        if (!slots.IsStored(node))
            return;
        var store = new Assign(values.Slot(node), Joining.Set, value);
        steps.Add(node.Axes == Axes.None ? new If(IsFirst, [store]) : store);
    }

    private static Loop Each(Axes axes, ImmutableArray<Statement> body) => new(
        axes.Has(Axes.Batch) && axes.Has(Axes.Class) ? "EACH_IMAGE_CLASS" : axes.Has(Axes.Batch) ? "EACH_IMAGE" : "EACH_CLASS", body)
    { Counters = Counters(axes) };

    private static ImmutableArray<string> Counters(Axes axes) => [.. axes.Has(Axes.Batch) ? ["n"] : Array.Empty<string>(),
        .. axes.Has(Axes.Class) ? ["c"] : Array.Empty<string>()];

    private static readonly Variable IsFirst = new("IS_FIRST", NumberType.Truth);
    public static readonly Variable Classes = new("CLASSES", NumberType.Whole);
    private static readonly Variable Images = new("IMAGES", NumberType.Whole);

    private Expression ConstantPlace(PassPlan pass, ScalarStep step) => values.PlaceOfPass(
        plan.AllPasses.TakeWhile(other => other != pass), one => (one.ClassConstants.Length, one.ScalarConstants.Length), pass,
        values.PlaceInRows(step.Row, step.Loop.Has(Axes.Class), pass.ClassConstants.Length));

    // What lies in memory is an element of one of the arrays that the device has for all stages.
    private sealed class Values(LossPlan plan, NodeNames names, SlotLayout slots) : ScalarValues(plan, names, slots)
    {
        private readonly LossPlan plan = plan;
        private readonly SlotLayout slots = slots;

        /// <summary>Constants and sums are kept for each image or once; KEPT is how many images that are.</summary>
        public Expression PlaceOfPass(IEnumerable<PassPlan> before, Func<PassPlan, (int PerClass, int Shared)> length, PassPlan pass,
            Expression own)
        {
            Expression Room(PassPlan one) => Length(length(one).PerClass, length(one).Shared);
            Expression start = Whole.Product(new Variable("KEPT", NumberType.Whole), before.Select(Room).Aggregate((Expression)Whole.Zero,
                Whole.Sum));
            return Whole.Sum(plan.PerImage ? Whole.Sum(start, Whole.Product(Image, Room(pass))) : start, own);
        }

        protected override Expression Extent(Axes axis) =>
            axis switch { Axes.Batch => Images, Axes.Class => Classes, _ => new Variable("PIXELS_OF_IMAGE", NumberType.Whole) };

        protected override Expression Parameter(Expression index, Node node) => new Element("parameters", index, NumberType.Double);

        protected override Expression Table(int table) => new Element("table" + table, Class, NumberType.Double);

        protected override Expression Upstream(Node node) => Call.Of("UPSTREAM", NumberType.Double, Place(node.Axes));

        protected override Expression Statistic(Node node, PassPlan pass, Expression place) => new Element(
            "sums", PlaceOfPass(plan.Statistics.TakeWhile(other => other != pass), one => (one.ClassSums.Length, one.PixelSums.Length),
                pass, place), NumberType.Double);

        public override Element Slot(Node node)
        {
            Expression start = slots.Offset(node, Classes, Images);
            return new("slots", node.Axes == Axes.None ? start : Whole.Sum(start, Place(node.Axes)), NumberType.Double);
        }
    }
}
