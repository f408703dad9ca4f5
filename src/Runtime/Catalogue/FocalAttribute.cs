using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Focal loss, for each class and pixel. With a softmax: <c>-w * a * y * (1 - p) ^ gamma * log(p)</c>, a being alpha, and 1 - alpha for class 0. Otherwise
/// each class is a question of yes or no: <c>w * a * miss ^ gamma * bce</c>, miss the probability of the wrong answer, bce the binary cross-entropy, a
/// being alpha where y is 1 and 1 - alpha where it is 0. The gradient is finite everywhere, for every gamma from 0 on. This is MONAI's FocalLoss and, with a sigmoid,
/// torchvision's sigmoid_focal_loss. Their mean goes over classes, too; see <see cref="SumClasses"/>. (MONAI's DiceFocalLoss has the focal term with a sigmoid
/// beside a softmax Dice: <c>[Focal(Activation = Activation.Sigmoid)]</c>.)
/// </summary>
/// <remarks>T.-Y. Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.</remarks>
public sealed partial class FocalAttribute : LossTermAttribute
{
    /// <summary>How much less a pixel counts that is right already; 0 is cross-entropy.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>The factor of the positive (softmax: of all classes but class 0), the others having 1 - alpha; NaN means no factor.</summary>
    public double Alpha { get; init; } = double.NaN;

    /// <summary>One factor a class, for all classes of the loss; null means 1.</summary>
    public double[]? ClassWeights { get; init; }

    /// <summary>Adds up the classes of each pixel, so that the mean goes over pixels as that of cross-entropy does.</summary>
    public bool SumClasses { get; init; }

    /// <summary>
    /// For targets between 0 and 1 under a sigmoid: the probability of the wrong answer as <c>sigmoid((1 - 2 * y) * logit)</c>, as in MONAI, instead of
    /// <c>y * (1 - p) + (1 - y) * p</c>, as in torchvision. For targets of 0 and 1 both are the same.
    /// </summary>
    public bool ScaledLogit { get; init; }

    /// <summary>
    /// Takes the mean over the pixels of each image and class first, so that <see cref="Reduction.Sum"/> adds up images and classes only, as MONAI's does.
    /// </summary>
    public bool MeanOverPixels { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double gamma, double alpha, Value classWeights, bool sumClasses, bool scaledLogit, bool meanOverPixels,
        Activation activation, Reduction reduction, bool perImage)
    {
        Value loss = activation == Activation.Softmax
            ? Categorical(x, y, gamma, alpha)
            : Binary(x, y, gamma, alpha, scaledLogit && activation == Activation.Sigmoid, activation);
        Value weighted = sumClasses ? SumOverClasses(classWeights * loss) : classWeights * loss;
        return meanOverPixels ? ImageMean(weighted, reduction, perImage) : weighted;
    }

    // Where sums go over the batch so does the mean: a sum then counts it once for every image.
    private static Value ImageMean(Value loss, Reduction reduction, bool perImage) =>
        reduction == Reduction.Sum && !perImage ? SumOverBatch(Mean(loss)) : Mean(loss);

    private static Value Categorical(Prediction x, Target y, double gamma, double alpha) =>
        -y * Balance(Where(EqualTo(x.ClassIndex, 0), 0, 1), alpha) * Modulation(x.Complement, gamma) * x.LogProbability;

    private static Value Binary(Prediction x, Target y, double gamma, double alpha, bool scaledLogit, Activation activation)
    {
        Value miss = scaledLogit ? Sigmoid((1 - 2 * y) * x.Logit) : y * x.Complement + (1 - y) * x.Probability;
        return Balance(y, alpha) * Modulation(miss, gamma) * BinaryFormulas.CrossEntropy(x, y, 1, activation);
    }

    private static Value Balance(Value positive, double alpha) =>
        double.IsNaN(alpha) ? 1 : alpha * positive + (1 - alpha) * (1 - positive);

    // For gamma below 1 the slope at 0 is infinite; there the entropy is 0 as well, so the product is taken as 0 where float has no more numbers.
    private static Value Modulation(Value miss, double gamma) =>
        gamma == 0 ? 1 : gamma >= 1 ? Pow(miss, gamma) : Where(miss > 1e-37, Pow(miss, gamma), 0);
}
