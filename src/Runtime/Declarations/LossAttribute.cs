namespace LossGen;

/// <summary>
/// Declares a loss on a partial class. Its terms are the other attributes of the class that derive from
/// <see cref="LossTermAttribute"/>, or a static method <c>Formula</c> in the class, or both.
/// </summary>
/// <param name="activation">How logits become probabilities.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LossAttribute(Activation activation = Activation.None) : Attribute
{
    /// <summary>The value of <see cref="IgnoreIndex"/> that means that no label is ignored.</summary>
    public const int NoIgnoreIndex = int.MinValue;

    /// <summary>How logits become probabilities.</summary>
    public Activation Activation { get; } = activation;

    /// <summary>
    /// Whose defaults the options have that are not stated, here and in the terms: smoothing, bounds, sums per image and what else
    /// <see cref="LossGen.Convention"/> says. It states no label to ignore and no reduction.
    /// </summary>
    public Convention Convention { get; init; }

    /// <summary>The number of classes, checked when the loss is called; 0 takes it from the logits.</summary>
    public int Classes { get; init; }

    /// <summary>
    /// The label of pixels that take no part: they add nothing to any sum and have gradient exactly 0. With dense targets, a
    /// target element of this value is left out on its own.
    /// </summary>
    public int IgnoreIndex { get; init; } = NoIgnoreIndex;

    /// <summary>
    /// Several such labels, as in <c>IgnoreIndices = [254, 255]</c>; <see cref="IgnoreIndex"/> is one more where it is stated, too. Of
    /// class indices only: <see cref="Target"/> is <see cref="TargetKind.Index"/> then.
    /// </summary>
    public int[]? IgnoreIndices { get; init; }

    /// <summary>
    /// The final mean of <see cref="Reduction.Mean"/> divides by all pixels, ignored ones as well, so that a batch weighs less the more of
    /// it is ignored. SMP, kornia and MMSegmentation do so; PyTorch divides by the valid ones.
    /// </summary>
    [ConventionDefault(Convention.Smp, true)]
    [ConventionDefault(Convention.Kornia, true)]
    [ConventionDefault(Convention.Mmseg, true)]
    public bool CountIgnored { get; init; }

    /// <summary>Sums go over the pixels of each image; otherwise over the pixels of the whole batch.</summary>
    [ConventionDefault(Convention.Monai, true)]
    [ConventionDefault(Convention.NnUnet, true)]
    [ConventionDefault(Convention.Kornia, true)]
    [ConventionDefault(Convention.Mmseg, true)]
    [ConventionDefault(Convention.PaddleSeg, true)]
    [ConventionDefault(Convention.Optax, true)]
    public bool PerImage { get; init; }

    /// <summary>What happens to the axes that the terms leave standing.</summary>
    public Reduction Reduction { get; init; } = Reduction.Mean;

    /// <summary>Which targets are accepted. Code is generated only for these.</summary>
    public TargetKind Target { get; init; } = TargetKind.Any;

    /// <summary>Where the class axis of a dense target lies.</summary>
    public ClassAxis TargetClassAxis { get; init; } = ClassAxis.Second;

    /// <summary>The dense target has one channel more than the logits, the last one, which is dropped.</summary>
    public bool DropLastTargetChannel { get; init; }

    /// <summary>
    /// The axes of an image, for terms and formulas that look at neighbouring pixels: 1 for signals (N, C, W), 2 for images (N, C, H, W), 3
    /// for volumes (N, C, D, H, W). A call with others is an error. Losses that look at each pixel by itself take any.
    /// </summary>
    public int Dimensions { get; init; } = 2;

    /// <summary>
    /// What the loss compares, where it compares rows or columns of embeddings (N, D) with each other: contrastive and metric losses.
    /// <see cref="IgnoreIndex"/> is then the label of rows that take no part in any pair. docs/pairs.md says what goes with it.
    /// </summary>
    public Pairs Pairs { get; init; }

    /// <summary>What happens when logits and target differ in their spatial size.</summary>
    public Resize Resize { get; init; } = Resize.None;
}
