using System.Globalization;
using LossGen.Generator.Graph;
using LossGen.Generator.Model;

namespace LossGen.Generator.Emit.Torch;

/// <summary>
/// Prints value and closed-form gradient of a loss as tensor operations. All tensors are (N, C, S) with extent 1 where a node
/// does not vary; what depends on no tensor is a number.
/// </summary>
internal sealed class OperationsEmitter(CodeWriter writer, LossModel model, LossGraph graph)
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";
    private const string Operations = "global::LossGen.Generated.Operations";

    private readonly Dictionary<Node, string> names = [];
    private readonly Dictionary<Node, bool> numbers = [];
    private Dictionary<Node, int> uses = [];

    public void Emit(string name)
    {
        writer.Line();
        writer.Comment(graph.IndexTarget ? "For class indices." : "For dense targets.");
        writer.Open($"private sealed class {name} : global::LossGen.Generated.TensorOperations");
        Method($"public override {Tensor} Value(global::LossGen.Generated.TensorInput input)", graph.Value);
        writer.Line();
        Method($"public override {Tensor} Gradient(global::LossGen.Generated.TensorInput input, {Tensor} upstream)", graph.Gradient);
        writer.Close();
    }

    private void Method(string signature, Node result)
    {
        names.Clear();
        List<Node> nodes = Reachable(result);
        uses = [];
        foreach (Node input in nodes.SelectMany(node => node.Op == Op.Sum && IsCount(node) && !IsPick(node) ? node[0].Inputs : node.Inputs))
            uses[input] = uses.TryGetValue(input, out int count) ? count + 1 : 1;
        writer.Open(signature);
        foreach (Node node in nodes)
        {
            bool isLeaf = node.Inputs.IsEmpty;
            if (node.Op == Op.Constant || (isLeaf && node.Op is not (Op.PerClass or Op.ClassIndex or Op.ClassSet)) || ReferenceEquals(node, result))
                continue;
            string text = Text(node);
            bool shared = uses.TryGetValue(node, out int count) && count > 1;
            if (!shared && text.Length < 72)
                continue;
            string own = "t" + (names.Count + 1).ToString(CultureInfo.InvariantCulture);
            string meaning = NodeText.Describe(node, n => n.Op == Op.Parameter ? model.Parameters[n.Index] : names.TryGetValue(n, out string? known) ? known : null);
            if (!isLeaf)
                writer.Comment($"{own} = {meaning}");
            string type = !IsNumber(node) ? Tensor : node.Operation().IsCondition ? "bool" : "double";
            writer.Line($"{type} {own} = {text};");
            names[node] = own;
        }

        writer.Line($"return {AsTensor(result)};");
        writer.Close();
    }

    /// <summary>The node depends on no tensor.</summary>
    private bool IsNumber(Node node)
    {
        if (numbers.TryGetValue(node, out bool known))
            return known;
        bool result = node.Op is Op.Constant or Op.Parameter or Op.Extent
            || (node.Operation().IsElementwise && node.Inputs.All(IsNumber));
        numbers[node] = result;
        return result;
    }

    private string AsTensor(Node node) => IsNumber(node) ? $"input.Number({Value(node)})" : Value(node);

    private string Value(Node node) => names.TryGetValue(node, out string? name) ? name : Text(node);

    private string Nested(Node node)
    {
        string text = Value(node);
        return IsAtom(text) ? text : "(" + text + ")";
    }

    private static bool IsAtom(string text)
    {
        int depth = 0;
        foreach (char c in text)
        {
            if (c is '(' or '[' or '{')
                depth++;
            else if (c is ')' or ']' or '}')
                depth--;
            else if (depth == 0 && c is ' ' or '!' or '-')
                return false;
        }

        return true;
    }

    private string Text(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant:
                return Literal.Of(node.Number);
            case Op.Parameter:
                return $"input.Parameters[{node.Index}]";
            case Op.Extent:
                return node.Attribute switch { Axes.Batch => "input.Batch", Axes.Class => "input.Classes", _ => "input.Pixels" };
            case Op.Logit:
                return "input.X";
            case Op.Target:
                return "input.Target";
            case Op.OneHot:
                return "input.OneHot";
            case Op.Valid:
                return "input.Valid";
            case Op.Labelled:
                return "input.Labelled";
            case Op.ClassIndex:
                return "input.ClassIndex";
            case Op.PerClass:
                return $"input.PerClass(new double[] {{ {string.Join(", ", graph.Tables[node.Index].Select(Literal.Of))} }})";
            case Op.ClassSet:
                string only = string.Concat(node.Classes!.List.Select(c => ", " + Literal.Of(c)));
                return $"input.ClassSet({Literal.Of(node.Classes.IncludeBackground)}{only})";
            case Op.Upstream:
                return "upstream";
            case Op.Sum when IsPick(node):
                return $"input.AtLabel({AsTensor(node[0][1])})";
            case Op.Sum:
                string axes = string.Join(", ", new[] { (Axes.Batch, "0"), (Axes.Class, "1"), (Axes.Pixel, "2") }
                    .Where(axis => node.Attribute.Has(axis.Item1)).Select(axis => axis.Item2));
                return IsCount(node)
                    ? $"{Nested(node[0][0])}.sum(new long[] {{ {axes} }}, keepdim: true).to_type(input.X.dtype)"
                    : $"{Nested(node[0])}.sum(new long[] {{ {axes} }}, keepdim: true)";
        }

        if (IsNumber(node))
        {
            string scalar = node.Operation().Scalar!;
            return Format(scalar, node.Inputs.Select(input => scalar.Contains("Math.") ? Value(input) : Nested(input)));
        }

        switch (node.Op)
        {
            case Op.Multiply when node[0].IsNumber(-1):
                return "-" + Nested(node[1]);
            case Op.Add when IsNegation(node[1]):
                return $"{Nested(node[0])} - {Nested(node[1][1])}";
            case Op.Add when IsNegation(node[0]):
                return $"{Nested(node[1])} - {Nested(node[0][1])}";
            case Op.Detach:
                return $"{Nested(node[0])}.detach()";

            // A condition that is a number is decided in C#.
            case Op.Where when IsNumber(node[0]):
                return $"{Nested(node[0])} ? {AsTensor(node[1])} : {AsTensor(node[2])}";
            case Op.Mask when IsNumber(node[0]):
                return $"{Nested(node[0])} ? {AsTensor(node[1])} : input.Number(0D)";
            case Op.And or Op.Or when node.Inputs.Any(IsNumber):
                Node number = IsNumber(node[0]) ? node[0] : node[1], tensor = IsNumber(node[0]) ? node[1] : node[0];
                string constant = $"global::TorchSharp.torch.full_like({Nested(tensor)}, {(node.Op == Op.And ? "false" : "true")})";
                return node.Op == Op.And ? $"{Nested(number)} ? {Value(tensor)} : {constant}" : $"{Nested(number)} ? {constant} : {Value(tensor)}";
        }

        string template = node.Operation().Torch ?? throw new InvalidOperationException($"{node.Op} has no tensor text");
        bool allTensors = node.Op is Op.Where or Op.Mask or Op.Minimum or Op.Maximum or Op.Power or Op.Less or Op.LessOrEqual or Op.Equal;
        return Format(template, node.Inputs.Select(input => allTensors && IsNumber(input) ? AsTensor(input) : Nested(input)));
    }

    private bool IsNegation(Node node) => node.Op == Op.Multiply && node[0].IsNumber(-1) && !names.ContainsKey(node);

    // sum_C([label] * f): a gather.
    private static bool IsPick(Node node) => node.Attribute == Axes.Class && node[0].Op == Op.Mask && node[0][0].Op == Op.OneHot;

    // How often a condition holds: no number is made of it first.
    private static bool IsCount(Node node) => node[0].Op == Op.Mask && node[0][1].IsNumber(1);

    private static string Format(string template, IEnumerable<string> arguments) =>
        string.Format(CultureInfo.InvariantCulture, template, arguments.Cast<object>().ToArray());

    private List<Node> Reachable(Node result)
    {
        var found = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (found.ContainsKey(node.Id))
                return;
            found.Add(node.Id, node);

            // The selection of a gather or a count is never computed.
            foreach (Node input in node.Op != Op.Sum ? node.Inputs.AsEnumerable() : IsPick(node) ? [node[0][1]] : IsCount(node) ? [node[0][0]] : node.Inputs)
                Visit(input);
        }

        Visit(result);
        return [.. found.Values];
    }
}
