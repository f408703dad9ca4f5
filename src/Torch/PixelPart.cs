namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using static TorchSharp.torch;

/// <summary>Some of the pixels of a batch: all of some images, or adjacent ones of one image.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal readonly struct PixelPart
{
    private readonly BatchShape shape;

    private PixelPart(BatchShape shape, long firstImage, long images, long firstPixel, long pixels)
    {
        this.shape = shape;
        FirstImage = firstImage;
        Images = images;
        FirstPixel = firstPixel;
        Pixels = pixels;
    }

    /// <summary>
    /// So many numbers of a tensor a part and thread: few such tensors fit into a core's second-level cache, and an operation takes many
    /// times as long as the call of it. Others for tests.
    /// </summary>
    internal static long Numbers { get; set; } = 1 << 17;

    /// <summary>The first image.</summary>
    public long FirstImage { get; }

    /// <summary>How many images.</summary>
    public long Images { get; }

    /// <summary>The first pixel of each.</summary>
    public long FirstPixel { get; }

    /// <summary>How many pixels of each.</summary>
    public long Pixels { get; }

    /// <summary>All pixels.</summary>
    public static PixelPart Whole(BatchShape shape) => new(shape, 0, shape.Batch, 0, shape.Pixels);

    /// <summary>No pixel.</summary>
    public static PixelPart None(BatchShape shape) => new(shape, 0, 0, 0, 0);

    /// <summary>There is more than a part of them, each of numbers that follow each other in memory: of one class.</summary>
    public static bool AreSeveral(BatchShape shape) => shape.Classes == 1 && shape.Batch * shape.Pixels >= 2 * Size;

    /// <summary>All pixels, part by part, in their order.</summary>
    public static IEnumerable<PixelPart> All(BatchShape shape)
    {
        long most = Size;
        if (shape.Pixels <= most)
        {
            long images = most / shape.Pixels;
            for (long first = 0; first < shape.Batch; first += images)
                yield return new(shape, first, Math.Min(images, shape.Batch - first), 0, shape.Pixels);
            yield break;
        }

        for (long image = 0; image < shape.Batch; image++)
        {
            for (long first = 0; first < shape.Pixels; first += most)
                yield return new(shape, image, 1, first, Math.Min(most, shape.Pixels - first));
        }
    }

    /// <summary>What a tensor of all pixels, (N or 1, C or 1, S or 1), has of this part: a view.</summary>
    public Tensor Of(Tensor tensor)
    {
        Tensor images = tensor.shape[0] == shape.Batch ? tensor.narrow(0, FirstImage, Images) : tensor;
        return tensor.shape[2] == shape.Pixels ? images.narrow(2, FirstPixel, Pixels) : images;
    }

    // libtorch's threads share an operation.
    private static long Size => Numbers * get_num_threads();
}
