using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>The term whose formula is being executed: its classes, and how sums go.</summary>
internal sealed partial class TermScope
{
    [ThreadStatic]
    private static TermScope? current;

    private readonly ReferenceContext context;
    private readonly bool[] isOfTerm;

    public TermScope(ReferenceContext context, bool includeBackground, int[]? onlyClasses, Activation activation)
    {
        this.context = context;
        Activated = Source.Activate(activation);
        int classes = Source.Extents.Classes;
        foreach (int c in onlyClasses ?? [])
            if (c < 0 || c >= classes)
                throw new ArgumentException($"OnlyClasses names class {c}; classes go from 0 to {classes - 1}.", nameof(onlyClasses));

        isOfTerm = new bool[classes];
        for (int c = 0; c < classes; c++)
            isOfTerm[c] = (includeBackground || c > 0) && (onlyClasses is null || onlyClasses.Contains(c));
        if (!isOfTerm.Contains(true))
            throw new ArgumentException(
                "The term has no class; a loss of a single class includes the background.", nameof(includeBackground));
    }

    public static TermScope Current => current ?? throw new InvalidOperationException(
        "Sums have a meaning only inside a loss: call EvaluateReference on a loss that uses the formula.");

    public ReferenceInput Source => context.Input;

    /// <summary>The logits after the term's activation.</summary>
    public ActivatedLogits Activated { get; }

    public double ClassCount => isOfTerm.Count(selected => selected);

    public double PixelCount => (double)Source.Extents.Batch * Source.Extents.Pixels;

    /// <summary>The weights of the term's pixels or elements, or null.</summary>
    public Value? Weights { get; init; }

    /// <summary>The weights are factors of what sums over pixels add up, not of what the formula leaves.</summary>
    public bool WeighsSums { get; init; }

    /// <summary>Means divide by the sum of the weights.</summary>
    public bool Normalizes { get; init; }

    /// <summary>The axes that <see cref="Functions.Sum"/> and <see cref="Functions.Mean"/> remove.</summary>
    public ElementAxes SumAxes => context.PerImage ? ElementAxes.Pixel : ElementAxes.Pixel | ElementAxes.Batch;

    public Scope Enter()
    {
        TermScope? outer = current;
        current = this;
        return new Scope(outer);
    }

    public Value Detach(Value value) => context.Detached?.Pass(value) ?? value;

    public Value Channel(Value value, int index)
    {
        if (!value.Axes.HasFlag(ElementAxes.Class))
            return value;
        if (index < 0 || index >= Source.Extents.Classes)
            throw new ArgumentException($"Channel asks for class {index}; classes go from 0 to {Source.Extents.Classes - 1}.",
                nameof(index));
        Value taken = Taken(value), channel = Of(taken);
        if (!ReferenceEquals(taken, value))
            return channel;
        channel.OneMinus = value.OneMinus is { } difference ? Of(difference) : null;
        channel.Logarithm = value.Logarithm is { } logarithm ? Of(logarithm) : null;
        return channel;

        Value Of(Value of) => Elementwise.Channel(of, Source.Extents, index);
    }

    public Value Transform(ClassMatrix matrix, Value value)
    {
        int classes = Source.Extents.Classes;
        matrix.Check(classes);
        Value taken = Taken(value);
        return Elementwise.Create(
            value.Axes | ElementAxes.Class, Source.Extents, (n, i, s) =>
                Enumerable.Range(0, classes).Sum(j => matrix.At(i, j, classes) * taken[n, j, s]));
    }

    /// <summary>
    /// For class c the value of class c - by, and another where there is no such class: of all classes, whichever the term has.
    /// </summary>
    public Value ShiftClasses(Value value, int by, Value fill)
    {
        Value taken = by == 0 ? value : Taken(value);
        return Elementwise.Create(
            value.Axes | fill.Axes | ElementAxes.Class, Source.Extents, (n, c, s) => c - by >= 0 && c - by < Source.Extents.Classes
                ? taken[n, c - by, s] : fill[n, c, s]);
    }

    /// <summary>The value with 0 at single elements that are ignored: what joins the classes of a pixel leaves them out.</summary>
    private Value Taken(Value value) => value.Axes.HasFlag(ElementAxes.Class | ElementAxes.Pixel)
        && Source.Target.Valid.Axes.HasFlag(ElementAxes.Class)
        ? Elementwise.Select(Source.Target.Valid, value, 0)
        : value;

    /// <summary>Fixed like a detached value where derivatives are taken.</summary>
    public Value RunningSum(Value value, Value keys, ElementAxes over)
    {
        ElementAxes axes = value.Axes | keys.Axes;
        Value valid = Source.ValidOver(axes);
        Value result = Elementwise.Create(axes, Source.Extents, (_, _, _) => 0);
        var points = from n in Enumerable.Range(0, Math.Max(result.Extents.Batch, 1))
                     from s in Enumerable.Range(0, result.Extents.Pixels)
                     from c in Enumerable.Range(0, Math.Max(result.Extents.Classes, 1))
                     where valid[n, c, s] != 0
                     group (n, c, s) by (over.HasFlag(ElementAxes.Batch) ? 0 : n, c);
        foreach (var group in points)
        {
            double sum = 0;
            foreach ((int n, int c, int s) in group.OrderByDescending(point => keys[point.n, point.c, point.s]))
                result.Data[result.Extents.Offset(n, c, s)] = sum += value[n, c, s];
        }

        return Detach(result);
    }

    /// <summary>
    /// A sum over an axis over which the value does not vary counts its points: valid pixels of each image and, where they differ, each
    /// class.
    /// </summary>
    public Value Sum(Value value, ElementAxes axes)
    {
        bool countsPixels = axes.HasFlag(ElementAxes.Pixel) && !value.Axes.HasFlag(ElementAxes.Pixel);
        ElementAxes counted = countsPixels ? axes | Source.Target.Valid.Axes : axes;
        Value spread = Elementwise.Broadcast(Counted(value, axes), counted, Source.Extents);
        return Fold(WeighsSums && axes.HasFlag(ElementAxes.Pixel) ? spread * Weights! : spread, axes).Sum;
    }

    /// <summary>The mean of what takes part; 0 if nothing does. It leaves axes over which the value does not vary.</summary>
    public Value Mean(Value value, ElementAxes axes) =>
        (axes & value.Axes) == 0 ? value : Mean(Counted(value, axes), axes & value.Axes, WeighsSums);

    public Value Max(Value value, ElementAxes axes) => Max(value, axes, known: null);

    private Value Max(Value value, ElementAxes axes, Value? known)
    {
        ElementAxes removed = axes & value.Axes;
        Value largest = Elementwise.Start(value.Axes & ~removed, value.Extents, double.NegativeInfinity);
        Visit(value, removed, largest.Extents, (i, p) => largest.Data[i] = Math.Max(largest.Data[i], p), known);
        return largest;
    }

    /// <summary>
    /// What has been summed over pixels, 0 where nothing is valid of the image, or of the class in a dense target, that a point of it
    /// stands for: so a reduction over images or classes counts it.
    /// </summary>
    private Value Counted(Value value, ElementAxes axes) => Known(value, axes) is { } any ? Elementwise.Select(any, value, 0) : value;

    /// <summary>
    /// 1 where something is valid of the image, or of the class in a dense target, that a point of a value without pixels stands for. Null
    /// where the axes of a reduction do not ask for it.
    /// </summary>
    private Value? Known(Value value, ElementAxes axes)
    {
        ElementAxes known = Source.Target.Valid.Axes;
        bool overClasses = known.HasFlag(ElementAxes.Class), isCounted = axes.HasFlag(ElementAxes.Batch)
            || (overClasses && (axes & value.Axes).HasFlag(ElementAxes.Class));
        if (known == ElementAxes.None || value.Axes.HasFlag(ElementAxes.Pixel) || axes.HasFlag(ElementAxes.Pixel) || !isCounted)
            return null;
        bool isOfAny = !overClasses || value.Axes.HasFlag(ElementAxes.Class);
        Value any = Elementwise.Create(value.Axes & known, Source.Extents, (_, _, _) => 0);
        for (int n = 0; n < Source.Extents.Batch; n++)
            for (int c = 0; c < Source.Extents.Classes; c++)
                for (int s = 0; s < Source.Extents.Pixels; s++)
                    if (Source.Target.Valid[n, c, s] != 0 && (isOfAny || isOfTerm[c]))
                        any.Data[any.Extents.Offset(n, c, s)] = 1;
        return any;
    }

    /// <summary>Reduces what the formula leaves standing.</summary>
    public Value Finish(Value result)
    {
        Value value = Counted(result, ElementAxes.Batch);
        bool weighs = Weights is not null && !WeighsSums && value.Axes.HasFlag(ElementAxes.Pixel);
        if (context.Reduction == Reduction.Mean && (!context.Definition.CountIgnored || !value.Axes.HasFlag(ElementAxes.Pixel)))
            return Mean(value, value.Axes, weighs);
        if (weighs)
            value *= Weights!;
        if (context.Reduction == Reduction.Mean)
            return Quotient(Fold(value, value.Axes).Sum, weighs && Normalizes
                ? SumAll(Elementwise.Broadcast(Weights!, value.Axes, Source.Extents)) : CountAll(value));
        if (context.Reduction == Reduction.Sum)
            return Fold(value, value.Axes).Sum;

        Value elements = Elementwise.Create(value.Axes, value.Extents, (_, _, _) => 0);
        Visit(value, value.Axes & ElementAxes.Class, elements.Extents, (i, p) => elements.Data[i] = p);
        return elements;
    }

    private Value Mean(Value value, ElementAxes removed, bool weighs)
    {
        if (removed == 0)
            return value;
        weighs &= removed.HasFlag(ElementAxes.Pixel);
        (Value sum, Value count) = Fold(weighs ? value * Weights! : value, removed);
        return Quotient(sum, weighs && Normalizes ? Fold(Elementwise.Broadcast(Weights!, value.Axes, Source.Extents), removed).Sum : count);
    }

    private static Value Quotient(Value sum, Value count)
    {
        Value quotient = Elementwise.Zip(sum, count, (p, q) => q == 0 ? 0 : p / q);
        quotient.Out = sum.Out;
        return quotient;
    }

    private (Value Sum, Value Count) Fold(Value value, ElementAxes removed, Value? known = null)
    {
        Value sum = Elementwise.Create(value.Axes & ~removed, value.Extents, (_, _, _) => 0);
        Value count = Elementwise.Create(value.Axes & ~removed, value.Extents, (_, _, _) => 0);
        Visit(value, removed, sum.Extents, (i, p) =>
        {
            sum.Data[i] += p;
            count.Data[i]++;
        }, known);
        if (value.Out is { } isOut)
        {
            // Of nothing but numbers that are 0 beside infinity, the sum is such a number.
            sum.Out = Array.ConvertAll(count.Data, number => number > 0);
            var remains = new Value(value.Axes, value.Extents, Array.ConvertAll(isOut, part => part ? 0.0 : 1.0), isResult: false);
            Visit(remains, removed, sum.Extents, (i, p) => sum.Out[i] &= p == 0, known);
        }

        return (sum, count);
    }

    /// <summary>The points of the term's classes, ignored or not.</summary>
    private double CountAll(Value value) =>
        value.Data.Length * (value.Axes.HasFlag(ElementAxes.Class) ? ClassCount / isOfTerm.Length : 1);

    /// <summary>The sum over the term's classes of what may be ignored.</summary>
    private double SumAll(Value value)
    {
        double sum = 0;
        for (int n = 0; n < Math.Max(value.Extents.Batch, 1); n++)
            for (int c = 0; c < Math.Max(value.Extents.Classes, 1); c++)
                for (int s = 0; s < Math.Max(value.Extents.Pixels, 1); s++)
                    sum += value.Axes.HasFlag(ElementAxes.Class) && !isOfTerm[c] ? 0 : value[n, c, s];
        return sum;
    }

    /// <summary>Visits the numbers that take part: valid ones, of the term's classes where the classes are folded.</summary>
    private void Visit(Value value, ElementAxes removed, Extents kept, Action<int, double> visit, Value? known = null)
    {
        bool overPixels = value.Axes.HasFlag(ElementAxes.Pixel), overClasses = removed.HasFlag(ElementAxes.Class);
        Value? valid = overPixels ? Source.ValidOver(value.Axes) : null;
        Extents extents = value.Extents;
        for (int n = 0; n < Math.Max(extents.Batch, 1); n++)
            for (int c = 0; c < Math.Max(extents.Classes, 1); c++)
                for (int s = 0; s < Math.Max(extents.Pixels, 1); s++)
                    if ((valid is null || valid[n, c, s] != 0) && (!overClasses || isOfTerm[c]) && (known is null || known[n, c, s] != 0))
                        visit(kept.Offset(n, c, s), value[n, c, s]);
    }

    /// <summary>Ends the term's scope.</summary>
    public readonly ref struct Scope(TermScope? outer)
    {
        public void Dispose() => current = outer;
    }
}
