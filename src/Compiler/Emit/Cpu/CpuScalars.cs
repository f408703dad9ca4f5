using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>
/// The scalar section as methods, one a stage: everything without a pixel axis, in double. Nodes of the same axes share a loop; what
/// another loop, a later stage or a pass needs is kept in a slot.
/// </summary>
internal sealed class CpuScalars
{
    // An operation with so many others below it gets a line of its own.
    private const int LongestExpression = 10;

    private static readonly Variable Batch = new("batch", NumberType.Whole), Classes = new("classes", NumberType.Whole);

    private readonly LossPlan plan;
    private readonly NodeNames names;
    private readonly List<ScalarSchedule> schedules;
    private readonly Values values;
    private readonly Dictionary<Node, int> uses;

    // What the method has a pointer to.
    private readonly HashSet<Node> pointers = [];

    /// <param name="plan">The plan.</param>
    /// <param name="names">The names of nodes.</param>
    /// <param name="components">The section that computes the components, instead of the one between the passes.</param>
    public CpuScalars(LossPlan plan, NodeNames names, bool components = false)
    {
        this.plan = plan;
        this.names = names;
        var section = new ScalarSection(plan, components);
        (schedules, Slots, uses) = (section.Schedules, section.Slots, section.Uses);
        values = new(plan, names, Slots);
    }

    public SlotLayout Slots { get; }

    /// <summary>A method for each stage.</summary>
    public IEnumerable<KernelProgram> Stages() => schedules.Select(schedule => Method(
        "Scalars" + schedule.Stage, schedule.Stage == 0 ? "Before the first pass: constants and run-time parameters."
            : $"After pass {schedule.Stage - 1}.", steps => Stage(schedule, steps)));

    /// <summary>Terms in their order, then the classes of each term that has them.</summary>
    public KernelProgram Components() => Method(
        "Components", "When asked for: the share of each term, then the classes of each that has them. From the sums alone, after the passes.", Components);

    private KernelProgram Method(string name, string remark, Action<ImmutableArray<Statement>.Builder> body)
    {
        pointers.Clear();
        values.Forget([]);
        var steps = ImmutableArray.CreateBuilder<Statement>();
        steps.Add(Lets.Of(new Let(Batch.Name, new Variable("s.Batch", NumberType.Whole)),
            new Let(Classes.Name, new Variable("s.Classes", NumberType.Whole))));
        body(steps);
        return new(name, remark, "", ["s", .. Enumerable.Range(0, plan.Graph.Tables.Length).Select(k => "Table" + k)],
            Unused.Without(steps.ToImmutable()));
    }

    private void Components(ImmutableArray<Statement>.Builder steps)
    {
        ScalarSchedule schedule = schedules[0];
        List<(Node Node, bool HasClasses)> results = Component.InOrder(plan.Components).ToList();
        Pointers(schedule.ValueGroups, results.Select(result => result.Node), steps);
        foreach (List<ScalarStep> group in schedule.ValueGroups)
            Group(group, steps);
        steps.Add(new Gap());
        int terms = plan.Components.Length;
        for (int k = 0; k < results.Count; k++)
        {
            (Node node, bool hasClasses) = results[k];
            Expression place = values.PlaceOfComponent(k, terms, hasClasses);
            steps.AddRange(Each(hasClasses ? Axes.Class : Axes.None, [new Assign(new Element("s.Components", place, NumberType.Double),
                Joining.Set, values.Value(node))]));
        }
    }

    private void Stage(ScalarSchedule schedule, ImmutableArray<Statement>.Builder steps)
    {
        bool givesValue = schedule.Stage == plan.ValueStage && !plan.Value.IsPixel;
        Pointers(schedule.ValueGroups, givesValue ? [plan.Value] : [], steps);
        foreach (List<ScalarStep> group in schedule.ValueGroups)
            Group(group, steps);
        if (givesValue)
        {
            steps.Add(new Gap());
            steps.Add(Value());
        }

        if (schedule.GradientGroups.Count == 0)
            return;
        Expression condition = new[] { plan.GradientPass, plan.FusedPass }.OfType<PassPlan>().Select(IsUnwanted)
            .Aggregate((all, one) => Apply.Of(Op.And, NumberType.Truth, all, one));
        steps.Add(new Gap());
        steps.Add(new If(condition, [new Return()]));
        steps.Add(new Gap());
        steps.Add(new Remark("For the gradient only."));
        Pointers(schedule.GradientGroups, [], steps);
        foreach (List<ScalarStep> group in schedule.GradientGroups)
            Group(group, steps);
    }

    private Statement Value()
    {
        Axes axes = plan.Value.Axes;
        Expression value = values.Value(plan.Value);
        return axes == Axes.None
            ? new Assign(new Variable("s.Value", NumberType.Double), Joining.Set, value)
            : new If(
                Apply.Of(Op.Not, NumberType.Truth, new Variable("s.Elements.IsNull", NumberType.Truth)),
                Each(axes, [new Assign(new Element("s.Elements", values.Place(axes), NumberType.Double), Joining.Set, value)]));
    }

    private static Expression IsUnwanted(PassPlan pass) => new Variable($"s.Constants[{pass.Id}].IsNull", NumberType.Truth);

    // Memory that these steps read or write.
    private void Pointers(List<List<ScalarStep>> groups, IEnumerable<Node> others, ImmutableArray<Statement>.Builder steps)
    {
        var nodes = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (Slots.IsStored(node) || Planner.IsStatistic(node) || node.Op == Op.PerClass)
                nodes[node.Id] = node;
            else if (node.Operation().IsCondition)
                foreach (Node input in node.Inputs)
                    Visit(input);
        }

        foreach (ScalarStep step in groups.SelectMany(group => group))
        {
            Visit(step.Node);
            foreach (Node input in step.Node.Inputs.Concat(ScalarSchedule.Reads(step)))
                Visit(input);
        }

        foreach (Node node in others)
            Visit(node);
        List<Node> found = [.. nodes.Values.Where(pointers.Add)];
        steps.Add(new Lets([.. found.Where(node => node.Op != Op.PerClass && !Planner.IsStatistic(node))
            .Select(node => new Let(names.Of(node), Behind("s.Slots", Slots.Offset(node, Classes, Batch))))]));
        foreach (Node node in found.Where(node => node.Op == Op.PerClass && !plan.Graph.Tables[node.Index].IsConstant))
            steps.Add(new Let(names.Of(node), Behind("s.Parameters", values.Length(plan.Graph.Tables[node.Index].Parameter,
                plan.Graph.ParameterCount))));
        foreach (Node node in found.Where(Planner.IsStatistic))
        {
            PassPlan pass = plan.PassWith(node);
            int row = pass.ClassSums.IndexOf(node);
            Expression start = row >= 0 ? values.Length(row, 0) : values.Length(pass.ClassSums.Length, pass.PixelSums.IndexOf(node));
            steps.Add(new Let(names.Of(node), Behind($"s.Statistics[{pass.Id}]", start)) { Meaning = names.Describe(node) });
        }

        foreach (PassPlan pass in groups.SelectMany(group => group).Select(step => step.Pass).OfType<PassPlan>().Distinct())
            steps.Add(new Let(Constants(pass), new Variable($"s.Constants[{pass.Id}]", NumberType.Address)));
    }

    private static Expression Behind(string start, Expression offset) => Whole.Behind(new Variable(start, NumberType.Address), offset);

    private static string Constants(PassPlan pass) => "constants" + pass.Id;

    private void Group(List<ScalarStep> group, ImmutableArray<Statement>.Builder steps)
    {
        Axes axes = group[0].Loop;
        steps.Add(new Gap());
        foreach (Node reduction in group.Where(step => step.IsReduction).Select(step => step.Node))
            Begin(reduction, steps);
        HashSet<Node> before = values.Known;
        var inner = ImmutableArray.CreateBuilder<Statement>();
        foreach (ScalarStep step in group)
            Step(step, inner);
        if (axes != Axes.None)
            values.Forget(before);
        steps.AddRange(Each(axes, inner.ToImmutable()));
    }

    private void Step(ScalarStep step, ImmutableArray<Statement>.Builder steps)
    {
        Node node = step.Node;
        if (step.Pass is { } pass)
        {
            steps.Add(Constant(step, pass));
            return;
        }

        if (step.IsReduction)
        {
            steps.Add(new Assign(Slots.IsStored(node) ? values.Slot(node) : values.Name(node), ScalarValues.JoiningOf(node),
                values.NumberOf(node[0])));
            return;
        }

        Expression value = values.Compute(node);
        if (Slots.IsStored(node))
        {
            steps.Add(new Assign(values.Slot(node), Joining.Set, value));
        }
        else if (uses.TryGetValue(node, out int count) && (count > 1 || Size(value) > LongestExpression))
        {
            steps.Add(new Let(names.Of(node), value));
            values.Add(node);
        }
    }

    private static int Size(Expression expression) => 1 + expression.Parts.Sum(Size);

    // What a pass receives. Of a gradient pass and a fused pass only one runs; unreduced values are not always wanted.
    private Statement Constant(ScalarStep step, PassPlan pass)
    {
        int classRows = pass.ClassConstants.Length;
        Expression place = values.PlaceInRows(step.Row, step.Loop.Has(Axes.Class), classRows);
        if (plan.PerImage)
            place = Whole.Sum(Whole.Product(ScalarValues.Image, values.Length(classRows, pass.ScalarConstants.Length)), place);
        var store = new Assign(new Element(Constants(pass), place, NumberType.Double), Joining.Set, values.NumberOf(step.Node));
        bool mayBeUnwanted = (plan.FusedPass is not null && pass.Gradient is not null) || pass.Elements is not null;
        return mayBeUnwanted ? new If(Apply.Of(Op.Not, NumberType.Truth, IsUnwanted(pass)), [store]) : store;
    }

    private void Begin(Node reduction, ImmutableArray<Statement>.Builder steps)
    {
        Number start = ScalarValues.Start(reduction);
        if (Slots.IsStored(reduction))
        {
            steps.AddRange(Each(reduction.Axes, [new Assign(values.Slot(reduction), Joining.Set, start)]));
            return;
        }

        steps.Add(new Declare(names.Of(reduction), NumberType.Double, start));
        values.Add(reduction);
    }

    private static ImmutableArray<Statement> Each(Axes axes, ImmutableArray<Statement> body)
    {
        if (body.IsEmpty)
            return body;
        if (axes.Has(Axes.Class))
            body = [Loop("c", Classes, body)];
        return axes.Has(Axes.Batch) ? [Loop("n", Batch, body)] : body;

        static For Loop(string counter, Expression end, ImmutableArray<Statement> body) =>
            new(new(counter, NumberType.Whole, Whole.Zero), end, [new(new Variable(counter, NumberType.Whole), Joining.Add, Whole.Of(1))],
                body);
    }

    // What lies in memory has a pointer of its own, named after the node.
    private sealed class Values(LossPlan plan, NodeNames names, SlotLayout slots) : ScalarValues(plan, names, slots)
    {
        private readonly bool perImage = plan.PerImage;

        protected override Expression Extent(Axes axis) => axis switch
        {
            Axes.Batch => Batch,
            Axes.Class => Classes,
            _ => new Variable("s.Pixels", NumberType.Distance)
        };

        protected override Expression Parameter(Expression index, Node node) =>
            node.Op == Op.PerClass ? new Element(Name(node).Name, Class, NumberType.Double) : new Element("s.Parameters", index,
                NumberType.Double);

        protected override Expression Table(int table) => new Element("Table" + table, Class, NumberType.Double);

        protected override Expression Upstream(Node node) => new Element("s.Upstream", Place(node.Axes), NumberType.Double);

        protected override Expression Statistic(Node node, PassPlan pass, Expression place)
        {
            Expression image = perImage ? Whole.Product(Image, Length(pass.ClassSums.Length, pass.PixelSums.Length)) : Whole.Zero;
            return new Element(Name(node).Name, node.Axes.Has(Axes.Class) ? Whole.Sum(image, Class) : image, NumberType.Double);
        }

        public override Element Slot(Node node) => new(Name(node).Name, Place(node.Axes), NumberType.Double);
    }
}
