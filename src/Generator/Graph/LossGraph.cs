using System.Collections.Immutable;
using LossGen.Generator.Analyze;
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
/// <param name="Components">What can be told of a call besides its value; empty where that is nothing.</param>
/// <param name="Tables">What has one number a class: constants and run-time parameters.</param>
/// <param name="ParameterCount">The run-time parameters that are single numbers. Those with one a class come behind them.</param>
/// <param name="InputCount">What a call takes besides logits and target.</param>
internal sealed record LossGraph(
    GraphBuilder Builder,
    bool IndexTarget,
    Node Value,
    Node Gradient,
    ImmutableArray<(string Name, Node Value)> Terms,
    ImmutableArray<Component> Components,
    ImmutableArray<ClassNumbers> Tables,
    int ParameterCount,
    int InputCount)
{
    /// <summary>A builder that knows what the options of a loss say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="tables">What of the loss has one number a class, known before a node reads it.</param>
    /// <param name="cancellation">Stops the work on the graph.</param>
    /// <param name="hasSoftmax">The loss or a term of it has a softmax; as the loss says where that is not given.</param>
    public static GraphBuilder BuilderFor(LossOptions options, IReadOnlyList<ClassNumbers> tables, CancellationToken cancellation = default, bool? hasSoftmax = null)
    {
        // A target may be anything: terms of one loss have activations of their own.
        var ranges = new Ranges(tables, Activation.None);
        return new(options.Classes)
        {
            Cancellation = cancellation,
            MasksClasses = hasSoftmax ?? options.Activation == Activation.Softmax,
            HasInvalidPixels = options.IgnoreIndex is not null,
            MayHaveSingleClass = options.Classes <= 1 && options.Activation != Activation.Softmax,
            Bounds = node => ranges.Of(node) is { } range ? (range.Low, range.High) : null,
        };
    }

    /// <summary>Composes the terms, reduces them and differentiates the sum.</summary>
    public static LossGraph Build(LossModel model, bool indexTarget, CancellationToken cancellation = default)
    {
        LossOptions options = model.Options;
        bool hasSoftmax = model.Terms.Any(term => (term.Activation ?? options.Activation) == Activation.Softmax);
        var tables = new List<ClassNumbers>();
        GraphBuilder graph = BuilderFor(options, tables, cancellation, hasSoftmax);
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
            Node weight = term.WeightParameter is { } parameter ? graph.Parameter(parameter) : graph.Constant(term.Weight), value = Weighted(graph, weight, scope.Reduce(formula));
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
            components.Add(new(IfAnyValid(terms[k].Item2), ofClass is null ? null : IfAnyValid(Weighted(graph, weight, ofClass)), formula.IsPixel));
        }

        return new(graph, indexTarget, total, gradient, terms.ToImmutable(), components.ToImmutable(), tables.ToImmutableArray(), model.Parameters.Count, model.Inputs.Count);
    }

    // A term that counts nothing is as if it was not there, even where it is infinite; of a constant the algebra knows.
    private static Node Weighted(GraphBuilder graph, Node weight, Node value) =>
        weight.IsConstant ? graph.Multiply(weight, value) : graph.Mask(graph.Not(graph.Equal(weight, graph.Zero)), graph.Multiply(weight, value));

    private static (FormulaScope Scope, FormulaValue Formula) Read(GraphBuilder graph, LossModel model, int index, bool indexTarget, List<ClassNumbers> tables)
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

/// <summary>A term's part in a call.</summary>
/// <param name="Value">Its contribution to the value.</param>
/// <param name="ClassValue">The value of each class, whose mean or sum over the classes the contribution is; null for a term that has none.</param>
/// <param name="IsPixel">The term leaves pixels standing: with one kind of target it may have values of classes, with the other not.</param>
internal sealed record Component(Node Value, Node? ClassValue, bool IsPixel)
{
    /// <summary>The nodes of several in the order in which a call hands them out: the values, then those of the classes.</summary>
    public static IEnumerable<(Node Node, bool HasClasses)> InOrder(IEnumerable<Component> components) =>
        components.Select(component => (component.Value, false)).Concat(components.Where(component => component.ClassValue is not null).Select(component => (component.ClassValue!, true)));

    /// <summary>There is something to tell beside the value of the loss.</summary>
    public static bool AreWorthwhile(IReadOnlyCollection<Component> components) => components.Count > 1 || components.Any(component => component.ClassValue is not null);
}
