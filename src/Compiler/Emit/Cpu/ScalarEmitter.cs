using System.Globalization;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

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
    private readonly List<ScalarSchedule> schedules;

    // Nodes that a local variable holds at the place of printing.
    private readonly HashSet<Node> locals = [];
    private readonly Dictionary<Node, int> uses = [];

    /// <param name="components">The section that computes the components, instead of the one between the passes.</param>
    public ScalarEmitter(LossPlan plan, NodeNames names, CodeWriter writer, bool components = false)
    {
        this.plan = plan;
        this.names = names;
        this.writer = writer;
        List<Node> results = components ? Component.InOrder(plan.Components).Select(component => component.Node).ToList() : [plan.Value];
        schedules = (components ? [plan.ComponentStage] : plan.Stages).Select(stage => new ScalarSchedule(plan, stage)).ToList();
        slots = new SlotLayout(plan, schedules, components ? results : null);
        foreach (Node input in schedules.SelectMany(schedule => schedule.Groups).SelectMany(group => group).SelectMany(ScalarSchedule.Reads).Concat(results))
            uses[input] = uses.TryGetValue(input, out int count) ? count + 1 : 1;
    }

    public SlotLayout Slots => slots;

    public void Emit()
    {
        foreach (ScalarSchedule schedule in schedules)
            EmitStage(schedule);
    }

    /// <summary>Terms in their order, then the classes of each term that has them.</summary>
    public void EmitComponents()
    {
        ScalarSchedule schedule = schedules[0];
        List<(Node Node, bool HasClasses)> results = Component.InOrder(plan.Components).ToList();
        writer.Line();
        writer.Comment("When asked for: the share of each term, then the classes of each that has them. From the sums alone, after the passes.");
        writer.Open($"public static void Components(ref {KernelEmitter.Kernels}.ScalarContext s)");
        writer.Line("int batch = s.Batch, classes = s.Classes;");
        DeclarePointers(schedule.ValueGroups, results.Select(result => result.Node));
        foreach (List<ScalarStep> group in schedule.ValueGroups)
            EmitGroup(group);
        writer.Line();
        int terms = plan.Components.Length;
        for (int k = 0; k < results.Count; k++)
        {
            (Node node, bool hasClasses) = results[k];
            if (!hasClasses)
            {
                writer.Line($"s.Components[{k}] = {Text(node)};");
                continue;
            }

            writer.Open("for (int c = 0; c < classes; c++)");
            writer.Line($"s.Components[{terms} + ({k - terms} * classes) + c] = {Text(node)};");
            writer.Close();
        }

        writer.Close();
    }

    private void EmitStage(ScalarSchedule schedule)
    {
        locals.Clear();
        writer.Line();
        writer.Comment(schedule.Stage == 0 ? "Before the first pass: constants and run-time parameters." : $"After pass {schedule.Stage - 1}.");
        writer.Open($"private static void Scalars{schedule.Stage}(ref {KernelEmitter.Kernels}.ScalarContext s)");
        bool givesValue = schedule.Stage == plan.ValueStage && !plan.Value.IsPixel;
        if (!schedule.Groups.Any() && !givesValue)
        {
            writer.Close();
            return;
        }

        writer.Line("int batch = s.Batch, classes = s.Classes;");
        DeclarePointers(schedule.ValueGroups, givesValue ? [plan.Value] : []);
        foreach (List<ScalarStep> group in schedule.ValueGroups)
            EmitGroup(group);
        if (givesValue)
        {
            writer.Line();
            EmitValue();
        }

        if (schedule.GradientGroups.Count > 0)
        {
            writer.Line();
            string condition = string.Join(" && ", new[] { plan.GradientPass, plan.FusedPass }.OfType<PassPlan>().Select(pass => $"s.Constants[{pass.Id}].IsNull"));
            writer.Line($"if ({condition})");
            writer.Line("    return;");
            writer.Line();
            writer.Line("// For the gradient only.");
            DeclarePointers(schedule.GradientGroups, []);
            foreach (List<ScalarStep> group in schedule.GradientGroups)
                EmitGroup(group);
        }

        writer.Close();
    }

    // Arrays that this stage reads or writes.
    private void DeclarePointers(List<List<ScalarStep>> groups, IEnumerable<Node> others)
    {
        var nodes = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (slots.IsStored(node) || Planner.IsStatistic(node) || node.Op == Op.PerClass)
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
        string line = "";
        foreach (Node node in nodes.Values.Where(node => !locals.Contains(node)))
        {
            locals.Add(node);
            if (node.Op != Op.PerClass && !Planner.IsStatistic(node))
            {
                // As many to a line as fit.
                string slot = $"var {names.Of(node)} = s.Slots + {slots.Offset(node)};";
                if (line.Length + slot.Length > 100)
                    Flush();
                line += (line.Length > 0 ? " " : "") + slot;
                continue;
            }

            Flush();
            if (node.Op == Op.PerClass && plan.Graph.Tables[node.Index] is { IsConstant: false } parameter)
                writer.Line($"var {names.Of(node)} = s.Parameters + ({plan.Graph.ParameterCount} + ({parameter.Parameter} * classes));");
            else if (node.Op == Op.PerClass)
                writer.Line($"global::System.ReadOnlySpan<double> {names.Of(node)} = Table{node.Index};");
            else
                DeclareStatistic(node);
        }

        Flush();
        void Flush()
        {
            if (line.Length > 0)
                writer.Line(line);
            line = "";
        }

        foreach (PassPlan pass in groups.SelectMany(group => group).Select(step => step.Pass).OfType<PassPlan>().Distinct())
            writer.Line($"var {Constants(pass)} = s.Constants[{pass.Id}];");
    }

    private void DeclareStatistic(Node node)
    {
        PassPlan pass = plan.Statistics.First(p => p.Sums.Contains(node));
        int k = pass.ClassSums.IndexOf(node);
        string offset = k >= 0 ? $"({k} * classes)" : $"({pass.ClassSums.Length} * classes) + {pass.PixelSums.IndexOf(node)}";
        writer.Comment(names.Describe(node));
        writer.Line($"var {names.Of(node)} = s.Statistics[{pass.Id}] + {offset};");
    }

    private static string Constants(PassPlan pass) => "constants" + pass.Id;

    private void EmitGroup(List<ScalarStep> group)
    {
        Axes axes = group[0].Loop;
        writer.Line();
        foreach (ScalarStep step in group.Where(step => step.IsReduction))
            Initialise(step.Node);
        OpenLoops(axes);
        foreach (ScalarStep step in group)
            EmitStep(step);
        CloseLoops(axes);
        if (axes != Axes.None)
        {
            foreach (ScalarStep step in group.Where(step => step.Pass is null && !step.IsReduction && !slots.IsStored(step.Node)))
                locals.Remove(step.Node);
        }
    }

    private void EmitStep(ScalarStep step)
    {
        Node node = step.Node;
        if (step.Pass is { } pass)
        {
            int classRows = pass.ClassConstants.Length, scalars = pass.ScalarConstants.Length;
            string image = plan.PerImage ? $"(n * (({classRows} * classes) + {scalars})) + " : "";
            string index = step.Loop.Has(Axes.Class) ? $"({step.Row} * classes) + c" : $"({classRows} * classes) + {step.Row}";

            // Of a gradient pass and a fused pass only one runs; unreduced values are not always wanted.
            string guard = (plan.FusedPass is not null && pass.Gradient is not null) || pass.Elements is not null ? $"if (!{Constants(pass)}.IsNull) " : "";
            writer.Line($"{guard}{Constants(pass)}[{image}{index}] = {AsNumber(node)};");
            return;
        }

        string value = Compute(node);
        if (node.Op is Op.Sum)
        {
            writer.Line($"{Reference(node)} += {value};");
        }
        else if (node.Op is Op.ClassMaximum or Op.PixelMaximum)
        {
            writer.Line($"{Reference(node)} = global::System.Math.Max({Reference(node)}, {value});");
        }
        else if (slots.IsStored(node))
        {
            writer.Line($"{Reference(node)} = {value};");
        }
        else if (uses.TryGetValue(node, out int count) && (count > 1 || value.Length > 56))
        {
            writer.Line($"double {names.Of(node)} = {value};");
            locals.Add(node);
        }
    }

    private void Initialise(Node node)
    {
        string start = node.Op == Op.Sum ? "0D" : "double.NegativeInfinity";
        if (!slots.IsStored(node))
        {
            writer.Line($"double {names.Of(node)} = {start};");
            locals.Add(node);
            return;
        }

        OpenLoops(node.Axes);
        writer.Line($"{Reference(node)} = {start};");
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

    private string AsNumber(Node node) => node.Operation().IsCondition ? $"({Text(node)}) ? 1D : 0D" : Text(node);

    private void EmitValue()
    {
        Axes axes = plan.Value.Axes;
        if (axes == Axes.None)
        {
            writer.Line($"s.Value = {Text(plan.Value)};");
            return;
        }

        writer.Open("if (!s.Elements.IsNull)");
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
        if (slots.IsStored(node))
            return Reference(node);
        if (locals.Contains(node) && !Planner.IsStatistic(node) && node.Op != Op.PerClass)
            return names.Of(node);
        return ScalarStep.IsReductionNode(node) && !Planner.IsStatistic(node) ? names.Of(node) : Compute(node);
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
            case Op.Sum or Op.PixelMaximum when Planner.IsStatistic(node):
                PassPlan pass = plan.Statistics.First(p => p.Sums.Contains(node));
                string image = plan.PerImage ? $"(n * (({pass.ClassSums.Length} * classes) + {pass.PixelSums.Length}))" : "";
                string own = node.Axes.Has(Axes.Class) ? "c" : "";
                string index = image.Length > 0 && own.Length > 0 ? image + " + " + own : image.Length > 0 ? image : own.Length > 0 ? own : "0";
                return $"{names.Of(node)}[{index}]";
            case Op.Sum or Op.ClassMaximum or Op.PixelMaximum:
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
