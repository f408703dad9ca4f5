using System.Globalization;
using LossGen.Compiler.Emit.Cpu;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Program;
using LossGen.Compiler.Schedule;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>
/// Nodes as C# on tensors. What depends on no tensor is C# on numbers. Some nodes are never computed on their own: a gather needs no
/// selection, a count no ones.
/// </summary>
internal sealed partial class OperationText(OperationNames names, LossGraph graph)
{
    // Sigmoids that the method computes or has anyway, by what they are taken of.
    private Dictionary<Node, Node> sigmoids = [];

    private readonly Dictionary<Node, bool> numbers = [];

    private readonly Dictionary<Node, int> mentions = [];
    private readonly HashSet<Node> given = [];
    private HashSet<Node> writable = [];
    private HashSet<Node> written = [];

    /// <summary>Named nodes that the last texts referred to.</summary>
    public HashSet<Node> Mentioned { get; } = [];

    /// <summary>
    /// A named node that will be referred to so many times, all of them by texts that take no view of it: the last may write to its memory.
    /// </summary>
    public void MayWrite(Node node, int uses) => mentions[node] = uses;

    /// <summary>A named node that another method computed: a result in its memory needs none of its own.</summary>
    public void IsGiven(Node node) => given.Add(node);

    /// <summary>Begins a statement: what is referred to more than once from here on stays as it is.</summary>
    public void Begin()
    {
        Mentioned.Clear();
        writable = [.. mentions.Where(pair => pair.Value == 1).Select(pair => pair.Key)];
        written = [];
    }

    /// <summary>The statement is written: what it referred to, it has.</summary>
    public HashSet<Node> End()
    {
        foreach (Node node in Mentioned.Where(mentions.ContainsKey))
            mentions[node] -= referred[node];
        referred.Clear();
        return written;
    }

    /// <summary>The statement is not written: its text becomes a part of another one.</summary>
    public void Undo() => referred.Clear();

    private readonly Dictionary<Node, int> referred = [];

    /// <summary>The method computes these nodes, or has them.</summary>
    public void Expect(IEnumerable<Node> nodes) =>
        sigmoids = nodes.Where(node => node.Op == Op.Sigmoid).ToDictionary(node => node[0]);

    private IEnumerable<Node> Sigmoid(Node x) => sigmoids.TryGetValue(x, out Node? sigmoid) ? [sigmoid] : [];

    /// <summary>The node depends on no tensor.</summary>
    public bool IsNumber(Node node)
    {
        if (numbers.TryGetValue(node, out bool known))
            return known;
        bool result = node.Op is Op.Constant or Op.Parameter or Op.Extent
            || (node.Op != Op.Spread && node.Operation().IsElementwise && node.Inputs.All(IsNumber));
        numbers[node] = result;
        return result;
    }

    /// <summary>The pixel is among so many with the largest keys: its rank is at most a number that depends on no tensor.</summary>
    public bool IsSelection(Node node) =>
        node.Op == Op.LessOrEqual && node[0].Op == Op.RunningSum && node[0][0].IsNumber(1) && IsNumber(node[1]);

    /// <summary>What reads the nodes of its text makes no view of them.</summary>
    public bool TakesNoView(Node node) =>
        node.Op is Op.Add or Op.Multiply or Op.Divide or Op.Power or Op.Exp or Op.Log or Op.Log1p or Op.Expm1
            or Op.Sqrt or Op.Abs or Op.Sign or Op.Tanh or Op.Sigmoid or Op.Softplus
            or Op.Less or Op.LessOrEqual or Op.Equal or Op.Softmax or Op.ClassMaximum or Op.Sum
        || (node.Op is Op.Where or Op.Mask && !IsNumber(node[0]));

    /// <summary>The nodes that the text of a node is made of.</summary>
    public IEnumerable<Node> Operands(Node node)
    {
        if (LogSoftmax(graph.Builder, node) is var (logits, _))
            return [logits];
        if (LogarithmOfSoftmax.AtLabel(graph.Builder, node) is var (picked, picking, whole))
            return [picked, picking, whole];
        if (SigmoidEntropy.EntropyOf(node) is var (argument, weight))
            return [argument, weight];
        if (SigmoidEntropy.SoftplusOf(node) is { } ofSum)
            return [ofSum, SigmoidEntropy.TailOf(node[0]) is null ? node[1] : node[0]];
        if (SigmoidEntropy.TailOf(node) is { } ofTail)
            return [ofTail];
        if (Contraction(node) is var (vector, matrix))
            return [vector, matrix];
        if (EntropySum(node) is var (summed, ofSummed))
            return [summed, ofSummed, .. Sigmoid(summed)];
        if (ProductSum(node) is var (first, second))
            return [first, second];
        if (GraphBuilder.IsPick(node))
            return [node[0][1]];
        if (IsWithLabel(node))
            return [node[1], node[2]];
        if (AddedAtLabel(node) is var (others, added))
            return [others, added];
        if (IsSelection(node))
            return [node[0][1], node[1]];
        if (node.Op == Op.RunningSum)
            return node[0].IsNumber(1) ? [node[1]] : Conditions(node[0]) is { } found ? [.. found, node[1]] : node.Inputs;
        if (LabelSum(node) is { } summand)
            return summand.IsNumber(1) ? [] : [summand];
        if (node.Op == Op.Sum && Conditions(node[0]) is { } counted)
            return counted;
        if (IsOneUnless(node) is var (unless, met))
            return [unless, .. met];
        return Conditions(node) ?? node.Inputs.AsEnumerable();
    }

    /// <summary>The node as a tensor.</summary>
    public string Tensor(Node node) => IsNumber(node) ? $"input.Number({Value(node)})" : Value(node);

    /// <summary>The node as what it is, by its name if it has one.</summary>
    public string Value(Node node)
    {
        if (names.Find(node) is not { } name)
            return Text(node);
        Mentioned.Add(node);
        referred[node] = referred.TryGetValue(node, out int count) ? count + 1 : 1;
        return name;
    }

    /// <summary>The node's expression.</summary>
    public string Text(Node node)
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
            case Op.Input:
                return $"input.Inputs[{node.Index}]";
            case Op.Target or Op.OneHot or Op.Valid or Op.Labelled or Op.ClassIndex:
                return "input." + node.Op;
            case Op.PerClass:
                return graph.Tables[node.Index] is { IsConstant: false } parameter
                    ? $"input.PerClass({graph.ParameterCount}, {parameter.Parameter})"
                    : $"input.PerClass(s_table{node.Index})";
            case Op.ClassSet:
                string only = string.Concat(node.Classes!.List.Select(c => ", " + Literal.Of(c)));
                return $"input.ClassSet({Literal.Of(node.Classes.IncludeBackground)}{only})";
            case Op.Upstream:
                return "upstream";
            case Op.RunningSum:
                string over = node.Attribute.Letters().Replace(",", ""), key = Tensor(node[1]);
                return node[0].IsNumber(1) ? $"input.Rank{over}({key})"
                    : Conditions(node[0]) is { } found ? $"input.RunningCount{over}({All(found)}, {key})"
                    : $"input.RunningSum{over}({Tensor(node[0])}, {key})";
            case Op.Correlate or Op.Pool or Op.PoolSlope or Op.Distance:
                return Neighbours(node);
            case Op.LessOrEqual when IsSelection(node):
                string own = IsUnnamed(node[0][1]) ? ", isOwn: true" : "";
                return $"input.IsAmong{node[0].Attribute.Letters().Replace(",", "")}({Tensor(node[0][1])}, {Value(node[1])}{own})";
            case Op.PixelMaximum:
                return $"input.Maximum{node.Attribute.Letters().Replace(",", "")}({Value(node[0])})";
            case Op.Sum when Contraction(node) is var (vector, matrix):
                return $"input.Contract({Value(vector)}, {Value(matrix)})";
            case Op.Sum when EntropySum(node) is var (summed, ofSummed):
                return $"input.BinaryEntropy{node.Attribute.Letters().Replace(",", "")}({Value(summed)}, {Tensor(ofSummed)}{string.Concat(Sigmoid(summed).Select(p => ", " + Value(p)))})";
            case Op.Sum when ProductSum(node) is var (first, second):
                return $"input.ProductSum{node.Attribute.Letters().Replace(",", "")}({Value(first)}, {Value(second)})";
            case Op.Sum when GraphBuilder.IsPick(node):
                return $"input.AtLabel({Tensor(node[0][1])})";
            case Op.Sum when LabelSum(node) is { } summand:
                string axes = node.Attribute.Letters().Replace(",", "");
                return summand.IsNumber(1) ? $"input.LabelCounts{axes}()" : $"input.LabelSums{axes}({Tensor(summand)})";
            case Op.Where when IsWithLabel(node):
                return $"input.{(IsFresh(node[2]) ? $"PutLabel({Own(node[2])}" : $"WithLabel({Tensor(node[2])}")}, {Tensor(node[1])})";
            case Op.Add when AddedAtLabel(node) is var (others, added):
                return $"input.{(IsFresh(others) ? $"PutAdded({Own(others)}" : $"WithAdded({Tensor(others)}")}, {Tensor(added)})";
            case Op.Sum:
                string argument = Conditions(node[0]) is { } counted ? All(counted) : Value(node[0]);
                return $"input.Sum{node.Attribute.Letters().Replace(",", "")}({argument})";
        }

        return IsNumber(node) ? Number(node) : Special(node) ?? FromTable(node);
    }

    // What depends on no tensor.
    private string Number(Node node) => ProgramPrinter.Text(CSharpDialect.Instance, NumberOf(node));

    private Expression NumberOf(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant:
                return new Number(node.Number, NumberType.Double);
            case Op.Parameter or Op.Extent:
                return new Variable(Text(node), NumberType.Double);
        }

        return new Apply(node.Op, [.. node.Inputs.Select(input => names.Find(input) is null ? NumberOf(input)
            : new Variable(Value(input), TypeOf(input)))], TypeOf(node));
    }

    private static NumberType TypeOf(Node node) => node.Operation().IsCondition ? NumberType.Truth : NumberType.Double;

    private string FromTable(Node node)
    {
        Operation row = node.Operation();
        string template = row.Torch ?? "input." + (row.Function ?? throw new InvalidOperationException($"{node.Op} has no tensor text"))
            + row.Arguments;
        bool isCall = template.StartsWith("input.", StringComparison.Ordinal);
        return Format(template, node.Inputs.Select(input => isCall ? Value(input) : Nested(input)));
    }

    private string? Special(Node node)
    {
        bool hasNumber = node.Inputs.Any(IsNumber);
        if (SigmoidEntropy.EntropyOf(node) is var (argument, weight))
            return $"input.BinaryEntropy({Tensor(argument)}, {Tensor(weight)})";
        if (SigmoidEntropy.SoftplusOf(node) is { } of)
            return $"input.Softplus({Tensor(of)}, {Tensor(SigmoidEntropy.TailOf(node[0]) is null ? node[1] : node[0])})";
        if (SigmoidEntropy.TailOf(node) is { } tail)
            return $"input.SoftplusTail({Tensor(tail)})";
        switch (node.Op)
        {
            // Into the memory of an operand that nothing else reads.
            case Op.Exp when IsFresh(node[0], node):
                return $"input.PutExp({Own(node[0])})";
            case Op.Sigmoid when IsFresh(node[0], node):
                return $"input.PutSigmoid({Own(node[0])})";
            case Op.Multiply when node[0].IsNumber(-1) && IsFresh(node[1], node):
                return $"input.PutNegative({Own(node[1])})";
            case Op.Multiply when node[0].IsNumber(-1):
                return "-" + Nested(node[1]);
            case Op.Multiply when IsFresh(node[0], node[1]) || IsFresh(node[1], node[0]):
                (Node own, Node factor) = IsFresh(node[0], node[1]) ? (node[0], node[1]) : (node[1], node[0]);
                return $"input.PutProduct({Own(own)}, {Value(factor)})";
            case Op.Add when LogSoftmax(graph.Builder, node) is var (logits, atLabel):
                return atLabel ? $"input.AtLabel({Logits(logits)}.log_softmax(1))" : $"{Logits(logits)}.log_softmax(1)";
            case Op.Add when LogarithmOfSoftmax.AtLabel(graph.Builder, node) is var (picked, picking, whole):
                return $"input.LogAtLabel({Value(picked)}, {Value(picking)}, {Value(whole)})";
            case Op.Softmax or Op.SoftmaxComplement or Op.LogSumExp when IsOfSomeClasses(node[0]):
                return Format(node.Operation().Torch!, [Logits(node[0])]);
            case Op.Add when Addition(node) is var (whole, product, sign):
                return $"input.PutProductSum({Own(whole)}, {Value(product[0])}, {Value(product[1])}, {sign})";
            case Op.Add when IsNegation(node[1]) && !IsNumber(node[1]) && IsFresh(node[0], node[1]):
                return $"input.PutDifference({Own(node[0])}, {Value(node[1][1])})";
            case Op.Add when IsFresh(node[0], node[1]) || (IsFresh(node[1], node[0]) && !IsNegation(node[1])):
                (Node sum, Node summand) = IsBetterOwner(node[1], node[0]) ? (node[1], node[0]) : (node[0], node[1]);
                return $"input.PutSum({Own(sum)}, {Value(summand)})";
            case Op.Add when IsNegation(node[1]):
                return Difference(node[0], node[1][1]);
            case Op.Add when IsNegation(node[0]):
                return Difference(node[1], node[0][1]);
            case Op.Detach:
                return $"{Nested(node[0])}.detach()";
            case Op.Spread:
                return Spread(Tensor(node[0]), node.Axes);
            case Op.Clamp when IsNumber(node[0]):
                return $"input.Clamp({Tensor(node[0])}, {Value(node[1])}, {Value(node[2])})";
            case Op.Power when IsNumber(node[0]):
                return $"input.Power({Tensor(node[0])}, {Value(node[1])})";

            // A number against a tensor.
            case Op.Multiply when hasNumber:
                return $"input.Multiply({Value(node[0])}, {Value(node[1])})";
            case Op.Less when hasNumber:
                return IsNumber(node[0]) ? $"input.Greater({Value(node[1])}, {Value(node[0])})"
                    : $"input.Less({Value(node[0])}, {Value(node[1])})";
            case Op.LessOrEqual when hasNumber:
                return IsNumber(node[0]) ? $"input.GreaterOrEqual({Value(node[1])}, {Value(node[0])})"
                    : $"input.LessOrEqual({Value(node[0])}, {Value(node[1])})";
            case Op.Equal when hasNumber:
                (Node literal, Node compared) = IsNumber(node[0]) ? (node[0], node[1]) : (node[1], node[0]);
                return $"input.Equal({Value(compared)}, {Value(literal)})";

            case Op.Where when IsOneUnless(node) is var (unless, met):
                return $"input.Indicator({Nested(unless)}.logical_not().logical_or({All(met)}))";

            // A condition that is a number is decided in C#. The result is a tensor of its own, for it may be dropped before the other.
            case Op.Where when IsNumber(node[0]):
                return Spread($"{Nested(node[0])} ? {Tensor(node[1])} : {Tensor(node[2])}", node.Axes);
            case Op.Mask when IsNumber(node[0]):
                return Spread($"{Nested(node[0])} ? {Tensor(node[1])} : input.Number(0D)", node.Axes);
            case Op.And or Op.Or when hasNumber:
                (Node number, Node tensor) = IsNumber(node[0]) ? (node[0], node[1]) : (node[1], node[0]);
                string all = $"input.Always({Literal.Of(node.Op == Op.Or)})";
                return Spread(node.Op == Op.And ? $"{Nested(number)} ? {Value(tensor)} : {all}"
                    : $"{Nested(number)} ? {all} : {Value(tensor)}", node.Axes);
        }

        return Conditions(node) is { } conditions ? $"input.Indicator({All(conditions)})" : null;
    }

    // a + b * c or a - b * c, of tensors with the same axes, or one factor without any, where a is written to.
    private (Node Own, Node Product, int Sign)? Addition(Node node)
    {
        for (int side = 0; side < 2; side++)
        {
            (Node own, Node term) = (node[side], node[1 - side]);
            int sign = IsNegation(term) ? -1 : 1;
            Node product = sign < 0 ? term[1] : term;
            if (product.Op == Op.Multiply && names.Find(term) is null && names.Find(product) is null
                && (product.Inputs.All(factor => factor.Axes == own.Axes) || (IsScaled(product) && product.Axes == own.Axes
                && (IsInGiven(own) || !IsInGiven(product)))) && IsFresh(own, product))
                return (own, product, sign);
        }

        return null;
    }

    // A tensor times a number that is one, too.
    private bool IsScaled(Node product) => product.Inputs.Any(factor => factor.Axes == Axes.None && !IsNumber(factor))
        && !product.Inputs.Any(IsNumber);

    // What a softmax or log-sum-exp is taken of.
    private string Logits(Node node) => IsOfSomeClasses(node) ? $"input.OfSomeClasses({Value(node)})" : Nested(node);

    // With all extents of the axes, which a sum goes by.
    private static string Spread(string text, Axes axes) =>
        $"input.Spread({text}, {Literal.Of(axes.Has(Axes.Batch))}, {Literal.Of(axes.Has(Axes.Class))}, {Literal.Of(axes.Has(Axes.Pixel))})";

    /// <summary>The conditions whose selection of 1 the node is; null if it is something else.</summary>
    private List<Node>? Conditions(Node node)
    {
        var found = new List<Node>();
        while (node.Op == Op.Mask && !IsNumber(node[0]))
        {
            found.Add(node[0]);
            node = node[1];
        }

        return found.Count > 0 && node.IsNumber(1) ? found : null;
    }

    // 1 where a condition does not hold, else 1 where others do.
    private (Node Unless, List<Node> Met)? IsOneUnless(Node node) =>
        node.Op == Op.Where && !IsNumber(node[0]) && node[2].IsNumber(1) && Conditions(node[1]) is { } met ? (node[0], met) : null;

    private string All(List<Node> conditions)
    {
        string text = Value(conditions[0]);
        foreach (Node condition in conditions.Skip(1))
            text = $"{Parentheses.Around(text)}.logical_and({Value(condition)})";
        return text;
    }

    private string Neighbours(Node node)
    {
        Window window = node.Window!;
        string places = $"{window.Axis}, {Literal.Of(window.First)}", inputs = string.Join(", ", node.Inputs.Select(Tensor));
        string weights = $"new double[] {{ {string.Join(", ", window.Weights.Select(Literal.Of))} }}";
        if (node.Op == Op.Distance)
            return $"input.Distance({inputs}, {weights})";
        if (window.Shape != WindowShape.Line)
            return $"input.{node.Op}{window.Shape}({inputs}, {window.Size}, isMinimum: {Literal.Of(window.IsMinimum)})";
        if (node.Op != Op.Correlate)
            return $"input.{node.Op}({inputs}, {places}, {window.Size}, isMinimum: {Literal.Of(window.IsMinimum)})";
        string border = window.Border == Border.Zero ? "" : $", global::LossGen.Border.{window.Border}";
        return $"input.{(window.IsTransposed ? "Transposed" : "Correlate")}({inputs}, {places}, {weights}{border})";
    }

    // A number becomes a Scalar, which the methods of input hold while libtorch reads it.
    private string Difference(Node a, Node b) =>
        IsNumber(a) || IsNumber(b) ? $"input.Subtract({Value(a)}, {Value(b)})" : $"{Nested(a)} - {Nested(b)}";

    private bool IsNegation(Node node) => node.Op == Op.Multiply && node[0].IsNumber(-1) && names.Find(node) is null;

    private string Nested(Node node) => Parentheses.Around(Value(node));

    private static string Format(string template, IEnumerable<string> arguments) =>
        string.Format(CultureInfo.InvariantCulture, template, arguments.Cast<object>().ToArray());
}
