using System.Collections.Immutable;
using LossGen.Generator.Differentiate;
using LossGen.Generator.Formula;
using LossGen.Generator.Model;

namespace LossGen.Generator.Graph;

/// <summary>A loss as one expression with its gradient, for one kind of target.</summary>
/// <param name="Builder">Where the nodes live.</param>
/// <param name="IndexTarget">Class indices, or a dense target.</param>
/// <param name="Value">The value: a number, or unreduced over <see cref="Node.Axes"/>.</param>
/// <param name="Gradient">The gradient at each logit, with <see cref="Op.Upstream"/> as the gradient that arrives.</param>
/// <param name="Terms">Each term's contribution to the value.</param>
/// <param name="Tables">The per-class constants.</param>
/// <param name="InputCount">What a call takes besides logits and target.</param>
internal sealed record LossGraph(
    GraphBuilder Builder,
    bool IndexTarget,
    Node Value,
    Node Gradient,
    ImmutableArray<(string Name, Node Value)> Terms,
    ImmutableArray<ImmutableArray<double>> Tables,
    int InputCount)
{
    /// <summary>Composes the terms, reduces them and differentiates the sum.</summary>
    public static LossGraph Build(LossModel model, bool indexTarget)
    {
        LossOptions options = model.Options;
        var graph = new GraphBuilder(options.Classes)
        {
            HasInvalidPixels = options.IgnoreIndex is not null,
            MayHaveSingleClass = options.Classes <= 1 && options.Activation != Activation.Softmax,
        };
        var tables = new List<ImmutableArray<double>>();
        var terms = ImmutableArray.CreateBuilder<(string, Node)>();
        Node total = graph.Zero;
        Node valid = graph.True;
        foreach (TermModel term in model.Terms)
        {
            var classes = new ClassSelection(term.IncludeBackground, term.OnlyClasses.AsImmutableArray());
            var scope = new FormulaScope(graph, options, indexTarget, classes, term.Activation ?? options.Activation);
            Node value = graph.Multiply(graph.Constant(term.Weight), scope.Reduce(FormulaReader.Read(term, scope, tables)));
            terms.Add((term.Name, value));
            total = graph.Add(total, value);
            valid = scope.Valid;
        }

        // Where nothing at all is valid the loss is 0.
        if (!valid.IsConstant)
            total = graph.Where(graph.Less(graph.Zero, graph.Sum(graph.Mask(valid, graph.One), valid.Axes)), total, graph.Zero);

        // A logit whose own target element is ignored still has a share in the softmax of its pixel's other classes.
        bool hasSoftmax = model.Terms.Any(term => (term.Activation ?? options.Activation) == Activation.Softmax);
        if (hasSoftmax && valid.Axes.Has(Axes.Class))
            valid = graph.Less(graph.Zero, graph.Sum(graph.Mask(valid, graph.One), Axes.Class));
        Node gradient = graph.Mask(valid, Differentiator.Gradient(graph, total, graph.Upstream(total.Axes)));
        return new(graph, indexTarget, total, gradient, terms.ToImmutable(), tables.ToImmutableArray(), model.Inputs.Count);
    }
}
