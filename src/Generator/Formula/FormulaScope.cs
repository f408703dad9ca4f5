using System.Collections.Immutable;
using LossGen.Generator.Graph;
using LossGen.Generator.Model;

namespace LossGen.Generator.Formula;

/// <summary>What the words of a formula mean in one term of one loss: its activation, target, classes and axes.</summary>
internal sealed class FormulaScope
{
    private readonly LossOptions options;
    private readonly Activation activation;

    public FormulaScope(GraphBuilder graph, LossOptions options, bool indexTarget, ClassSelection classes, Activation activation)
    {
        Graph = graph;
        this.activation = activation;
        this.options = options;
        IndexTarget = indexTarget;
        Classes = graph.ClassSet(classes);
        Valid = options.IgnoreIndex is null ? graph.True : graph.Valid(indexTarget ? Axes.Batch | Axes.Pixel : Axes.All);
    }

    public GraphBuilder Graph { get; }

    public bool IndexTarget { get; }

    /// <summary>Condition: the class is one of the term's.</summary>
    public Node Classes { get; }

    /// <summary>Condition: the point takes part.</summary>
    public Node Valid { get; }

    public Axes PixelAxes => options.PerImage ? Axes.Pixel : Axes.Batch | Axes.Pixel;

    public Node ClassCount => Graph.Sum(Graph.Mask(Classes, Graph.One), Axes.Class);

    public Node Target => IndexTarget ? Graph.Mask(Graph.OneHot, Graph.One) : Graph.Mask(Valid, Graph.Target);

    public Node Probability => activation switch
    {
        Activation.Softmax => Graph.Softmax(Graph.Logit),
        Activation.Sigmoid => Graph.Sigmoid(Graph.Logit),
        Activation.Exp => Graph.Exp(Graph.Logit),
        _ => Graph.Logit,
    };

    public Node LogProbability => Graph.Log(Probability);

    public Node Complement => activation switch
    {
        Activation.Softmax => Graph.SoftmaxComplement(Graph.Logit),
        Activation.Exp => Graph.Negate(Graph.Expm1(Graph.Logit)),
        _ => Graph.Subtract(Graph.One, Probability),
    };

    /// <summary>The loss's options that a formula takes by their names.</summary>
    public double? Option(string name) => name switch
    {
        "reduction" => (double)options.Reduction,
        "activation" => (double)activation,
        "perImage" => options.PerImage ? 1 : 0,
        "indexTarget" => IndexTarget ? 1 : 0,
        _ => null,
    };

    public Node SumOverClasses(Node value) => Graph.Sum(Graph.Mask(ClassesOf(value), value), Axes.Class);

    public Node MeanOverClasses(Node value)
    {
        if (!value.Axes.Has(Axes.Class))
            return value;
        Node count = Graph.Sum(Graph.Mask(ClassesOf(value), Graph.One), Axes.Class);
        return count.IsPixel ? DivideOr(SumOverClasses(value), count, Graph.Zero) : Graph.Divide(SumOverClasses(value), count);
    }

    public Node MaxOverClasses(Node value) =>
        Graph.ClassMaximum(Graph.Where(ClassesOf(value), value, Graph.Constant(double.NegativeInfinity)));

    // Inside a pixel an ignored element of a dense target is left out like a class that is not the term's.
    private Node ClassesOf(Node value) =>
        value.IsPixel && Valid.Axes.Has(Axes.Class) ? Graph.And(Classes, Valid) : Classes;

    public Node SumOverPixels(Node value, Axes axes) => Graph.Sum(Graph.Mask(ValidFor(value), value), axes);

    /// <summary>
    /// Condition: the point of a value takes part. Where single elements of a dense target can be ignored, a value without a class
    /// axis takes part at the pixels of which any element does.
    /// </summary>
    public Node ValidFor(Node value) => Valid.Axes.Has(Axes.Class) && value.IsPixel && !value.Axes.Has(Axes.Class)
        ? Graph.Less(Graph.Zero, Graph.Sum(Graph.Mask(Valid, Graph.One), Axes.Class))
        : Valid;

    public Node MeanOverPixels(Node value, Axes axes)
    {
        if (!value.IsPixel)
            return Graph.Mean(value, axes);
        Node valid = ValidFor(value);
        return DivideOr(Graph.Sum(Graph.Mask(valid, value), axes), Graph.Sum(Graph.Mask(valid, Graph.One), axes), Graph.Zero);
    }

    /// <summary>a / b, and another value where b is 0.</summary>
    public Node DivideOr(Node a, Node b, Node ifZero) => Graph.Where(Graph.Equal(b, Graph.Zero), ifZero, Graph.Divide(a, b));

    /// <summary>The mean or sum of a term over what it leaves standing; unreduced, what does not take part is 0.</summary>
    public Node Reduce(Node term)
    {
        Node taken = term.Axes.Has(Axes.Class) ? Graph.Mask(Classes, term) : term;
        Node one = term.Axes.Has(Axes.Class) ? Graph.Mask(Classes, Graph.One) : Graph.One;
        if (term.IsPixel)
        {
            Node valid = ValidFor(term);
            taken = Graph.Mask(valid, taken);
            one = options.CountIgnored ? one : Graph.Mask(valid, one);
        }

        switch (options.Reduction)
        {
            case Reduction.None:
                return taken;
            case Reduction.Sum:
                return Graph.Sum(taken, taken.Axes);
            default:
                Node count = Graph.Sum(one, taken.Axes);
                Node sum = Graph.Sum(taken, taken.Axes);
                return term.IsPixel && options.IgnoreIndex is not null && !options.CountIgnored ? DivideOr(sum, count, Graph.Zero) : Graph.Divide(sum, count);
        }
    }
}
