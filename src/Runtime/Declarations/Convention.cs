namespace LossGen;

/// <summary>Whose defaults the options of a loss and its terms have where they are not stated.</summary>
public enum Convention
{
    /// <summary>Those in the documentation of each option.</summary>
    None,

    /// <summary>PyTorch's losses: the same. Checked against 1.13.0.</summary>
    Torch,

    /// <summary>
    /// MONAI's: sums are per image; Jaccard counts smoothing half. Checked against d388d1c (2025-06-13, after 1.5.0); of what is newer the
    /// calibration losses are <see cref="CalibrationErrorAttribute"/>, and its MCCLoss is not <see cref="MatthewsCorrelationAttribute"/>:
    /// it smooths inside the root and has 0 for a class that is empty and predicted so.
    /// </summary>
    Monai,

    /// <summary>
    /// segmentation_models.pytorch's: no smoothing but a bound of the denominator, overlap from absolute differences, classes without
    /// target contribute 0, class weights are normalised, means count ignored pixels (but not those of its focal loss: state
    /// <c>CountIgnored = false</c>). Of a Dice with <c>Log</c> the bound is half: state <c>[Tversky(Log = true)]</c>, which is SMP's own
    /// definition. Checked against 5006616 (2026-08-14).
    /// </summary>
    Smp,

    /// <summary>
    /// nnU-Net's loss classes: Dice is the negative score of each image, smoothing 1 and a bound of 1e-8; the hardest pixels are a share of
    /// all. (Its trainer states others: smoothing 1e-5, no background.) Checked against 0e49508 (2026-07-13).
    /// </summary>
    NnUnet,

    /// <summary>
    /// kornia's: sums are per image, a Dice or Tversky pools the classes and has no smoothing but that of the denominator, 1e-8, alpha of
    /// the focal loss is 0.25, divergences compare maps over pixels, means count ignored pixels. Its one-hot targets have 1e-6 instead of
    /// 0, which no option says. Checked against b4f5a78 (2026-08-18).
    /// </summary>
    Kornia,

    /// <summary>
    /// keras 3's: Dice and Tversky are one score of all images and classes, smoothed in the denominator alone, by 1e-7. Its
    /// BinaryFocalCrossentropy is <c>[Focal]</c>, alpha only where one is stated (apply_class_balancing); its CategoricalFocalCrossentropy
    /// is <c>[Focal(Weight = 0.25, SumClasses = true)]</c> with a softmax. Checked against the formulas of 3.16.0 (3422977, 2026-08-21); in
    /// 3.15.1 and before alpha and beta of Tversky are exchanged.
    /// </summary>
    Keras,

    /// <summary>
    /// MMSegmentation's: sums are per image (but not those of its Lovász loss: state <c>PerImage = false</c>), Dice is one score of all
    /// classes with squares below and 2e-3 added there, Tversky has alpha 0.3, beta 0.7 and smoothing 1, alpha of the focal loss is 0.5,
    /// means count ignored pixels. Its Dice leaves ignored pixels in the sum of the prediction, which no option says. Checked against the
    /// formulas of 1.2.2.
    /// </summary>
    Mmseg,

    /// <summary>
    /// PaddleSeg's: sums are per image (but not those of its Lovász losses: state <c>PerImage = false</c>), smoothing is 1, alpha of the
    /// focal loss is 0.25 (its MultiClassFocalLoss is <c>[Focal(Alpha = double.NaN, SumClasses = true)]</c> with a softmax), the hardest
    /// pixels are a share of all, hard examples are at least 10000 of the batch, less the last, the divergence is a mean over elements. It
    /// adds 1e-8 to what means divide by, which no option says. Checked against the formulas of d7975e7 (2024-10-18, after 2.9.1).
    /// </summary>
    PaddleSeg,

    /// <summary>
    /// optax': Dice is per image, smoothing is 1; all others are as PyTorch's, one number an element, of which one takes the mean. Its
    /// multiclass_generalized_dice_loss is a Dice whose class weights are the inverse squares of the classes' pixels, and no
    /// <see cref="GeneralizedDiceAttribute"/>. Checked against the formulas of 0.2.8.
    /// </summary>
    Optax,
}

/// <summary>
/// The default of an option under a convention. On a property it is of that option; on a term it is of an inherited one, which it names.
/// What an attribute states, and a property of the loss that feeds the option, go before it.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ConventionDefaultAttribute : Attribute
{
    /// <summary>The default of the property.</summary>
    /// <param name="convention">The convention.</param>
    /// <param name="value">A number, a truth value or a member of an enumeration, of the property's type.</param>
    public ConventionDefaultAttribute(Convention convention, object value)
    {
        Convention = convention;
        Value = value;
    }

    /// <summary>The default of an inherited option.</summary>
    /// <param name="convention">The convention.</param>
    /// <param name="option">The name of the option.</param>
    /// <param name="value">A number, a truth value or a member of an enumeration, of the option's type.</param>
    public ConventionDefaultAttribute(Convention convention, string option, object value)
    {
        Convention = convention;
        Option = option;
        Value = value;
    }

    /// <summary>The convention.</summary>
    public Convention Convention { get; }

    /// <summary>The name of the option; null on the property itself.</summary>
    public string? Option { get; }

    /// <summary>The default.</summary>
    public object Value { get; }
}
