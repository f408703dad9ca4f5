using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Focal loss, for each class and pixel. With a softmax: <c>-w * a * y * (1 - p) ^ gamma * log(p)</c>, a being alpha, and 1 - alpha for
/// class 0. Otherwise each class is a question of yes or no: <c>w * a * miss ^ gamma * bce</c>, miss the probability of the wrong answer,
/// bce the binary cross-entropy, a being alpha where y is 1 and 1 - alpha where it is 0. The gradient is finite everywhere, for every gamma
/// from 0 on. This is MONAI's FocalLoss and, with a sigmoid, torchvision's sigmoid_focal_loss. Their mean goes over classes, too; see
/// <see cref="SumClasses"/>. (MONAI's DiceFocalLoss has the focal term with a sigmoid beside a softmax Dice: <c>[Focal(Activation =
/// Activation.Sigmoid)]</c>.)
/// </summary>
/// <remarks>T.-Y. Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.</remarks>
[TakesUnitTarget]
public sealed partial class FocalAttribute : LossTermAttribute
{
    /// <summary>How much less a pixel counts that is right already; 0 is cross-entropy.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Gamma { get; init; } = 2;

    /// <summary>
    /// The factor of the positive (softmax: of all classes but class 0), the others having 1 - alpha; NaN means no factor.
    /// </summary>
    /// <value>From 0 to 1, or NaN.</value>
    [ConventionDefault(Convention.Kornia, 0.25)]
    [ConventionDefault(Convention.Mmseg, 0.5)]
    [ConventionDefault(Convention.PaddleSeg, 0.25)]
    [OptionRange(From = 0, To = 1, OrNaN = true)]
    public double Alpha { get; init; } = double.NaN;

    /// <summary>
    /// <see cref="Alpha"/> of each class, one number for all classes of the loss: the factor of its positive pixels, the others having 1
    /// less it; with a softmax just the factor of the class. A class of 1 has that of <see cref="Alpha"/>; null means so for all.
    /// MMSegmentation's and keras' list of alphas.
    /// </summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double[]? ClassAlphas { get; init; }

    /// <summary>
    /// Moves the target: with a softmax its share that is spread evenly over the classes, otherwise towards 1/2, <c>(1 - s) * y + s /
    /// 2</c>. Factors, alpha too, see the target as it is moved: keras' label_smoothing.
    /// </summary>
    /// <value>From 0 to 1.</value>
    [OptionRange(From = 0, To = 1)]
    public double LabelSmoothing { get; init; }

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>Divides the class weights by their mean, so that the loss is their weighted mean.</summary>
    [ConventionDefault(Convention.Smp, true)]
    public bool NormalizeClassWeights { get; init; }

    /// <summary>
    /// Except with a softmax: the factor of the binary cross-entropy's positive part, one a class, for all classes of the loss; null means
    /// 1.
    /// </summary>
    public double[]? PositiveWeights { get; init; }

    /// <summary>
    /// The reduced focal loss: where the right answer has less than this probability, the pixel counts in full; elsewhere by <c>(miss /
    /// threshold) ^ gamma</c>. 0 means none. SMP's reduced_threshold.
    /// </summary>
    /// <value>From 0, below 1.</value>
    /// <remarks>
    /// N. Sergievskiy, A. Ponamarev, "Reduced Focal Loss: 1st Place Solution to xView object detection in Satellite Imagery", 2019.
    /// </remarks>
    [OptionRange(From = 0, Below = 1)]
    public double Threshold { get; init; }

    /// <summary>
    /// Divides by the sum of <c>miss ^ gamma</c> over the pixels of the batch, at least 1e-6, for each class (softmax: of all classes):
    /// with <see cref="Reduction.Sum"/> the mean that the factors weigh. SMP's normalized.
    /// </summary>
    public bool Normalized { get; init; }

    /// <summary>Adds up the classes of each pixel, so that the mean goes over pixels as that of cross-entropy does.</summary>
    public bool SumClasses { get; init; }

    /// <summary>
    /// For targets between 0 and 1 under a sigmoid: the probability of the wrong answer as <c>sigmoid((1 - 2 * y) * logit)</c>, as in
    /// MONAI, instead of <c>y * (1 - p) + (1 - y) * p</c>, as in torchvision. For targets of 0 and 1 both are the same.
    /// </summary>
    public bool ScaledLogit { get; init; }

    /// <summary>
    /// Takes the mean over the pixels of each image and class first, so that <see cref="Reduction.Sum"/> adds up images and classes only,
    /// as MONAI's does.
    /// </summary>
    public bool MeanOverPixels { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double gamma, double alpha, Value classAlphas, double labelSmoothing, Value classWeights,
            bool normalizeClassWeights, Value positiveWeights, double threshold,
        bool normalized, bool sumClasses, bool scaledLogit, bool meanOverPixels, Activation activation, Reduction reduction, bool perImage)
    {
        Value smoothed = labelSmoothing == 0 ? y : (1 - labelSmoothing) * y + labelSmoothing / (activation == Activation.Softmax
            ? x.ClassCount : 2);
        Value miss = activation == Activation.Softmax ? x.Complement : Miss(x, smoothed, scaledLogit && activation == Activation.Sigmoid);
        Value factor = Reduced(Modulation(miss, gamma), miss, gamma, threshold);
        Value entropy = activation == Activation.Softmax
            ? -smoothed * Where(EqualTo(classAlphas, 1), Balance(Where(EqualTo(x.ClassIndex, 0), 0, 1), alpha), classAlphas)
            * x.LogProbability
            : Where(EqualTo(classAlphas, 1), Balance(smoothed, alpha), classAlphas * smoothed + (1 - classAlphas) * (1 - smoothed))
                * BinaryFormulas.CrossEntropy(x, smoothed, positiveWeights, activation);
        Value all = activation == Activation.Softmax ? SumOverClasses(Total(smoothed * factor)) : Total(factor);
        Value loss = normalized ? factor * entropy / Max(all, 1e-6) : factor * entropy;
        Value weights = normalizeClassWeights ? classWeights / MeanOverClasses(classWeights) : classWeights;
        Value weighted = sumClasses ? SumOverClasses(weights * loss) : weights * loss;
        return meanOverPixels ? ImageMean(weighted, reduction, perImage) : weighted;
    }

    // Where sums go over the batch so does the mean: a sum then counts it once for every image.
    private static Value ImageMean(Value loss, Reduction reduction, bool perImage) =>
        reduction == Reduction.Sum && !perImage ? SumOverBatch(Mean(loss)) : Mean(loss);

    private static Value Miss(Prediction x, Value y, bool scaledLogit) =>
        scaledLogit ? Sigmoid((1 - 2 * y) * x.Logit) : y * x.Complement + (1 - y) * x.Probability;

    private static Value Reduced(Value modulation, Value miss, double gamma, double threshold) =>
        threshold == 0 ? modulation : Where(miss > 1 - threshold, 1, modulation / Pow(threshold, gamma));

    private static Value Balance(Value positive, double alpha) =>
        double.IsNaN(alpha) ? 1 : alpha * positive + (1 - alpha) * (1 - positive);

    // For gamma below 1 the slope at 0 is infinite; there the entropy is 0 as well, so the product is taken as 0 where float has no more
    // numbers.
    private static Value Modulation(Value miss, double gamma) =>
        gamma == 0 ? 1 : gamma >= 1 ? Pow(miss, gamma) : Where(miss <= 1e-37, 0, Pow(miss, gamma));
}
