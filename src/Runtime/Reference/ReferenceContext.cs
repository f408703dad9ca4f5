using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>
/// One batch for which a loss's formulas are executed as they are written: what generated code receives in
/// <see cref="ILoss.Reference"/>. See <see cref="ReferenceEvaluation"/> for how to evaluate a loss.
/// </summary>
public sealed class ReferenceContext
{
    /// <summary>A batch with class indices.</summary>
    /// <param name="definition">The options of the loss.</param>
    /// <param name="shape">The extents; logits and target have the same number of pixels.</param>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent.</param>
    /// <param name="labels">N * S class indices. With a single class they are 0 or 1 and are the target themselves.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape, or a label is no class.</exception>
    public ReferenceContext(LossDefinition definition, LossShape shape, double[] logits, long[] labels)
        : this(definition, ReferenceInput.FromLabels(definition, shape, logits, labels)) => IndexTarget = true;

    /// <summary>A batch with dense targets.</summary>
    /// <param name="definition">The options of the loss.</param>
    /// <param name="shape">The extents; logits and target have the same number of pixels.</param>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent.</param>
    /// <param name="target">N * C * S numbers in the same order.</param>
    /// <exception cref="ArgumentException">A length does not fit the shape.</exception>
    public ReferenceContext(LossDefinition definition, LossShape shape, double[] logits, double[] target)
        : this(definition, ReferenceInput.FromDense(definition, shape, logits, target))
    {
    }

    private ReferenceContext(LossDefinition definition, ReferenceInput input)
    {
        Definition = definition;
        Input = input;
    }

    /// <summary>The loss's own inputs, in the order of its definition.</summary>
    /// <exception cref="ArgumentException">Their number or a length does not fit.</exception>
    public IReadOnlyList<double[]> Inputs
    {
        get;
        init => field = Input.CheckMaps(Definition, value);
    } = [];

    /// <summary>What happens to the axes that a term leaves standing.</summary>
    public Reduction Reduction => Definition.Reduction;

    /// <summary>How logits become probabilities.</summary>
    public Activation Activation => Definition.Activation;

    /// <summary>Sums go over the pixels of each image.</summary>
    public bool PerImage => Definition.PerImage;

    /// <summary>The target is class indices.</summary>
    public bool IndexTarget { get; }

    internal LossDefinition Definition { get; }

    internal ReferenceInput Input { get; }

    /// <summary>What <see cref="Functions.Detach"/> gave so far; null when nobody asks.</summary>
    internal DetachedValues? Detached { get; init; }

    /// <summary>An input with one number a pixel, by its place in the definition.</summary>
    public PixelMap PixelMap(int index) => new(Input.Extents, At(index));

    /// <summary>An input with one number a class and pixel, by its place in the definition.</summary>
    public ElementMap ElementMap(int index) => new(Input.Extents, At(index));

    private double[] At(int index) => index < Inputs.Count ? Inputs[index] : throw new ArgumentException(
        $"{Definition.Name} takes the input {Definition.Inputs[index].Name}, which was not given.", Definition.Inputs[index].Name);

    /// <summary>Executes the formula of a term and reduces what it leaves standing by the loss's reduction.</summary>
    /// <param name="weight">The factor of the term.</param>
    /// <param name="includeBackground">False leaves class 0 out of the term's classes.</param>
    /// <param name="onlyClasses">The term's classes; null means all.</param>
    /// <param name="formula">The formula with its parameters bound.</param>
    /// <returns>The term's share of the loss; shares add up by <c>+</c>.</returns>
    /// <exception cref="ArgumentException">The term selects a class that does not exist, or none.</exception>
    public Value Term(double weight, bool includeBackground, int[]? onlyClasses, Func<Prediction, Target, Value> formula) =>
        Term(weight, includeBackground, onlyClasses, Activation, formula);

    /// <inheritdoc cref="Term(double, bool, int[], Func{Prediction, Target, Value})"/>
    /// <param name="weight">The factor of the term.</param>
    /// <param name="includeBackground">False leaves class 0 out of the term's classes.</param>
    /// <param name="onlyClasses">The term's classes; null means all.</param>
    /// <param name="activation">The term's own activation.</param>
    /// <param name="formula">The formula with its parameters bound.</param>
    public Value Term(
        double weight, bool includeBackground, int[]? onlyClasses, Activation activation, Func<Prediction, Target, Value> formula)
    {
        ArgumentNullException.ThrowIfNull(formula);
        var scope = new TermScope(this, includeBackground, onlyClasses, activation);
        return Share(weight, scope, Execute(scope, formula));
    }

    /// <inheritdoc cref="Term(double, bool, int[], Func{Prediction, Target, Value})"/>
    /// <param name="weight">The factor of the term.</param>
    /// <param name="includeBackground">False leaves class 0 out of the term's classes.</param>
    /// <param name="onlyClasses">The term's classes; null means all.</param>
    /// <param name="activation">The activation of the term.</param>
    /// <param name="formula">The formula with its parameters bound.</param>
    /// <param name="weightMap">
    /// The weights of pixels or elements: factors of what the formula leaves at a pixel, or, where it leaves no pixels, of what its sums
    /// over pixels add up.
    /// </param>
    /// <param name="normalizeWeightMap">Means divide by the sum of the weights.</param>
    public Value Term(
        double weight, bool includeBackground, int[]? onlyClasses, Activation activation, Func<Prediction, Target, Value> formula,
            Value weightMap, bool normalizeWeightMap)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(weightMap);
        var scope = new TermScope(this, includeBackground, onlyClasses, activation)
        {
            Weights = weightMap,
            Normalizes =
            normalizeWeightMap
        };
        Value value = Execute(scope, formula);
        if (value.Axes.HasFlag(ElementAxes.Pixel))
            return Share(weight, scope, value);
        scope = new(this, includeBackground, onlyClasses, activation)
        {
            Weights = weightMap,
            Normalizes = normalizeWeightMap,
            WeighsSums =
            true
        };
        return Share(weight, scope, Execute(scope, formula));
    }

    private Value Execute(TermScope scope, Func<Prediction, Target, Value> formula)
    {
        using (scope.Enter())
            return formula(new Prediction(scope), Input.Target);
    }

    // A term that counts nothing is as if it was not there, even where it is infinite.
    private static Value Share(double weight, TermScope scope, Value value)
    {
        Value reduced = scope.Finish(value);
        return weight == 0 ? Elementwise.Map(reduced, _ => 0) : weight * reduced;
    }
}
