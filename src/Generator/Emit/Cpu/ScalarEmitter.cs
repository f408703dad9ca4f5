using System.Globalization;
using LossGen.Generator.Graph;
using LossGen.Generator.Plan;

namespace LossGen.Generator.Emit.Cpu;

/// <summary>
/// Prints the scalar section: everything without a pixel axis, in double, one method a stage. Nodes of the same axes share a
/// loop; what another loop, a later stage or a pass needs is kept in a slot.
/// </summary>
internal sealed class ScalarEmitter
{
    private readonly LossPlan plan;
    private readonly NodeNames names;
    private readonly CodeWriter writer;
    private readonly SlotLayout slots;

    // Names that stand for nodes at the place of printing; a slot's name is an array over its axes.
    private readonly HashSet<Node> locals = [];

    public ScalarEmitter(LossPlan plan, NodeNames names, CodeWriter writer)
    {
        this.plan = plan;
        this.names = names;
        this.writer = writer;
        slots = new SlotLayout(plan);
    }

    public SlotLayout Slots => slots;

    public void Emit()
    {
        foreach (StagePlan stage in plan.Stages)
            EmitStage(stage);
    }

    private void EmitStage(StagePlan stage)
    {
        locals.Clear();
        writer.Line();
        writer.Comment(stage.Stage == 0 ? "Before the first pass: constants and run-time parameters." : $"After pass {stage.Stage - 1}.");
        writer.Open($"private static unsafe void Scalars{stage.Stage}(ref {KernelEmitter.Kernels}.ScalarContext s)");
        writer.Line("int batch = s.Batch, classes = s.Classes;");
        List<PassPlan> fed = plan.AllPasses.Where(pass => pass.Stage == stage.Stage).ToList();
        List<Node> wanted = [.. stage.Nodes, .. stage.GradientNodes, .. fed.SelectMany(pass => pass.ClassConstants.Concat(pass.ScalarConstants))];
        if (stage.Stage == plan.ValueStage)
            wanted.Add(plan.Value);
        DeclarePointers(wanted);
        foreach (List<Node> group in Groups(stage.Nodes))
            EmitGroup(group);
        foreach (PassPlan pass in fed.Where(pass => pass.Gradient is null))
            FillConstants(pass);
        if (stage.Stage == plan.ValueStage && !plan.Value.IsPixel)
            EmitValue();

        List<PassPlan> gradient = fed.Where(pass => pass.Gradient is not null).ToList();
        if (stage.GradientNodes.Length > 0 || gradient.Any(pass => pass.ClassConstants.Length + pass.ScalarConstants.Length > 0))
        {
            writer.Line();
            writer.Line("// For the gradient only.");
            string condition = string.Join(" && ", new[] { plan.GradientPass, plan.FusedPass }.OfType<PassPlan>().Select(pass => $"s.Constants[{pass.Id}] is null"));
            writer.Line($"if ({condition})");
            writer.Line("    return;");
            foreach (List<Node> group in Groups(stage.GradientNodes))
                EmitGroup(group);
            foreach (PassPlan pass in gradient)
                FillConstants(pass);
        }

        writer.Close();
    }

    // Arrays that this stage reads or writes.
    private void DeclarePointers(List<Node> wanted)
    {
        var nodes = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (nodes.ContainsKey(node.Id))
                return;
            if (slots.IsStored(node) || Planner.IsStatistic(node) || node.Op == Op.PerClass)
                nodes[node.Id] = node;
            if (slots.IsStored(node) && !wanted.Contains(node))
                return;
            if (Planner.IsStatistic(node))
                return;
            foreach (Node input in node.Inputs)
                Visit(input);
        }

        foreach (Node node in wanted)
            Visit(node);
        foreach (Node node in nodes.Values)
        {
            if (node.Op == Op.PerClass)
                writer.Line($"global::System.ReadOnlySpan<double> {names.Of(node)} = Table{node.Index};");
            else if (Planner.IsStatistic(node))
            {
                PassPlan pass = plan.Statistics.First(p => p.Sums.Contains(node));
                int k = pass.ClassSums.IndexOf(node);
                string offset = k >= 0
                    ? $"({k} * classes)"
                    : $"({pass.ClassSums.Length} * classes) + {pass.PixelSums.IndexOf(node)}";
                writer.Comment($"{names.Of(node)}{(k >= 0 ? "[c]" : "")}: the sum over {node.Attribute.Without(node[0].Axes.Has(Axes.Batch) ? Axes.None : Axes.Batch).Letters()} of {NodeText.Describe(node[0])}");
                writer.Line($"double* {names.Of(node)} = s.Statistics[{pass.Id}] + {offset};");
            }
            else
                writer.Line($"double* {names.Of(node)} = s.Slots + {slots.Offset(node)};");
        }
    }

    // Runs of nodes that one loop can compute.
    private List<List<Node>> Groups(IEnumerable<Node> nodes)
    {
        var remaining = nodes.Where(node => !TileSchedule.IsLeaf(node) && !node.Operation().IsCondition).ToList();
        var pending = new HashSet<Node>(remaining);
        var groups = new List<List<Node>>();
        while (remaining.Count > 0)
        {
            Axes axes = LoopAxes(remaining[0]);
            var group = new List<Node>();
            var open = new HashSet<Node>();
            foreach (Node node in remaining)
            {
                if (LoopAxes(node) == axes && Dependencies(node).All(input => !pending.Contains(input) || open.Contains(input)))
                {
                    group.Add(node);
                    if (node.Op != Op.Sum || axes == Axes.None)
                        open.Add(node);
                }
            }

            groups.Add(group);
            foreach (Node node in group)
            {
                remaining.Remove(node);
                pending.Remove(node);
            }
        }

        return groups;
    }

    // What a node reads, looking through conditions, which are printed where they are used.
    private static IEnumerable<Node> Dependencies(Node node) => node.Inputs.SelectMany(input =>
        input.Operation().IsCondition && !TileSchedule.IsLeaf(input) ? Dependencies(input) : [input]);

    private static Axes LoopAxes(Node node) => node.Op is Op.Sum or Op.ClassMaximum or Op.LogSumExp ? node[0].Axes | node.Axes : node.Axes;

    private void EmitGroup(List<Node> group)
    {
        Axes axes = LoopAxes(group[0]);
        writer.Line();
        foreach (Node node in group.Where(node => node.Op is Op.Sum or Op.ClassMaximum))
            Initialise(node);
        OpenLoops(axes);
        foreach (Node node in group)
        {
            string value = Compute(node);
            if (node.Op is Op.Sum)
            {
                writer.Line($"{Reference(node)} += {value};");
            }
            else if (node.Op is Op.ClassMaximum)
            {
                writer.Line($"{Reference(node)} = global::System.Math.Max({Reference(node)}, {value});");
            }
            else if (slots.IsStored(node))
            {
                writer.Comment(names.Describe(node));
                writer.Line($"{Reference(node)} = {value};");
            }
            else
            {
                writer.Comment(names.Describe(node));
                writer.Line($"double {names.Of(node)} = {value};");
                locals.Add(node);
            }
        }

        CloseLoops(axes);
        foreach (Node node in group.Where(node => axes != Axes.None && !slots.IsStored(node) && node.Op is not (Op.Sum or Op.ClassMaximum)))
            locals.Remove(node);
    }

    private void Initialise(Node node)
    {
        string zero = node.Op == Op.Sum ? "0D" : "double.NegativeInfinity";
        writer.Comment(names.Describe(node));
        if (!slots.IsStored(node))
        {
            writer.Line($"double {names.Of(node)} = {zero};");
            locals.Add(node);
            return;
        }

        OpenLoops(node.Axes);
        writer.Line($"{Reference(node)} = {zero};");
        CloseLoops(node.Axes);
    }

    private void OpenLoops(Axes axes)
    {
        if (axes.Has(Axes.Batch))
            writer.Open("for (int n = 0; n < batch; n++)");
        if (axes.Has(Axes.Class))
            writer.Open("for (int c = 0; c < classes; c++)");
    }

    private void CloseLoops(Axes axes)
    {
        if (axes.Has(Axes.Class))
            writer.Close();
        if (axes.Has(Axes.Batch))
            writer.Close();
    }

    private void FillConstants(PassPlan pass)
    {
        int classRows = pass.ClassConstants.Length, scalars = pass.ScalarConstants.Length;
        if (classRows + scalars == 0)
            return;
        writer.Line();
        writer.Comment($"Constants of pass {pass.Id} ({pass.Title}).");
        bool optional = plan.Statistics.All(p => p.Id != pass.Id);
        if (optional)
            writer.Open($"if (s.Constants[{pass.Id}] is not null)");
        string image = plan.PerImage ? $"(n * (({classRows} * classes) + {scalars})) + " : "";
        if (plan.PerImage)
            writer.Open("for (int n = 0; n < batch; n++)");
        if (classRows > 0)
        {
            writer.Open("for (int c = 0; c < classes; c++)");
            for (int k = 0; k < classRows; k++)
                writer.Line($"s.Constants[{pass.Id}][{image}({k} * classes) + c] = {AsNumber(pass.ClassConstants[k])};");
            writer.Close();
        }

        for (int k = 0; k < scalars; k++)
            writer.Line($"s.Constants[{pass.Id}][{image}({classRows} * classes) + {k}] = {AsNumber(pass.ScalarConstants[k])};");
        if (plan.PerImage)
            writer.Close();
        if (optional)
            writer.Close();
    }

    private string AsNumber(Node node) => node.Operation().IsCondition ? $"({Text(node)}) ? 1D : 0D" : Text(node);

    private void EmitValue()
    {
        writer.Line();
        Axes axes = plan.Value.Axes;
        if (axes == Axes.None)
        {
            writer.Line($"s.Value = {Text(plan.Value)};");
            return;
        }

        writer.Open("if (s.Elements is not null)");
        OpenLoops(axes);
        writer.Line($"s.Elements[{Index(axes)}] = {Text(plan.Value)};");
        CloseLoops(axes);
        writer.Close();
    }

    private static string Index(Axes axes) => (axes & (Axes.Batch | Axes.Class)) switch
    {
        Axes.Batch | Axes.Class => "(n * classes) + c",
        Axes.Batch => "n",
        Axes.Class => "c",
        _ => "0",
    };

    private string Reference(Node node) => slots.IsStored(node) ? $"{names.Of(node)}[{Index(node.Axes)}]" : names.Of(node);

    private string Text(Node node)
    {
        if (locals.Contains(node))
            return names.Of(node);
        if (slots.IsStored(node))
            return Reference(node);
        return Compute(node);
    }

    private string Nested(Node node)
    {
        string text = Text(node);
        return text.Contains(" ") && !IsCall(text) ? "(" + text + ")" : text;
    }

    // Already enclosed: f(...), a[...].
    private static bool IsCall(string text)
    {
        int depth = 0;
        foreach (char c in text)
        {
            if (c is '(' or '[')
                depth++;
            else if (c is ')' or ']')
                depth--;
            else if (c == ' ' && depth == 0)
                return false;
        }

        return true;
    }

    private string Compute(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant:
                return Literal.Of(node.Number);
            case Op.Parameter:
                return $"s.Parameters[{node.Index}]";
            case Op.Extent:
                return node.Attribute switch { Axes.Batch => "(double)batch", Axes.Class => "(double)classes", _ => "(double)s.Pixels" };
            case Op.ClassIndex:
                return "(double)c";
            case Op.ClassSet:
                return "(" + NodeNames.ClassCondition(node.Classes!) + ")";
            case Op.PerClass:
                return $"{names.Of(node)}[c]";
            case Op.Upstream:
                return $"s.Upstream[{Index(node.Axes)}]";
            case Op.Sum when Planner.IsStatistic(node):
                PassPlan pass = plan.Statistics.First(p => p.Sums.Contains(node));
                string image = plan.PerImage ? $"(n * (({pass.ClassSums.Length} * classes) + {pass.PixelSums.Length}))" : "";
                string own = node.Axes.Has(Axes.Class) ? "c" : "";
                string index = image.Length > 0 && own.Length > 0 ? image + " + " + own : image.Length > 0 ? image : own.Length > 0 ? own : "0";
                return $"{names.Of(node)}[{index}]";
            case Op.Sum or Op.ClassMaximum:
                return Text(node[0]);
            case Op.Multiply when node[0].IsNumber(-1):
                return "-" + Nested(node[1]);
            case Op.Add when node[1].Op == Op.Multiply && node[1][0].IsNumber(-1) && !IsNamed(node[1]):
                return $"{Nested(node[0])} - {Nested(node[1][1])}";
            case Op.Add when node[0].Op == Op.Multiply && node[0][0].IsNumber(-1) && !IsNamed(node[0]):
                return $"{Nested(node[1])} - {Nested(node[0][1])}";
            case Op.Not:
                return "!" + Nested(node[0]);
        }

        string template = node.Operation().Scalar ?? throw new InvalidOperationException($"{node.Op} has no scalar text");
        object[] arguments = node.Inputs.Select(input => (object)(template.Contains("Math.") ? Text(input) : Nested(input))).ToArray();
        return string.Format(CultureInfo.InvariantCulture, template, arguments);
    }

    private bool IsNamed(Node node) => locals.Contains(node) || slots.IsStored(node);
}
