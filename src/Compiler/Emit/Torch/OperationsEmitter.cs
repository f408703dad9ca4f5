using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
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
        Method($"public override {Tensor} Value({Input} input)", graph.Value);
        if (Component.AreWorthwhile(graph.Components))
        {
            writer.Line();
            writer.Comment("The value, the share of each term, then the classes of each that has them.");
            Method($"public override {Tensor}[] Components({Input} input)", [graph.Value, .. Component.InOrder(graph.Components).Select(component => component.Node)]);
        }
        writer.Line();
        Method($"public override {Tensor} Gradient({Input} input, {Tensor} upstream)", graph.Gradient);
        writer.Close();
    }

    private void Method(string signature, params Node[] results)
    {
        var names = new OperationNames(graph);
        var text = new OperationText(names, graph);
        Node? only = results.Length == 1 ? results[0] : null;
        List<Node> nodes = Reachable.From(results, reads: node => [.. text.Operands(node)]);
        var uses = nodes.SelectMany(text.Operands).Concat(results).GroupBy(node => node).ToDictionary(group => group.Key, group => group.Count());
        var statements = new List<Statement>();
        foreach (Node node in nodes)
        {
            if (ReferenceEquals(node, only) || !IsWorthAName(node))
                continue;
            text.Mentioned.Clear();
            string code = text.Text(node);
            bool isShared = uses[node] > 1;
            if (!isShared && code.Length <= LongText && !(node.Op == Op.Sum && node.Attribute.Has(Axes.Pixel)))
                continue;
            string meaning = Meaning(node, names);
            string name = names.Add(node, text.IsNumber(node));
            statements.Add(new(node, name, node.Inputs.IsEmpty ? "" : $"{name} = {meaning}", code, [.. text.Mentioned]));
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

            bool isPlain = text.IsNumber(statement.Node) || statement.Node.Op is Op.Logit or Op.Target;
            writer.Line($"var {statement.Name} = {(isPlain ? statement.Code : $"input.Keep({statement.Code})")};");
            IEnumerable<string> finished = statements
                .Where(s => s.Node is { IsPixel: true, Op: not (Op.Logit or Op.Target) } && s.Name.Length > 0 && lastUse.TryGetValue(s.Node, out int use) && use == i)
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

    private readonly record struct Statement(Node Node, string Name, string Comment, string Code, List<Node> Mentioned);
}
