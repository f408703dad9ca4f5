using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Focal loss, for each class and pixel. With a softmax: <c>-w * a * y * (1 - p) ^ gamma * log(p)</c>, a being alpha, and 1 - alpha for class 0. Otherwise
/// each class is a question of yes or no: <c>w * a * miss ^ gamma * bce</c>, miss the probability of the wrong answer, bce the binary cross-entropy, a
/// being alpha where y is 1 and 1 - alpha where it is 0. The gradient is finite everywhere, for every gamma from 0 on. This is MONAI's FocalLoss and, with a sigmoid,
/// torchvision's sigmoid_focal_loss. Their mean goes over classes, too; see <see cref="SumClasses"/>.
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

    /// <summary>Divides the class weights by their mean over the term's classes, so that a mean becomes the weighted mean (SMP).</summary>
    public bool NormalizeClassWeights { get; init; }

    /// <summary>The factor of positive pixels in the binary cross-entropy, one a class; null means 1. Without effect with a softmax.</summary>
    public double[]? PositiveWeights { get; init; }

    /// <summary>Adds up the classes of each pixel, so that the mean goes over pixels as that of cross-entropy does.</summary>
    public bool SumClasses { get; init; }

    /// <summary>Takes the sigmoid of the logits whatever the activation of the loss is, as MONAI's DiceFocalLoss does beside a softmax.</summary>
    public bool FromLogits { get; init; }

    /// <summary>Below this probability of the right answer a pixel counts in full, above it <c>(miss / threshold) ^ gamma</c>; NaN means plain focal loss.</summary>
    /// <remarks>N. Sergievskiy, A. Ponamarev, "Reduced Focal Loss", 2019.</remarks>
    public double ReducedThreshold { get; init; } = double.NaN;

    /// <summary>Divides by the sum of the modulating factors of each class, at least 1e-6; the gradient goes through that sum.</summary>
    /// <remarks>S. Fan et al., "Normalized focal loss", arXiv 1909.07829, 2019.</remarks>
    public bool Normalized { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double gamma, double alpha, Value classWeights, bool normalizeClassWeights, Value positiveWeights,
        bool sumClasses, bool fromLogits, double reducedThreshold, bool normalized, Activation activation)
    {
        bool categorical = activation == Activation.Softmax && !fromLogits;
        Value miss = categorical ? x.Complement : BinaryFormulas.Miss(x, y, fromLogits, activation);
        Value factor = double.IsNaN(reducedThreshold)
            ? FocalFormulas.Modulation(miss, gamma)
            : FocalFormulas.Reduced(miss, gamma, reducedThreshold);
        Value entropy = categorical
            ? -y * x.LogProbability
            : BinaryFormulas.CrossEntropy(x, y, positiveWeights, fromLogits, activation);
        Value positive = categorical ? Where(EqualTo(x.ClassIndex, 0), 0, 1) : y;
        Value balance = double.IsNaN(alpha) ? 1 : alpha * positive + (1 - alpha) * (1 - positive);
        Value weights = normalizeClassWeights ? classWeights / MeanOverClasses(classWeights) : classWeights;
        Value loss = weights * balance * factor * entropy;
        Value scaled = normalized ? loss / Max(Total(categorical ? y * factor : factor), 1e-6) : loss;
        return sumClasses ? SumOverClasses(scaled) : scaled;
    }
}
