using LossGen.Kernels;
using LossGen.Reference;

namespace LossGen;

/// <summary>
/// What the prediction should be, over N, C, S: 1 for the labelled class and 0 for the others with index targets, the given
/// numbers with dense ones. It is 0 where it is not valid.
/// </summary>
public sealed class Target : Value
{
    internal Target(Extents extents, double[] data, Value valid)
        : base(ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel, extents, data)
    {
        Valid = valid;
        Elementwise.Selecting(this);
    }

    /// <summary>
    /// 1 where the target takes part, else 0: a number for each pixel, or with dense targets for each class and pixel, if the loss declares
    /// <see cref="LossAttribute.IgnoreIndex"/>; otherwise just 1. Sums leave the other points out by themselves.
    /// </summary>
    public Value Valid { get; }
}
