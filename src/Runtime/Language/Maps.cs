using LossGen.Kernels;
using LossGen.Reference;

namespace LossGen;

/// <summary>
/// A further input of a loss with one number a pixel, over N, S: a weight map, a mask, a distance map. A formula declares it as a parameter
/// of this type, and whoever calls the loss passes it. No gradient goes to it.
/// </summary>
public sealed class PixelMap : Value
{
    internal PixelMap(Extents extents, double[] data)
        : base(ElementAxes.Batch | ElementAxes.Pixel, extents, data)
    {
    }
}

/// <summary>
/// A further input of a loss with one number a class and pixel, over N, C, S: a distance map of each class, a weight of each element,
/// another prediction. A formula declares it as a parameter of this type, and whoever calls the loss passes it. No gradient goes to it.
/// </summary>
public sealed class ElementMap : Value
{
    internal ElementMap(Extents extents, double[] data)
        : base(ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel, extents, data)
    {
    }
}
