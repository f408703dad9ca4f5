using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Calibration by neighbours: <c>|x - q|</c> for each class and pixel, x the logit and q the proportion of the class among the labels
/// around the pixel. The proportions are an input of the loss, <c>proportions</c>, (N, C, S): the labels as one-hot, blurred. Beside a
/// cross-entropy, with a weight of 0.1, this is MONAI's NACLLoss.
/// </summary>
/// <remarks>B. Murugesan et al., "Trust your neighbours: Penalty-based constraints for model calibration", MICCAI 2023.</remarks>
public sealed partial class NeighborCalibrationAttribute : LossTermAttribute
{
    /// <summary>Squares the difference.</summary>
    public bool Squared { get; init; }

    /// <summary>The formula; <paramref name="proportions"/> is an input of the loss.</summary>
    public static Value Formula(Prediction x, Target y, ElementMap proportions, bool squared) =>
        squared ? Square(x.Logit - proportions) : Abs(x.Logit - proportions);
}
