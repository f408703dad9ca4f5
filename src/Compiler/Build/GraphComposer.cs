using System.Collections.Immutable;
using LossGen.Compiler.Differentiate;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Build;

/// <summary>Makes one graph of a loss: its terms composed, reduced, and differentiated.</summary>
internal static class GraphComposer
{
    /// <summary>Composes the terms, reduces them and differentiates the sum.</summary>
    public static LossGraph Compose(LossModel model, bool indexTarget, CancellationToken cancellation = default)
    {
        LossOptions options = model.Options;
        bool hasSoftmax = model.Terms.Any(term => (term.Activation ?? options.Activation) == Activation.Softmax);
        var tables = new List<ClassNumbers>();
        GraphBuilder graph = LossBuilder.For(options, tables, cancellation, hasSoftmax || options.Activation == Activation.Softmax);
        var terms = ImmutableArray.CreateBuilder<(string, Node)>();
        var scopes = new List<(FormulaScope Scope, FormulaValue Formula, Node Weight)>();
        Node total = graph.Zero;
        Node valid = graph.True;
        for (int k = 0; k < model.Terms.Count; k++)
        {
            TermModel term = model.Terms[k];
            (FormulaScope scope, FormulaValue formula) = Read(graph, model, k, indexTarget, tables);
            if (term.Activation == Activation.Softmax && options.Activation != Activation.Softmax)
                graph.RequireClass(1); // over one class it is always 1; where the loss itself has a softmax the call says so
            Node weight = term.WeightParameter is { } parameter ? graph.Parameter(parameter) : graph.Constant(term.Weight),
                value = Weighted(graph, weight, scope.Reduce(formula));
            scopes.Add((scope, formula, weight));
            terms.Add((term.Name, value));
            total = graph.Add(total, value);
            valid = scope.Valid;
        }

        if (graph.LeastClasses > 0 && options.Classes > graph.LeastClasses && model.Terms.All(term => term.TakesChannelsByNumber))
            throw new FormulaTextException($"with Classes = {options.Classes} its terms would leave channels out: they ask for {graph.LeastClasses} by their numbers, and there may be no others; write Classes = {graph.LeastClasses}, or an option of the term that asks for more");

        // Where nothing at all is valid the loss is 0.
        Node anyValid = valid.IsConstant ? valid : graph.Less(graph.Zero, graph.Sum(graph.Mask(valid, graph.One), valid.Axes));
        Node IfAnyValid(Node value) => valid.IsConstant ? value : graph.Where(anyValid, value, graph.Zero);
        total = IfAnyValid(total);

        // The shape of what is not reduced is a matter of the formulas, also where the algebra finds that an axis does not vary.
        if (options.Reduction == Reduction.None)
            total = graph.Spread(total, scopes.Aggregate(Axes.None, (axes, term) => axes | term.Formula.Axes));

        // A logit whose own target element is ignored still has a share in the softmax of its pixel's other classes.
        if (hasSoftmax && valid.Axes.Has(Axes.Class))
            valid = graph.Less(graph.Zero, graph.Sum(graph.Mask(valid, graph.One), Axes.Class));
        Node gradient = graph.Mask(valid, Differentiator.Gradient(graph, total, graph.Upstream(total.Axes)));

        // Made last, so that the code of value and gradient does not depend on them.
        bool isReduced = options.Reduction != Reduction.None;
        var components = ImmutableArray.CreateBuilder<Component>();
        for (int k = 0; k < terms.Count && isReduced; k++)
        {
            (FormulaScope scope, FormulaValue formula, Node weight) = scopes[k];
            Node? ofClass = scope.ReduceClass(formula);
            components.Add(new(IfAnyValid(terms[k].Item2), ofClass is null ? null : IfAnyValid(Weighted(graph, weight, ofClass)),
                formula.IsPixel));
        }

        return new(graph, indexTarget, total, gradient, terms.ToImmutable(), components.ToImmutable(), tables.ToImmutableArray(),
            model.Parameters.Count, model.Inputs.Count)
        {
            ComparesPairs = options.Pairs != Pairs.None,
        };
    }

    // A term that counts nothing is as if it was not there, even where it is infinite; of a constant the algebra knows.
    private static Node Weighted(GraphBuilder graph, Node weight, Node value) =>
        weight.IsConstant ? graph.Multiply(weight, value) : graph.Mask(graph.Not(graph.Equal(weight, graph.Zero)),
            graph.Multiply(weight, value));

    private static (FormulaScope Scope, FormulaValue Formula) Read(GraphBuilder graph, LossModel model, int index, bool indexTarget,
        List<ClassNumbers> tables)
    {
        try
        {
            FormulaScope scope = FormulaScope.Of(graph, model, model.Terms[index], indexTarget);
            return (scope, FormulaReader.Read(model.Terms[index], scope, tables).Value);
        }
        catch (FormulaTextException error)
        {
            throw new FormulaTextException(error.Message, error.Expression, index);
        }
    }
}
