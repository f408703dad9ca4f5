namespace LossGen;

/// <summary>
/// What a score counts that is 0 / 0: Dice, intersection over union and F-beta of a class that is neither labelled nor predicted, precision
/// of one that is never predicted, recall of one that is never labelled. A class that is predicted but not labelled has the Dice 0, unless
/// it is left out by <see cref="SkipUnlabelled"/>.
/// </summary>
/// <remarks>Other libraries call it <c>zero_division</c> (scikit-learn, segmentation_models.pytorch, torchmetrics) or <c>ignore_empty</c>
/// (MONAI).</remarks>
public enum AbsentClasses
{
    /// <summary>It is NaN, and means leave it out. A mean of nothing is NaN.</summary>
    Skip,

    /// <summary>It is 0, as of scikit-learn unless told otherwise.</summary>
    Zero,

    /// <summary>It is 1: nothing was to be found, and nothing was. As of segmentation_models.pytorch, and of MONAI with
    /// <c>ignore_empty=False</c>.</summary>
    One,

    /// <summary>It is -1, and means leave it out, as of torchmetrics' intersection over union. A mean of nothing is -1.</summary>
    MinusOne,

    /// <summary>
    /// As <see cref="Skip"/>, and any score of a class that is not labelled is left out as well, though it be predicted: MONAI's
    /// <c>ignore_empty=True</c>. What is predicted where nothing is costs nothing then.
    /// </summary>
    SkipUnlabelled,
}
