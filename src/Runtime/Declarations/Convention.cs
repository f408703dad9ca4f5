namespace LossGen;

/// <summary>Whose defaults the options of a loss and its terms have where they are not stated.</summary>
public enum Convention
{
    /// <summary>Those in the documentation of each option.</summary>
    None,

    /// <summary>PyTorch's losses: the same.</summary>
    Torch,

    /// <summary>MONAI's: sums are per image; Jaccard counts smoothing half.</summary>
    Monai,

    /// <summary>
    /// segmentation_models.pytorch's: no smoothing but a bound of the denominator, overlap from absolute differences, classes without target contribute 0, class weights are normalised,
    /// means count ignored pixels (but not those of its focal loss: state <c>CountIgnored = false</c>). Of a Dice with <c>Log</c> the bound is half: state <c>[Tversky(Log = true)]</c>, which is SMP's own definition.
    /// </summary>
    Smp,

    /// <summary>nnU-Net's loss classes: Dice is the negative score of each image, smoothing 1 and a bound of 1e-8. (Its trainer states others: smoothing 1e-5, no background.)</summary>
    NnUnet,

    /// <summary>
    /// kornia's: sums are per image, a Dice or Tversky pools the classes and has no smoothing but that of the denominator, 1e-8, alpha of the focal loss is 0.25, divergences compare maps over pixels, means count
    /// ignored pixels. Its one-hot targets have 1e-6 instead of 0, which no option says.
    /// </summary>
    Kornia,
}

/// <summary>
/// The default of an option under a convention. On a property it is of that option; on a term it is of an inherited one, which it names. What an attribute states, and a property of the loss
/// that feeds the option, go before it.
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
