using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Schedule;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>Prints value and closed-form gradient of a loss as tensor operations, for one kind of target.</summary>
internal sealed class OperationsEmitter(CodeWriter writer, LossModel model, LossGraph graph)
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";
    private const string Input = "global::LossGen.Generated.TensorInput";

    // A longer expression is taken apart.
    private const int LongText = 60;

    public void Emit(string name)
    {
        writer.Line();
        writer.Comment(graph.IndexTarget ? "For class indices: [label = c] is 1 at the class of the label." : "For dense targets: y is the target.");
        writer.Open($"private sealed class {name} : global::LossGen.Generated.TensorOperations");
        for (int k = 0; k < graph.Tables.Length; k++)
        {
            if (graph.Tables[k].IsConstant)
                writer.Line($"private static readonly double[] s_table{k} = {{ {string.Join(", ", graph.Tables[k].Constants.Select(Literal.Of))} }};");
        }

        if (graph.Tables.Any(table => table.IsConstant))
            writer.Line();
        var planes = new LabelPlanes(graph.Builder);
        Node value = planes.Rewrite(graph.Value), gradient = planes.Rewrite(graph.Gradient);
        List<Node> components = Component.InOrder(graph.Components).Select(component => planes.Rewrite(component.Node)).ToList();
        List<Node> kept = Kept(value, gradient);
        if (kept.Count > 0)
        {
            Method($"public override {Tensor}[] Statistics({Input} input)", [], kept);
            writer.Line();
        }

        Method($"public override {Tensor} Value({Input} input, {Tensor}[] statistics)", kept, value);
        if (Component.AreWorthwhile(graph.Components))
        {
            writer.Line();
            writer.Comment("The value, the share of each term, then the classes of each that has them.");
            Method($"public override {Tensor}[] Components({Input} input, {Tensor}[] statistics)", kept, [value, .. components]);
        }

        writer.Line();
        Method($"public override {Tensor} Gradient({Input} input, {Tensor}[] statistics, {Tensor} upstream)", kept, gradient);
        writer.Close();
    }

    // Sums over the pixels, and running sums, that the value is made of, and those among them that the gradient reads: not those below
    // others, which are read through them alone.
    private List<Node> Kept(Node value, Node gradient)
    {
        var text = new OperationText(new OperationNames(graph), graph);
        var ofValue = new HashSet<Node>(Reachable.From([value]));
        bool IsKept(Node node) => ofValue.Contains(node)
            && (node.Op == Op.RunningSum || text.IsSelection(node) || (node.Op is Op.Sum or Op.PixelMaximum && node.Attribute.Has(Axes.Pixel)));
        List<Node> Outermost(Node of) =>
            Reachable.From([of], reads: node => IsKept(node) ? ImmutableArray<Node>.Empty : node.Inputs).Where(IsKept).ToList();
        return [.. Outermost(value).Union(Outermost(gradient)).OrderBy(node => node.Id)];
    }

    private void Method(string signature, List<Node> kept, Node result) => Method(signature, kept, [result], isNumber: true);

    // A result alone, or an array of them.
    private void Method(string signature, List<Node> kept, List<Node> results, bool isNumber = false)
    {
        results = LogarithmOfSoftmax.Rewrite(graph.Builder, results, kept);
        Node? only = isNumber ? results[0] : null;
        var names = new OperationNames(graph);
        var text = new OperationText(names, graph);
        List<Node> Reads(Node node) => kept.Contains(node) ? [] : [.. text.Operands(node)];
        List<Node> nodes = Reachable.From(results, reads: node => [.. Reads(node)]);
        var uses = nodes.SelectMany(Reads).Concat(results).GroupBy(node => node).ToDictionary(group => group.Key, group => group.Count());

        // What a label is put into stays without a name, so that its memory can be written to.
        IEnumerable<Node> written = nodes.Where(OperationText.IsWithLabel).Select(node => node[2])
            .Concat(nodes.Select(OperationText.AddedAtLabel).OfType<(Node Others, Node Added)>().Select(pair => pair.Others));
        var taken = new HashSet<Node>(written.Where(node => uses[node] == 1));
        var statements = new List<Statement>();
        foreach (Node node in nodes)
        {
            if (kept.IndexOf(node) is var place and >= 0)
            {
                string meaning = Meaning(node, names), own = names.Add(node, isNumber: false);
                statements.Add(new(node, own, $"{own} = {meaning}", $"statistics[{place}]", []) { IsGiven = true });
                continue;
            }

            if (ReferenceEquals(node, only) || !IsWorthAName(node) || taken.Contains(node))
                continue;
            text.Mentioned.Clear();
            string code = text.Text(node);
            bool isShared = uses[node] > 1;
            if (!isShared && code.Length <= LongText && !(node.Op == Op.Sum && node.Attribute.Has(Axes.Pixel)))
                continue;
            string description = Meaning(node, names);
            string name = names.Add(node, text.IsNumber(node));
            statements.Add(new(node, name, node.Inputs.IsEmpty ? "" : $"{name} = {description}", code, [.. text.Mentioned]));
        }

        text.Mentioned.Clear();
        string last = string.Join(", ", results.Select(text.Tensor));
        statements.Add(only is null
            ? new(results[0], "", "", $"new {Tensor}[] {{ {last} }}", [.. text.Mentioned])
            : new(only, "", Meaning(only, names), last, [.. text.Mentioned]));
        Write(signature, statements, text);
    }

    private void Write(string signature, List<Statement> statements, OperationText text)
    {
        // Where a tensor of the logits' size is used last: there its memory is given back.
        var lastUse = new Dictionary<Node, int>();
        for (int i = 0; i < statements.Count; i++)
        {
            foreach (Node node in statements[i].Mentioned)
                lastUse[node] = i;
        }

        writer.Open(signature);
        for (int i = 0; i < statements.Count; i++)
        {
            Statement statement = statements[i];
            if (statement.Comment.Length > 0)
                writer.Comment(statement.Comment);
            if (statement.Name.Length == 0)
            {
                writer.Line($"return {statement.Code};");
                continue;
            }

            bool isPlain = statement.IsGiven || text.IsNumber(statement.Node) || statement.Node.Op is Op.Logit or Op.Target;
            writer.Line($"var {statement.Name} = {(isPlain ? statement.Code : $"input.Keep({statement.Code})")};");
            IEnumerable<string> finished = statements
                .Where(s => !s.IsGiven && s.Node is { IsPixel: true, Op: not (Op.Logit or Op.Target) } && s.Name.Length > 0 && lastUse.TryGetValue(s.Node, out int use) && use == i)
                .Select(s => s.Name);
            if (string.Join(", ", finished) is { Length: > 0 } list)
                writer.Line($"input.Drop({list});");
        }

        writer.Close();
    }

    // The mathematics of a node, with the names given so far.
    private string Meaning(Node node, OperationNames names)
    {
        string Describe(Node n) => NodeText.Describe(n, inner => inner.Op == Op.Parameter ? model.Parameters[inner.Index].Name
            : inner.Op == Op.PerClass && graph.Tables[inner.Index] is { IsConstant: false } table ? model.ClassParameters[table.Parameter].ToString()
            : inner.Op == Op.Input ? model.Inputs[inner.Index].Name : names.Find(inner));
        return node.Op switch
        {
            Op.Softmax => $"softmax_C({Describe(node[0])})",
            Op.SoftmaxComplement => $"1 - softmax_C({Describe(node[0])})",
            _ => Describe(node),
        };
    }

    private static bool IsWorthAName(Node node) =>
        node.Op is not (Op.Constant or Op.Parameter or Op.Extent or Op.Upstream or Op.Input or Op.OneHot or Op.Valid or Op.Labelled);

    private readonly record struct Statement(Node Node, string Name, string Comment, string Code, List<Node> Mentioned)
    {
        // Computed by another method.
        public bool IsGiven { get; init; }
    }
}
