using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>What the words of a formula mean in one term of one loss: its activation, target, classes and axes.</summary>
internal sealed partial class FormulaScope
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

    /// <summary>The scope of a term of a loss, with its maps of weights.</summary>
    public static FormulaScope Of(GraphBuilder graph, LossModel model, TermModel term, bool indexTarget)
    {
        var classes = new ClassSelection(term.IncludeBackground, term.OnlyClasses.AsImmutableArray());
        Activation activation = term.Activation ?? model.Options.Activation;
        return new(graph, model.Options, indexTarget, classes, activation) { Weights = WeightMaps.Of(graph, model, term, indexTarget) };
    }

    public GraphBuilder Graph { get; }

    /// <summary>The weights of the term's pixels or elements, or null.</summary>
    public WeightMaps? Weights { get; private init; }

    public bool IndexTarget { get; }

    /// <summary>Pixels and classes are the rows or columns of embeddings.</summary>
    public bool ComparesPairs => options.Pairs != Pairs.None;

    /// <summary>Condition: the class is one of the term's.</summary>
    public Node Classes { get; }

    /// <summary>Condition: the point takes part.</summary>
    public Node Valid { get; }

    public Axes PixelAxes => options.PerImage ? Axes.Pixel : Axes.Batch | Axes.Pixel;

    public Node ClassCount => Graph.Sum(Graph.Mask(Classes, Graph.One), Axes.Class);

    /// <summary>All pixels of the batch, ignored ones as well.</summary>
    public Node PixelCount => Graph.Sum(Graph.One, Axes.Batch | Axes.Pixel);

    public Node Target => IndexTarget ? Graph.Mask(Graph.OneHot, Graph.One) : Graph.Mask(Valid, Graph.Target);

    public Node Probability => activation.Row().Probability(Graph);

    public Node LogProbability => Graph.Log(Probability);

    public Node Complement => activation.Row().Complement?.Invoke(Graph) ?? Graph.Subtract(Graph.One, Probability);

    /// <summary>The loss's options that a formula takes by their names.</summary>
    public double? Option(string name) => name switch
    {
        "reduction" => (double)options.Reduction,
        "activation" => (double)activation,
        "perImage" => options.PerImage ? 1 : 0,
        "indexTarget" => IndexTarget ? 1 : 0,
        "dimensions" => options.Dimensions,
        _ => null,
    };

    public FormulaValue SumOverClasses(FormulaValue value) =>
        new(Graph.Sum(Graph.Mask(ClassesOf(value), HasValidByClass(value) ? Counted(value) : value.Node), Axes.Class),
            value.Axes.Without(Axes.Class));

    public FormulaValue MeanOverClasses(FormulaValue value)
    {
        if (!value.HasClass)
            return value;
        Node sum = SumOverClasses(value).Node, count = Graph.Sum(Graph.Mask(ClassesOf(value), Graph.One), Axes.Class);
        return new(count.IsPixel ? DivideOr(sum, count, Graph.Zero) : Graph.Divide(sum, count), value.Axes.Without(Axes.Class));
    }

    public FormulaValue MaxOverClasses(FormulaValue value) => value.HasClass ? new(Graph.ClassMaximum(AmongClasses(value)),
        value.Axes.Without(Axes.Class)) : value;

    public FormulaValue LogSumExpOverClasses(FormulaValue value) => new(Graph.LogSumExp(AmongKnown(value)), value.Axes.Without(Axes.Class));

    public FormulaValue SoftmaxOverClasses(FormulaValue value) => new(Graph.Softmax(AmongKnown(value)), value.Axes | Axes.Class);

    public FormulaValue LogSoftmaxOverClasses(FormulaValue value)
    {
        Node among = AmongKnown(value);
        return new(Graph.Subtract(among, Graph.LogSumExp(among)), value.Axes | Axes.Class);
    }

    public FormulaValue SumOverBatch(FormulaValue value)
    {
        RefusePixels(value, "SumOverBatch");
        Graph.CountsImages |= !value.Axes.Has(Axes.Batch);
        return new(Graph.Sum(Counted(value), Axes.Batch), value.Axes.Without(Axes.Batch));
    }

    public FormulaValue MeanOverBatch(FormulaValue value)
    {
        RefusePixels(value, "MeanOverBatch");
        return value.Axes.Has(Axes.Batch) ? new(Graph.Mean(Counted(value), Axes.Batch), value.Axes.Without(Axes.Batch)) : value;
    }

    // A pixel of one image is not that of another: a pass sees them apart.
    private static void RefusePixels(FormulaValue value, string function)
    {
        if (value.IsPixel)
        {
            throw new FormulaTextException(
                $"'{function}' joins what has been summed over the pixels of each image, and its argument has a number for each pixel; write Total(v) or TotalMean(v) for all pixels of all images, "
                + $"or reduce the pixels first, as in {function}(Mean(v)) with PerImage = true");
        }
    }

    /// <summary>Arithmetic of integers as C# does it: 32 bits that wrap.</summary>
    public Node Integer(Node[] arguments, Func<long, long, long> compute)
    {
        if (!arguments.All(argument => argument.IsConstant))
        {
            throw new FormulaTextException(
                "arithmetic of integers wraps at 32 bits in C#, and a run-time parameter is computed with as a double; make one of the numbers a double, as in n + 1.0");
        }

        return Graph.Constant(unchecked((int)compute((long)arguments[0].Number, (long)arguments[arguments.Length - 1].Number)));
    }

    /// <summary>The value of one class.</summary>
    public FormulaValue Channel(FormulaValue value, Node index) => index is { IsConstant: true, Number: >= 0 and < 1 << 20 }
        && index.Number == Math.Floor(index.Number)
        ? Channel(value, (int)index.Number)
        : throw new FormulaTextException(
        "the second argument of 'Channel' has to be an integer of at least 0 that is known at compile time");

    /// <inheritdoc cref="Channel(FormulaValue, Node)"/>
    public FormulaValue Channel(FormulaValue value, int index)
    {
        if (!value.HasClass)
            return value;
        if (Graph.DeclaredClasses > 0 && index >= Graph.DeclaredClasses)
            throw new FormulaTextException(
                $"'Channel' asks for class {index}; with Classes = {Graph.DeclaredClasses} the last one is {Graph.DeclaredClasses - 1}");
        Graph.RequireClass(index);
        Node taken = Taken(value);
        Node selected = taken.Axes.Has(Axes.Class)
            ? Graph.Sum(Graph.Mask(Graph.ClassSet(new ClassSelection(true, [index])), taken), Axes.Class)
            : taken;
        return new(selected, value.Axes.Without(Axes.Class));
    }

    /// <summary>The value with 0 at single elements that are ignored: what joins the classes of a pixel leaves them out.</summary>
    public Node Taken(FormulaValue value) => value.IsPixel && value.HasClass && Valid.Axes.Has(Axes.Class) ? Graph.Mask(Valid, value.Node)
        : value.Node;

    /// <summary>
    /// For class c the value of class c - by, and another value where there is no such class: of all classes, whichever the term has. Each
    /// class is picked and put in its new place, so that the derivative is the shift the other way.
    /// </summary>
    public FormulaValue ShiftClasses(FormulaValue value, Node by, FormulaValue fill)
    {
        if (by is not { IsConstant: true, Number: > -(1 << 20) and < 1 << 20 } || by.Number != Math.Floor(by.Number))
            throw new FormulaTextException("the second argument of 'ShiftClasses' has to be a whole number that is known at compile time");
        int classes = Graph.DeclaredClasses, steps = (int)by.Number;
        if (classes == 0)
            throw new FormulaTextException("'ShiftClasses' needs the number of classes; state it, as in [Loss(..., Classes = 5)]");
        Axes axes = value.Axes | fill.Axes | Axes.Class;
        if (steps == 0)
            return new(value.Node, axes);

        Node shifted = Graph.Zero;
        var empty = new List<int>();
        for (int c = 0; c < classes; c++)
        {
            if (c - steps >= 0 && c - steps < classes)
                shifted = Graph.Add(shifted, Graph.Mask(Graph.ClassSet(new(true, [c])), Channel(value, c - steps).Node));
            else
                empty.Add(c);
        }

        return new(Graph.Add(shifted, Graph.Mask(Graph.ClassSet(new(true, empty.ToImmutableArray())), fill.Node)), axes);
    }

    /// <summary>What does not take part comes last, and adds nothing.</summary>
    public Node RunningSum(Node value, Node key, Axes over)
    {
        if (value.DependsOnLogit)
            throw new FormulaTextException(
                "the first argument of a running sum depends on the prediction, and no gradient goes through it; write Detach around it");
        Weights?.Sorted();
        Axes axes = value.Axes | key.Axes;
        if (!axes.Has(Axes.Pixel))
            throw new FormulaTextException("the arguments of a running sum have no pixels; give it values before they are summed");
        Node valid = ValidFor(new(key, axes));
        Node masked = Graph.Mask(valid, value), known = Graph.Where(valid, key, Graph.Constant(double.NegativeInfinity));
        return Graph.RunningSum(masked, known, over);
    }

    // -infinity, whose exponential is 0, where an element takes no part.
    private Node AmongClasses(FormulaValue value) => Graph.Where(ClassesOf(value), value.Node, Graph.Constant(double.NegativeInfinity));

    // The same for a class of which a dense target knows nothing.
    private Node AmongKnown(FormulaValue value) => HasValidByClass(value)
        ? Graph.Where(Graph.And(Classes, IsKnown(value, Valid)), value.Node, Graph.Constant(double.NegativeInfinity))
        : AmongClasses(value);

    // Inside a pixel an ignored element of a dense target is left out like a class that is not the term's.
    private Node ClassesOf(FormulaValue value) =>
        value.IsPixel && Valid.Axes.Has(Axes.Class) ? Graph.And(Classes, Valid) : Classes;

    /// <summary>
    /// The sum over what is valid. Where the value has no pixels it counts them, and the classes where their pixels differ.
    /// </summary>
    public FormulaValue SumOverPixels(FormulaValue value, Axes axes)
    {
        Axes counted = value.IsPixel ? value.Axes : value.Axes | Valid.Axes | (Weights?.SumAxes ?? Axes.None);
        return new(Graph.Sum(Graph.Mask(ValidFor(value), Weights?.InSum(value) ?? value.Node), axes), counted.Without(axes));
    }

    public FormulaValue MaxOverPixels(FormulaValue value, Axes axes) =>
        value.IsPixel ? new(Graph.PixelMaximum(Graph.Where(ValidFor(value), value.Node, Graph.Constant(double.NegativeInfinity)), axes),
            value.Axes.Without(axes)) : value;

    public FormulaValue LogSumExpOverPixels(FormulaValue value, Axes axes)
    {
        // What does not vary is counted.
        if (!value.IsPixel || !value.Node.IsPixel)
            return SumOverPixels(new(Graph.One, Axes.None), axes) is var count ? new(Graph.Add(value.Node, Graph.Log(count.Node)),
                (value.Axes | count.Axes).Without(axes)) : value;
        (_, Node sum, Node largest) = Graph.ShiftedOverPixels(value.Node, ValidFor(value), axes);
        return new(Graph.Add(largest, Graph.Log(sum)), value.Axes.Without(axes));
    }

    public FormulaValue SoftmaxOverPixels(FormulaValue value, Axes axes)
    {
        Axes all = value.Axes | axes | Valid.Axes;
        if (!value.Node.IsPixel)
            return new(Graph.Mask(ValidFor(new(value.Node, all)), Graph.Divide(Graph.One, SumOverPixels(new(Graph.One, Axes.None), axes)
                .Node)), all);
        (Node exponentials, Node sum, _) = Graph.ShiftedOverPixels(value.Node, ValidFor(value), axes);
        return new(Graph.Divide(exponentials, sum), value.Axes);
    }

    public FormulaValue LogSoftmaxOverPixels(FormulaValue value, Axes axes)
    {
        Axes all = value.Axes | axes | Valid.Axes;
        Node lowest = Graph.Constant(double.NegativeInfinity);
        if (!value.Node.IsPixel)
            return new(Graph.Where(ValidFor(new(value.Node, all)),
                Graph.Negate(Graph.Log(SumOverPixels(new(Graph.One, Axes.None), axes).Node)), lowest), all);
        (_, Node sum, Node largest) = Graph.ShiftedOverPixels(value.Node, ValidFor(value), axes);
        return new(Graph.Subtract(Graph.Subtract(value.Node, largest), Graph.Log(sum)), value.Axes);
    }

    public FormulaValue MeanOverPixels(FormulaValue value, Axes axes)
    {
        Axes left = value.Axes.Without(axes);
        if (!value.IsPixel)
            return new(Graph.Mean(value.Node, axes), left);
        Node valid = ValidFor(value);
        Node sum = Graph.Sum(Graph.Mask(valid, Weights?.InSum(value) ?? value.Node), axes);
        Node count = Graph.Sum(Graph.Mask(valid, Weights?.CountInSum(value) ?? Graph.One), axes);
        return new(DivideOr(sum, count, Graph.Zero), left);
    }

    /// <summary>
    /// Condition: the point of a value takes part. Where single elements of a dense target can be ignored, a value without a class
    /// axis takes part at the pixels of which any element does.
    /// </summary>
    public Node ValidFor(FormulaValue value) => Valid.Axes.Has(Axes.Class) && value.IsPixel && !value.HasClass
        ? Graph.Less(Graph.Zero, Graph.Sum(Graph.Mask(Valid, Graph.One), Axes.Class))
        : Valid;

    /// <summary>
    /// A value that has been summed over pixels, 0 where nothing is valid of the image, or of the class in a dense target, that a point of
    /// it stands for.
    /// </summary>
    private Node Counted(FormulaValue value)
    {
        if (value.IsPixel || Valid.IsConstant)
            return value.Node;
        Node valid = Valid.Axes.Has(Axes.Class) && !value.HasClass ? Graph.And(Classes, Valid) : Valid;

        // Where nothing at all is valid the whole loss is 0.
        bool isWhole = (value.Axes & Valid.Axes) == Axes.None && ReferenceEquals(valid, Valid);
        return isWhole ? value.Node : Graph.Mask(IsKnown(value, valid), value.Node);
    }

    // Condition: something is valid of the image, or of the class, that a point of the value stands for.
    private Node IsKnown(FormulaValue value, Node valid) =>
        Graph.Less(Graph.Zero, Graph.Sum(Graph.Mask(valid, Graph.One), Valid.Axes.Without(value.Axes & Valid.Axes)));

    private bool HasValidByClass(FormulaValue value) => value.HasClass && !value.IsPixel && Valid.Axes.Has(Axes.Class);

    /// <summary>a / b, and another value where b is 0.</summary>
    public Node DivideOr(Node a, Node b, Node ifZero) => Graph.Where(Graph.Equal(b, Graph.Zero), ifZero, Graph.Divide(a, b));

    /// <summary>
    /// The mean or sum of a term over images and pixels, class by class; null for a term that leaves no class standing, or pixels that are
    /// not summed up class by class.
    /// </summary>
    public Node? ReduceClass(FormulaValue term)
    {
        if (!term.HasClass || options.Pairs != Pairs.None)
            return null;
        if (!term.IsPixel)
        {
            Axes images = term.Axes & Axes.Batch;
            Node counted = Counted(term);
            return options.Reduction == Reduction.Sum ? Graph.Sum(counted, images) : Graph.Mean(counted, images);
        }

        Node valid = ValidFor(term), taken = Graph.Mask(valid, Graph.Mask(Classes, Weights?.AtEnd(term) ?? term.Node)),
            one = Weights?.CountAtEnd(term) ?? Graph.One;
        if (!IsSummedByClass(Graph.Sum(taken, term.Axes), term.Axes))
            return null;
        Axes others = term.Axes.Without(Axes.Class);
        Node sum = Graph.Sum(taken, others);
        return options.Reduction == Reduction.Sum ? sum : DivideOr(sum, Graph.Sum(options.CountIgnored ? one : Graph.Mask(valid, one),
            others), Graph.Zero);
    }

    // The sum over everything, class by class where a pass walks over the classes anyway: so that the value of each is there to be told.
    private Node SumOfAll(Node taken, Axes axes)
    {
        Node whole = Graph.Sum(taken, axes);
        return IsSummedByClass(whole, axes) ? Graph.Sum(Graph.Sum(taken, axes.Without(Axes.Class)), Axes.Class) : whole;
    }

    private static bool IsSummedByClass(Node whole, Axes axes) => axes.Has(Axes.Class) && axes.Has(Axes.Pixel)
        && WalksOverClasses(whole, axes);

    // Sums of what differs by class, and what numbers make of them. What is picked at the label differs by pixel only.
    private static bool WalksOverClasses(Node total, Axes axes) => total.Op switch
    {
        Op.Sum => total.Attribute == axes && total[0].Axes.Has(Axes.Class),
        Op.Add => WalksOverClasses(total[0], axes) && WalksOverClasses(total[1], axes),
        Op.Multiply when total[0].Op is Op.Constant or Op.Parameter => WalksOverClasses(total[1], axes),
        Op.Multiply when total[1].Op is Op.Constant or Op.Parameter => WalksOverClasses(total[0], axes),
        _ => false,
    };

    /// <summary>The mean or sum of a term over what it leaves standing; unreduced, what does not take part is 0.</summary>
    public Node Reduce(FormulaValue term)
    {
        Node taken = term.IsPixel ? Weights?.AtEnd(term) ?? term.Node : Counted(term), one = Weights?.CountAtEnd(term) ?? Graph.One;
        bool mayBeEmpty = !one.IsConstant || (term.IsPixel && options.IgnoreIndex is not null && !options.CountIgnored);
        if (term.HasClass)
        {
            taken = Graph.Mask(Classes, taken);
            one = Graph.Mask(Classes, one);
        }

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
                return SumOfAll(taken, term.Axes);
            default:
                Node count = Graph.Sum(one, term.Axes);
                Node sum = SumOfAll(taken, term.Axes);
                return mayBeEmpty ? DivideOr(sum, count, Graph.Zero) : Graph.Divide(sum, count);
        }
    }
}
