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

    private const string StatisticPart = "global::LossGen.Generated.StatisticPart";

    // A longer expression is taken apart.
    private const int LongText = 60;

    public void Emit(string name)
    {
        writer.Line();
        writer.Comment(graph.IndexTarget ? "For class indices: [label = c] is 1 at the class of the label."
            : "For dense targets: y is the target.");
        writer.Open($"private sealed class {name} : global::LossGen.Generated.TensorOperations");
        for (int k = 0; k < graph.Tables.Length; k++)
        {
            if (graph.Tables[k].IsConstant)
                writer.Line($"private static readonly double[] s_table{k} = {{ {string.Join(", ", graph.Tables[k].Constants.Select(Literal.Of))} }};");
        }

        if (graph.Tables.Any(table => table.IsConstant))
            writer.Line();
        List<Node> results = SigmoidEntropy.Rewrite(graph.Builder, [graph.Value, graph.Gradient, .. Component.InOrder(graph.Components)
            .Select(component => component.Node)]);
        results = SmallTerms.Rewrite(graph.Builder, results.ConvertAll(new LabelPlanes(graph.Builder).Rewrite));
        Node value = results[0], gradient = OtherClasses.Rewrite(graph.Builder, value, results[1]);
        List<Node> components = results.GetRange(2, results.Count - 2);
        List<Node> kept = Kept(value, gradient);
        Parts(kept, [value, .. components], gradient);
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

        List<Node> slopes = Slopes(kept, gradient);
        if (slopes.Count > 0)
        {
            writer.Line();
            Method($"public override {Tensor}[] Slopes({Input} input, {Tensor}[] statistics, {Tensor} upstream)", kept, slopes);
        }

        writer.Line();
        Method($"public override {Tensor} Gradient({Input} input, {Tensor}[] statistics, {Tensor} upstream)", [.. kept, .. slopes],
            [gradient], isNumber: true, mayTake: true);
        writer.Close();
    }

    // What is computed part by part of the pixels.
    private void Parts(List<Node> kept, List<Node> results, Node gradient)
    {
        List<string>? kinds = PixelParts.Kinds(kept, results);
        bool hasGradient = PixelParts.HasGradientOfParts(kept, gradient);
        if (kinds is not null)
        {
            string list = string.Join(", ", kinds.Select(kind => $"{StatisticPart}.{kind}"));
            writer.Line($"public override {StatisticPart}[] StatisticParts {{ get; }} = {{ {list} }};");
        }

        if (kinds is not null && hasGradient)
            writer.Line();
        if (hasGradient)
            writer.Line("public override bool HasGradientOfParts => true;");
        if (kinds is not null || hasGradient)
            writer.Line();
    }

    // What the gradient at each pixel reads that has no pixels, and is not kept.
    private List<Node> Slopes(List<Node> kept, Node gradient)
    {
        var text = new OperationText(new OperationNames(graph), graph);
        bool IsSlope(Node node) => !node.IsPixel && !node.Inputs.IsEmpty && !kept.Contains(node) && !text.IsNumber(node);
        return Reachable.From([gradient], reads: node => IsSlope(node) || kept.Contains(node) ? ImmutableArray<Node>.Empty
            : [.. text.Operands(node)]).FindAll(node => IsSlope(node) && !ReferenceEquals(node, gradient));
    }

    // What the value is made of, and among that what the gradient reads, as far as it is kept: sums over the pixels and running sums, and
    // what is expensive to compute again. Not what lies below others, which is read through them alone.
    private List<Node> Kept(Node value, Node gradient)
    {
        var text = new OperationText(new OperationNames(graph), graph);
        var ofValue = new HashSet<Node>(Reachable.From([value]));
        bool IsStatistic(Node node) => ofValue.Contains(node)
            && (node.Op == Op.RunningSum || text.IsSelection(node) || (node.Op is Op.Sum or Op.PixelMaximum
            && node.Attribute.Has(Axes.Pixel)));
        List<Node> Outermost(Node of, Func<Node, bool> isKept) =>
            Reachable.From([of], reads: node => isKept(node) ? ImmutableArray<Node>.Empty : node.Inputs).Where(isKept).ToList();

        // The value has its logarithm or itself.
        bool IsAtHand(Node node) => ofValue.Contains(node) || (node.Op == Op.Softmax && ofValue.Any(other => other.Op == Op.LogSumExp
            && ReferenceEquals(other[0], node[0])))
            || (GraphBuilder.IsPick(node) && node[0][1].Op == Op.Softmax && IsAtHand(node[0][1]));

        // One tensor of the logits' size at most: the first, which the others are made of.
        Node? probability = OtherClasses.Sole(value, gradient)
            ?? Reachable.From([gradient], reads: node => IsStatistic(node) ? ImmutableArray<Node>.Empty : node.Inputs)
            .FirstOrDefault(node => node.Op is Op.Softmax or Op.Sigmoid && node.Axes == Axes.All && IsAtHand(node));

        // Of a softmax one number a pixel is a fraction of that.
        bool IsCostly(Node node) => ReferenceEquals(node, probability)
            || (probability is { Op: Op.Softmax or Op.Where } && IsAtHand(node) && node.IsPixel && !node.Axes.Has(Axes.Class)
            && text.Operands(node).Any(operand => operand.Axes == Axes.All));
        var costly = new HashSet<Node>(Outermost(gradient, node => IsStatistic(node) || IsCostly(node)));
        bool IsKept(Node node) => IsStatistic(node) || costly.Contains(node);
        return [.. Outermost(value, IsKept).Union(Outermost(gradient, IsKept)).OrderBy(node => node.Id)];
    }

    private void Method(string signature, List<Node> kept, Node result) => Method(signature, kept, [result], isNumber: true);

    // A result alone, or an array of them. The last method may take what was kept for its own.
    private void Method(string signature, List<Node> kept, List<Node> results, bool isNumber = false, bool mayTake = false)
    {
        results = LogarithmOfSoftmax.Rewrite(graph.Builder, results, kept);
        Node? only = isNumber ? results[0] : null;
        var names = new OperationNames(graph);
        var text = new OperationText(names, graph);
        List<Node> Reads(Node node) => kept.Contains(node) ? [] : [.. text.Operands(node)];
        text.Expect(Reachable.From(results, reads: node => kept.Contains(node) ? ImmutableArray<Node>.Empty : node.Inputs));
        List<Node> nodes = WritersLast(Reachable.From(results, reads: node => [.. Reads(node)]), results, Reads);
        var uses = nodes.SelectMany(Reads).Concat(results).GroupBy(node => node).ToDictionary(group => group.Key, group => group.Count());

        // What is read without a view of it may be written to where it is read last: not what another method computed or is to have.
        ILookup<Node, Node> readers = nodes.SelectMany(reader => Reads(reader).Select(read => (reader, read))).ToLookup(pair => pair.read,
            pair => pair.reader);
        bool IsWritable(Node node) => OperationText.MakesOwn(node) && !results.Contains(node) && readers[node].All(text.TakesNoView);

        // What a label is put into stays without a name, so that its memory can be written to.
        List<Node> made = nodes.FindAll(node => !kept.Contains(node));
        IEnumerable<Node> written = made.Where(OperationText.IsWithLabel).Select(node => node[2])
            .Concat(made.Select(OperationText.AddedAtLabel).OfType<(Node Others, Node Added)>().Select(pair => pair.Others));
        var taken = new HashSet<Node>(written.Where(node => uses[node] == 1));
        var statements = new List<Statement>();
        foreach (Node node in nodes)
        {
            if (kept.IndexOf(node) is var place and >= 0)
            {
                string meaning = Meaning(node, names), own = names.Add(node, isNumber: false);
                text.IsGiven(node);
                if (mayTake && node.Axes == Axes.All && IsWritable(node))
                    text.MayWrite(node, uses[node]);
                statements.Add(new(node, own, $"{own} = {meaning}", $"statistics[{place}]", []) { IsGiven = true });
                continue;
            }

            if (ReferenceEquals(node, only) || !IsWorthAName(node) || taken.Contains(node))
                continue;
            text.Begin();
            string code = text.Text(node);
            bool isShared = uses[node] > 1;
            if (!isShared && code.Length <= LongText && !(node.Op == Op.Sum && node.Attribute.Has(Axes.Pixel)))
            {
                text.Undo();
                continue;
            }

            string description = Meaning(node, names);
            string name = names.Add(node, text.IsNumber(node));
            if (IsWritable(node))
                text.MayWrite(node, uses[node]);
            statements.Add(new(node, name, node.Inputs.IsEmpty ? "" : $"{name} = {description}", code, [.. text.Mentioned])
            {
                Written =
                text.End()
            });
        }

        text.Begin();
        string last = string.Join(", ", results.Select(text.Tensor)), result = only is null ? $"new {Tensor}[] {{ {last} }}" : last;
        statements.Add(new(results[0], "", only is null ? "" : Meaning(only, names), result, [.. text.Mentioned]) { Written = text.End() });
        Write(signature, statements, text);
    }

    // What can be written over another value comes behind all else that reads that one.
    private static List<Node> WritersLast(List<Node> nodes, List<Node> results, Func<Node, List<Node>> reads)
    {
        foreach (Node writer in nodes.FindAll(OperationText.IsWithLabel))
        {
            Node place = writer[2];
            if (!reads(writer).Contains(place) || results.Contains(place))
                continue;
            List<Node> readers = nodes.FindAll(node => reads(node).Contains(place));
            var behind = new HashSet<Node> { writer };
            foreach (Node node in nodes.Where(node => reads(node).Exists(behind.Contains)))
                behind.Add(node);
            if (readers.Count > 1 && readers.Count(behind.Contains) == 1)
                nodes = [.. nodes.Where(node => !behind.Contains(node)), .. nodes.Where(behind.Contains)];
        }

        return nodes;
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

            if (statement.IsGiven && statements.Exists(other => other.Written.Contains(statement.Node)))
                statement = statement with { Code = $"input.Take({statement.Code})" };
            bool isPlain = statement.IsGiven || text.IsNumber(statement.Node) || statement.Node.Op is Op.Logit or Op.Target;
            writer.Line($"var {statement.Name} = {(isPlain ? statement.Code : $"input.Keep({statement.Code})")};");
            IEnumerable<string> finished = statements
                .Where(s => !s.IsGiven && !statement.Written.Contains(s.Node)
                && s.Node is { IsPixel: true, Op: not (Op.Logit or Op.Target) } && s.Name.Length > 0
                && lastUse.TryGetValue(s.Node, out int use) && use == i)
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
            : inner.Op == Op.PerClass && graph.Tables[inner.Index] is { IsConstant: false } table ? model.ClassParameters[table.Parameter]
            .ToString()
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

        // The nodes whose memory is the result's now.
        public HashSet<Node> Written { get; init; } = [];
    }
}
