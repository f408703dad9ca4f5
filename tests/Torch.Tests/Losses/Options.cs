namespace LossGen.Torch.Tests.Losses.Terms
{
    // Beside the formulas of the libraries that have these options (OptionTests), against the reference as every term.

    [Loss(Activation.Softmax)]
    [Focal(ClassAlphas = [0.25, 0.5, 0.75], LabelSmoothing = 0.2, SumClasses = true)]
    public sealed partial class FocalOfClasses;

    [Loss(Activation.Sigmoid, IgnoreIndex = 255)]
    [Focal(Alpha = 0.4, ClassAlphas = [0.25, 1, 0.75], LabelSmoothing = 0.1)]
    public sealed partial class SigmoidFocalOfClasses;

    [Loss(Activation.Softmax, PerImage = true, IgnoreIndex = 255)]
    [GeneralizedDice(ClassWeights = [0.5, 2, 3], Negative = true)]
    public sealed partial class GeneralizedDiceOfClasses;

    [Loss(Activation.Softmax, Classes = 3, PerImage = true, IgnoreIndex = 255)]
    [WassersteinDice(Distances = [0, 1, 1, 1, 0, 0.5, 1, 0.5, 0], ClassWeights = [0.5, 2, 3])]
    public sealed partial class WassersteinDiceOfClasses;

    [Loss(Activation.Softmax, Classes = 3)]
    [WassersteinDice(Distances = [0, 1, 1, 1, 0, 0.5, 1, 0.5, 0], VolumeWeights = true, ClassWeights = [0.5, 2, 3])]
    public sealed partial class WassersteinDiceOfVolumes;

    [Loss(Activation.Softmax, PerImage = true)]
    [CalibrationError(Bins = 5, ClassWeights = [0.5, 2, 3])]
    public sealed partial class HardCalibration;
}

namespace LossGen.Torch.Tests.Losses
{
    /// <summary>Its kinks, one a bin for each pixel, are too near to one another for the reference's differences.</summary>
    [Loss(Activation.Sigmoid, IgnoreIndex = 255)]
    [CalibrationError(Soft = true, LeastPixels = 0.5)]
    public sealed partial class SoftCalibration;

    [Loss(Activation.Softmax, IgnoreIndex = 255)]
    [LovaszSoftmax(ClassWeights = [0.5, 2, 3])]
    public sealed partial class LovaszOfClasses;

    [Loss(Activation.Sigmoid)]
    [LovaszHinge(ClassWeights = [0.5, 2, 3])]
    public sealed partial class HingeOfClasses;

    [Loss(Activation.Softmax, IgnoreIndex = 255)]
    [TopKCrossEntropy(Fraction = 0.33, AllPixels = true)]
    public sealed partial class TopKOfAllPixels;

    /// <summary>Takes more pixels than are valid.</summary>
    [Loss(Activation.Softmax, IgnoreIndex = 255)]
    [TopKCrossEntropy(Fraction = 0.9, AllPixels = true)]
    public sealed partial class TopKBeyondValid;

    [Loss(Activation.Softmax, Classes = 3)]
    [WassersteinDice(Distances = [0, 1, 1, 1, 0, 0.5, 1, 0.5, 0])]
    public sealed partial class WassersteinDicePlain;

    [Loss(Activation.Softmax, Classes = 3)]
    [WassersteinDice(Distances = [0, 1, 1, 1, 0, 0.5, 1, 0.5, 0], ClassWeights = [1, 2, 1])]
    public sealed partial class WassersteinDiceTwice;
}
