using System.Globalization;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Prints what the generated code computes, in words and mathematics, at the head of the file.</summary>
internal static class HeaderEmitter
{
    /// <summary>What was declared.</summary>
    public static void Declaration(CodeWriter writer, LossModel model)
    {
        LossOptions o = model.Options;
        string terms = string.Join(" + ", model.Terms.Select(term => Factor(model, term) + term.Name));
        writer.Comment($"{model.Name} = {terms}");
        writer.Line("//");
        if (o.Pairs != Pairs.None)
        {
            writer.Comment($"  pairs       of {PairText(o)}");
            writer.Comment(o.ComparesColumns
                ? "              as pixels and classes; y is 1 where they are the same column, else 0"
                : $"              as pixels and classes; y is 1 where their labels are the same, else 0; a row is no pair with itself{(o.IgnoredRowLabel is { } label ? $", and rows labelled {Literal.Of(label)} are in none" : "")}");
        }

        writer.Comment($"  logits      x over N images, C classes, S pixels{(o.Classes > 0 ? $"; C = {o.Classes}" : "")}; {o.Activation.Row().Text}");
        writer.Comment($"  sums        over the pixels of {(o.PerImage ? "each image" : "the whole batch")}");
        writer.Comment($"  reduction   {Reduction(o.Reduction)}");
        if (o.IgnoreIndex is { } ignore && o.Pairs == Pairs.None)
            writer.Comment($"  ignored     {Ignored(ignore, o.OtherIgnoreIndices)}, gradient 0; where nothing is valid the loss is 0{(o.CountIgnored ? "; counted in the final mean" : "")}");
        for (int k = 0; k < model.Inputs.Count; k++)
        {
            string weighed = string.Join(", ", model.Terms.Where(term => term.WeightMaps.Contains(k))
                .Select(term => term.Name + (term.NormalizeWeightMaps ? " (normalized)" : "")));
            writer.Comment($"  input       {model.Inputs[k].Name} over {(model.Inputs[k].IsElement ? "N, C, S" : "N, S")}{(weighed.Length > 0 ? "; weights of " + weighed : "")}");
        }

        if (o.Resize != Resize.None)
            writer.Comment($"  resize      logits to the target's size, linear along each axis, corners {(o.Resize == Resize.LinearUnaligned ? "not " : "")}aligned");
        if (model.Parameters.Count + model.ClassParameters.Count > 0)
            writer.Comment($"  run time    {string.Join(", ", model.Parameters.Select(parameter => parameter.Name).Concat(model.ClassParameters.Where(parameter => parameter.Column <= 0).Select(parameter => parameter.Property + (parameter.Column < 0 ? "[c]" : "[c, d]"))))}");
    }

    private static string PairText(LossOptions options) => options.Pairs switch
    {
        Pairs.Cosine => "the rows of embeddings (N, D), by their cosine,",
        Pairs.Dot => "the rows of embeddings (N, D), by their dot product,",
        Pairs.Correlation => "the columns of two views (N, D), those of the first with those of the second, by their correlation,",
        _ => "the columns of each of two views (N, D), which are two images, by their covariance,",
    };

    /// <summary>What the kernel for one kind of target computes. Gives the names that its code uses too.</summary>
    public static NodeNames Kernel(CodeWriter writer, LossModel model, LossPlan plan)
    {
        var names = new NodeNames(plan);
        LossGraph graph = plan.Graph;
        writer.Line("//");
        writer.Comment(graph.IndexTarget ? "Class indices (IndexKernel): [label = c] is 1 at the class of the label."
            : "Dense targets (DenseKernel): y is the target.");

        List<Node> sources = [.. graph.Terms.Select(term => term.Value), graph.Value, graph.Gradient];
        foreach (Node sum in Statistics(sources).Where(sum => plan.Lowered.ContainsKey(sum)))
            writer.Comment($"  {(sum.Op == Op.RunningSum ? "sorted" : "statistic"),-12}{Name(sum)} = {Text(sum, isRoot: true)}");
        foreach ((string name, Node value) in graph.Terms)
            writer.Comment($"  {"value",-12}{name}: {Text(value)}");

        string gradient = Text(graph.Gradient, coefficients: true);
        writer.Comment($"  gradient    dx[c] = {gradient}");
        foreach (Node node in Coefficients(graph.Gradient))
            writer.Comment($"  {"",-12}{Name(node)} = {Text(node, isRoot: true)}");
        foreach (PassPlan pass in plan.AllPasses)
            writer.Comment($"  pass {pass.Id,-6} {pass.Title}: {Cost(plan, pass)}");
        return names;

        string Name(Node node)
        {
            Node own = plan.Lowered.TryGetValue(node, out Node? lowered) ? lowered : node;
            return names.Of(own) + (node.Axes.Has(Axes.Class) ? "[c]" : "") + (node.Axes.Has(Axes.Batch) ? "[n]" : "");
        }

        string Text(Node node, bool isRoot = false, bool coefficients = false) => NodeText.Describe(node, n => n.Op == Op.Parameter
            ? model.Parameters[n.Index].Name
            : n.Op == Op.PerClass && graph.Tables[n.Index] is { IsConstant: false } table ? model.ClassParameters[table.Parameter]
            .ToString()
            : n.Op == Op.Input ? model.Inputs[n.Index].Name
            : (IsStatistic(n) && plan.Lowered.ContainsKey(n)) || (coefficients && IsCoefficient(n)) ? Name(n) : null, isRoot);
    }

    private static bool IsStatistic(Node node) => node.Op is Op.Sum or Op.PixelMaximum or Op.RunningSum && node.Attribute.Has(Axes.Pixel);

    // What the gradient multiplies pixels by: computed once, not for each pixel.
    private static bool IsCoefficient(Node node) => !node.IsPixel && !TileSchedule.IsLeaf(node) && node.Op != Op.Constant
        && !node.Operation().IsCondition;

    private static IEnumerable<Node> Statistics(IEnumerable<Node> sources) => Find(sources, IsStatistic, _ => true);

    private static IEnumerable<Node> Coefficients(Node gradient) =>
        Find([gradient], IsCoefficient, node => node.IsPixel || node.Operation().IsCondition);

    private static IEnumerable<Node> Find(IEnumerable<Node> sources, Func<Node, bool> wanted, Func<Node, bool> enter)
    {
        var seen = new HashSet<Node>();
        var found = new SortedDictionary<int, Node>();
        void Visit(Node node)
        {
            if (!seen.Add(node))
                return;
            if (wanted(node))
                found[node.Id] = node;
            if (enter(node))
            {
                foreach (Node input in node.Inputs)
                    Visit(input);
            }
        }

        foreach (Node source in sources)
            Visit(source);
        return found.Values;
    }

    private static string Factor(LossModel model, TermModel term) =>
        term.WeightParameter is { } parameter ? model.Parameters[parameter].Name.TrimStart('@') + " * " : term.Weight == 1 ? ""
            : NodeText.Number(term.Weight) + " * ";

    private static string Ignored(int first, EquatableArray<int> others) => others.Count == 0
        ? $"label {Literal.Of(first)}: adds nothing"
        : $"labels {string.Join(", ", others.Prepend(first).Select(label => label.ToString(CultureInfo.InvariantCulture)))}: add nothing";

    private static string Reduction(Reduction reduction) => reduction switch
    {
        Model.Reduction.Mean => "mean over what the terms leave standing",
        Model.Reduction.Sum => "sum over what the terms leave standing",
        _ => "none",
    };

    // Bytes in float with 8-byte labels; operations that are not additions or products.
    private static string Cost(LossPlan plan, PassPlan pass)
    {
        List<Node> nodes = Planner.PixelNodes(pass.Outputs);
        var read = new List<string>();
        Node[] images = [.. pass.Neighbours.Select(neighbour => neighbour[0])];
        if (nodes.Concat(images).Any(node => node.Op == Op.Logit))
            read.Add("4*C");
        if (nodes.Any(node => node.Op == Op.Target))
            read.Add("4*C");
        if (nodes.Any(node => node.Op is Op.OneHot or Op.Labelled) || (plan.Graph.IndexTarget && nodes.Any(node => node.Op == Op.Valid)))
            read.Add("8");
        read.AddRange(nodes.Concat(images).Where(node => node.Op == Op.Input || node.IsStep).Distinct()
            .Select(node => node.Axes.Has(Axes.Class) ? "4*C" : "4"));
        var parts = new List<string> { $"reads {(read.Count > 0 ? string.Join(" + ", read) : "0")} bytes a pixel{(plan.Graph.IndexTarget ? " (float, int64 labels)" : " (float)")}" };
        if (pass.Gradient is not null || pass.Elements is not null)
            parts.Add("writes 4*C");
        List<Node> sums = [.. pass.Summands.Select(summand => summand.Sum)];
        if (sums.Count > 0)
            parts.Add($"adds up {Count(sums.Count(pass.ClassSums.Contains), sums.Count(pass.PixelSums.Contains))} sums");
        if (!pass.Maps.IsEmpty)
            parts.Add($"stores {Count(pass.Maps.Count(map => map.Axes.Has(Axes.Class)), pass.Maps.Count(map => !map.Axes.Has(Axes.Class)))} maps" + (pass.Steps.IsEmpty ? "" : $", for {pass.Steps.Length} steps over the images"));
        else if (!pass.Steps.IsEmpty)
            parts.Add($"{pass.Steps.Length} steps over the images follow");
        if (!pass.RunningSums.IsEmpty)
        {
            List<Node> keys = [.. pass.SortedTogether.Select(sums => sums.Key)];
            parts.Add($"sorts {Count(keys.Count(sum => sum.Axes.Has(Axes.Class)), keys.Count(sum => !sum.Axes.Has(Axes.Class)))} keys a pixel");
        }


        string operations = string.Join(", ", nodes.Where(node => node.Operation().IsExpensive).GroupBy(node => NodeText.Word(node.Op))
            .Select(group =>
        {
            int perClass = group.Count(node => node.Axes.Has(Axes.Class)), perPixel = group.Count() - perClass;
            return $"{group.Key} {Count(perClass, perPixel)}";
        }));
        if (operations.Length > 0)
            parts.Add(operations + " a pixel");
        return string.Join("; ", parts);
    }

    private static string Count(int perClass, int others) => (perClass, others) switch
    {
        (0, _) => Literal.Of(others),
        (_, 0) => $"{perClass}*C",
        _ => $"{perClass}*C + {others}",
    };
}
