namespace LossGen;

/// <summary>
/// The options of terms that compare the predicted region of a class with the labelled one by sums over pixels. They leave one number a
/// class standing, or one an image and class.
/// </summary>
[TakesProbability]
[TakesUnitTarget]
public abstract partial class RegionTermAttribute : LossTermAttribute
{
    /// <summary>Added to numerator and denominator of the score, unless they have one of their own.</summary>
    /// <value>From 0.</value>
    [ConventionDefault(Convention.Smp, 0.0)]
    [ConventionDefault(Convention.NnUnet, 1.0)]
    [ConventionDefault(Convention.Kornia, 1e-8)]
    [ConventionDefault(Convention.Keras, 1e-7)]
    [ConventionDefault(Convention.Mmseg, 1.0)]
    [ConventionDefault(Convention.PaddleSeg, 1.0)]
    [ConventionDefault(Convention.Optax, 1.0)]
    [OptionRange(From = 0)]
    public double Smooth { get; init; } = 1e-5;

    /// <summary>Added to the numerator; NaN takes <see cref="Smooth"/>.</summary>
    /// <value>From 0, or NaN.</value>
    [ConventionDefault(Convention.Kornia, 0.0)]
    [ConventionDefault(Convention.Keras, 0.0)]
    [OptionRange(From = 0, OrNaN = true)]
    public double SmoothNumerator { get; init; } = double.NaN;

    /// <summary>Added to the denominator; NaN takes <see cref="Smooth"/>.</summary>
    /// <value>From 0, or NaN.</value>
    [ConventionDefault(Convention.PaddleSeg, 1.00000001)]
    [OptionRange(From = 0, OrNaN = true)]
    public double SmoothDenominator { get; init; } = double.NaN;

    /// <summary>
    /// A lower bound of the denominator, and with <see cref="Log"/> of the score: below it there is no gradient. 0 means none.
    /// </summary>
    /// <value>From 0.</value>
    [ConventionDefault(Convention.Smp, 1e-7)]
    [ConventionDefault(Convention.NnUnet, 1e-8)]
    [OptionRange(From = 0)]
    public double Epsilon { get; init; }

    /// <summary>The loss is -log(score) instead of 1 - score.</summary>
    public bool Log { get; init; }

    /// <summary>The loss is -score instead of 1 - score, as nnU-Net's Dice. <see cref="Log"/> goes before.</summary>
    [ConventionDefault(Convention.NnUnet, true)]
    public bool Negative { get; init; }

    /// <summary>
    /// Adds up the classes before the score ("micro" average): one score for all classes together, <see cref="ClassWeights"/> weighing them
    /// inside the sums. With a softmax over all classes and no ignored pixels such a score is little more than the mean probability of the
    /// label.
    /// </summary>
    [ConventionDefault(Convention.Kornia, true)]
    [ConventionDefault(Convention.Keras, true)]
    public bool PoolClasses { get; init; }

    /// <summary>What becomes of a class without target pixels.</summary>
    [ConventionDefault(Convention.Smp, EmptyClasses.Zero)]
    public EmptyClasses EmptyClasses { get; init; } = EmptyClasses.Keep;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>
    /// Divides the class weights by their mean over the classes that are counted, so that the loss is their weighted mean.
    /// </summary>
    [ConventionDefault(Convention.Smp, true)]
    public bool NormalizeClassWeights { get; init; }

    /// <summary>Squares prediction and target in the denominator (V-Net).</summary>
    public bool Squared { get; init; }

    /// <summary>
    /// The overlap as <c>sum(min(p, y)) = (sum(p) + sum(y) - sum(|p - y|)) / 2</c>, which suits targets between 0 and 1; without effect if
    /// <see cref="Squared"/>.
    /// </summary>
    [ConventionDefault(Convention.Smp, true)]
    public bool SoftLabel { get; init; }
}
