namespace LossGen;

/// <summary>How logits become probabilities.</summary>
public enum Activation
{
    /// <summary>The prediction is used as it is given: <c>Probability</c> is the input itself.</summary>
    None,

    /// <summary>One independent probability a class: <c>1 / (1 + exp(-x))</c>.</summary>
    Sigmoid,

    /// <summary>Probabilities that sum to one over the class axis.</summary>
    Softmax,

    /// <summary>
    /// The input is the logarithm of the prediction: <c>exp(x)</c>. What log-softmax layers and Poisson regressions return.
    /// </summary>
    Exp,
}

/// <summary>What happens to the axes that a term's formula leaves standing.</summary>
public enum Reduction
{
    /// <summary>The mean over the remaining axes; over pixels it counts the valid ones.</summary>
    Mean,

    /// <summary>The sum over the remaining axes.</summary>
    Sum,

    /// <summary>No reduction: one value a pixel for pixel terms, one an image and class for region terms.</summary>
    None,
}

/// <summary>Which targets a loss accepts.</summary>
public enum TargetKind
{
    /// <summary>Class indices or dense targets, told apart by the target's type when the loss is called.</summary>
    Any,

    /// <summary>Class indices of any integer type: one number a pixel.</summary>
    Index,

    /// <summary>One number a class and pixel: one-hot, multi-label or soft.</summary>
    Dense,
}

/// <summary>Where the class axis of a dense target lies.</summary>
public enum ClassAxis
{
    /// <summary>Axis 1, as in the logits: (N, C, spatial).</summary>
    Second,

    /// <summary>The last axis: (N, spatial, C).</summary>
    Last,
}

/// <summary>What an operation on neighbouring pixels reads beyond the edge of an image.</summary>
public enum Border
{
    /// <summary>0.</summary>
    Zero,

    /// <summary>The nearest pixel of the image: a b c c c.</summary>
    Replicate,

    /// <summary>The image mirrored at its last pixel, which is not repeated: a b c b a, as often as the window reaches.</summary>
    Reflect,
}

/// <summary>What happens when logits and target differ in their spatial size.</summary>
public enum Resize
{
    /// <summary>It is an error.</summary>
    None,

    /// <summary>
    /// The logits of images of two axes are resized to the target's size, bilinearly with aligned corners: what <see cref="LinearAligned"/>
    /// does, and an error with signals and volumes.
    /// </summary>
    Bilinear,

    /// <summary>
    /// The logits are resized to the target's size, linearly along each of one to three axes, their first and last pixels on those of the
    /// target: pixel i reads at i * (from - 1) / (to - 1), or at 0 of a target of one pixel. The gradient goes back through it. PyTorch's
    /// <c>interpolate(size: ..., align_corners: true)</c> with mode linear, bilinear or trilinear.
    /// </summary>
    LinearAligned,

    /// <summary>
    /// The logits are resized to the target's size, linearly along each of one to three axes, the edges of both images together and not the
    /// middles of their first and last pixels: pixel i reads at (i + 0.5) * from / to - 0.5, at least 0. The gradient goes back through it.
    /// PyTorch's <c>interpolate(size: ..., align_corners: false)</c>, its default, with mode linear, bilinear or trilinear; nothing is
    /// smoothed before a reduction in size.
    /// </summary>
    LinearUnaligned,
}

/// <summary>What a region term does with a class that has no target pixel (in an image, or in the batch when sums go over it).</summary>
public enum EmptyClasses
{
    /// <summary>The class counts as any other; smoothing decides its value.</summary>
    Keep,

    /// <summary>The class contributes 0 to the mean and no gradient, and is still counted in the mean.</summary>
    Zero,

    /// <summary>
    /// The class is left out of the mean. Where sums are per image that is the mean over all pairs of an image and a class that it has, in
    /// which an image counts the more the more classes it has.
    /// </summary>
    Skip,

    /// <summary>
    /// The class is left out of the mean over the classes of its image, and an image that has none of them out of the mean over the images:
    /// the mean over images of the mean over their classes, MONAI's reduction of metrics. The same as <see cref="Skip"/> where sums are not
    /// per image.
    /// </summary>
    SkipPerImage,
}

/// <summary>What a term has one number of, before the reduction: the rest is added up.</summary>
public enum Per
{
    /// <summary>One number for each class and pixel.</summary>
    Element,

    /// <summary>One a pixel: the classes are added up.</summary>
    Pixel,

    /// <summary>One a class of each image: the pixels are added up.</summary>
    Class,

    /// <summary>One an image: classes and pixels are added up.</summary>
    Image,
}

/// <summary>How the weight of a class falls with its volume, the sum of its target.</summary>
public enum VolumeWeights
{
    /// <summary>1 / volume^2.</summary>
    InverseSquare,

    /// <summary>1 / volume.</summary>
    Inverse,

    /// <summary>1 for every class.</summary>
    Uniform,
}
