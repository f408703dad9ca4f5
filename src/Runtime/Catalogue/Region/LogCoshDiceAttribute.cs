using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Log-cosh Dice: <c>log(cosh(1 - score))</c> of the soft Dice score of each class, or of each image and class. It is half the square of
/// the Dice loss where that is small, so that its gradient fades as a class becomes right.
/// </summary>
/// <remarks>S. Jadon, "A survey of loss functions for semantic segmentation", CIBCB 2020.</remarks>
[ConventionDefault(Convention.Smp, nameof(Epsilon), 2e-7)]
public sealed partial class LogCoshDiceAttribute : RegionTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(
        Prediction x, Target y, double smooth, double smoothNumerator, double smoothDenominator, double epsilon,
        bool log, EmptyClasses emptyClasses, Value classWeights, bool normalizeClassWeights, bool squared, bool softLabel,
        bool poolClasses, bool negative, Reduction reduction)
    {
        Value overlap = RegionFormulas.Overlap(x, y, squared, softLabel);
        Value predicted = RegionFormulas.Predicted(x, squared), labelled = RegionFormulas.Labelled(y, squared);
        Value score = RegionFormulas.Score(2 * overlap, predicted + labelled, smooth, smoothNumerator, smoothDenominator, epsilon,
            classWeights, poolClasses);
        Value penalty = Log(Cosh(RegionFormulas.Penalty(score, epsilon, log, negative)));
        return RegionFormulas.Share(penalty, y, emptyClasses, classWeights, normalizeClassWeights, poolClasses, reduction);
    }
}
