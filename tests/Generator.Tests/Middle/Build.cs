using System.Collections.Immutable;
using System.Reflection;
using LossGen.Compiler.Build;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Builds graphs and plans from formula text, without Roslyn.</summary>
internal static class Build
{
    public static LossOptions Options { get; } = new(
        Compiler.Model.Activation.Softmax, 0, null, false, false, Compiler.Model.Reduction.Mean, Compiler.Model.TargetKind.Any,
            Compiler.Model.ClassAxis.Second, false, Compiler.Model.Resize.None);

    public static FormulaScope Scope(GraphBuilder graph, LossOptions? options = null, bool indexTarget = true) =>
        new(graph, options ?? Options, indexTarget, new(true, []), (options ?? Options).Activation);

    /// <summary>A term with the formula <c>(return ...)</c>.</summary>
    public static TermModel Term(string formula, double weight = 1) =>
        new("Term", formula.StartsWith("lossgen", StringComparison.Ordinal) ? formula : $"lossgen/1 {formula}", weight, true, [], [],
            "Formula");

    /// <summary>A term of the catalogue with the defaults of its options.</summary>
    public static TermModel Catalogue<TAttribute>(double weight = 1)
        where TAttribute : LossTermAttribute
    {
        string text = typeof(TAttribute).GetCustomAttribute<CompiledFormulaAttribute>()!.Text;
        return Term(text, weight) with { Name = typeof(TAttribute).Name };
    }

    public static LossGraph Graph(LossOptions options, bool indexTarget, params TermModel[] terms) =>
        GraphComposer.Compose(new("", [], "Loss", "public", "Loss", options, terms.ToEquatableArray(), [], [], [], false, false, false),
            indexTarget);

    public static LossPlan Plan(LossOptions options, bool indexTarget, params TermModel[] terms) =>
        Planner.Plan(Graph(options, indexTarget, terms));

    /// <summary>The nodes that a pass computes for every pixel.</summary>
    public static IReadOnlyList<Node> PixelNodes(this PassPlan pass) => Planner.PixelNodes(pass.Outputs);

    /// <summary>All nodes below some, each once.</summary>
    public static IReadOnlyCollection<Node> Reachable(params Node[] roots)
    {
        var found = new HashSet<Node>();
        var pending = new Stack<Node>(roots);
        while (pending.Count > 0)
        {
            Node node = pending.Pop();
            if (!found.Add(node))
                continue;
            foreach (Node input in node.Inputs)
                pending.Push(input);
        }

        return found;
    }
}
