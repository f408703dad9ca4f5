using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>Losses that look at neighbouring pixels, as MONAI's and kornia's PyTorch code reads in TorchSharp. Of one channel.</summary>
internal static class NeighbourPorts
{
    private const int ErosionCount = 10;

    /// <summary>A Gaussian window of 11 x 11 pixels, valid.</summary>
    public static Tensor Ssim(Tensor logits, Tensor target)
    {
        Tensor taps = exp(-(arange(11, dtype: logits.dtype) - 5).square() / (2 * 1.5 * 1.5));
        taps /= taps.sum();
        Tensor window = outer(taps, taps).reshape(1, 1, 11, 11);
        Tensor Mean(Tensor image) => conv2d(image, window);
        Tensor mx = Mean(logits), my = Mean(target);
        Tensor vx = Mean(logits * logits) - (mx * mx), vy = Mean(target * target) - (my * my), vxy = Mean(logits * target) - (mx * my);
        const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
        Tensor similarity = ((2 * mx * my) + c1) * ((2 * vxy) + c2) / (((mx * mx) + (my * my) + c1) * (vx + vy + c2));
        return 1 - similarity.mean();
    }

    /// <summary>Ten erosions, in two or three dimensions.</summary>
    public static Tensor CentreLineDice(Tensor logits, Tensor target)
    {
        Tensor p = logits.sigmoid(), mine = Skeleton(p), own = Skeleton(target);
        Tensor precision = ((mine * target).sum() + 1) / (mine.sum() + 1), sensitivity = ((own * p).sum() + 1) / (own.sum() + 1);
        return 1 - (2 * precision * sensitivity / (precision + sensitivity));
    }

    /// <summary>A box of 9 pixels a side, one axis after the other.</summary>
    public static Tensor Correlation(Tensor logits, Tensor target)
    {
        const int size = 9;
        Tensor Sum(Tensor volume)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                long[] extents = [1, 1, 1], padding = [0, 0, 0];
                (extents[axis], padding[axis]) = (size, size / 2);
                volume = conv3d(volume, ones([1, 1, .. extents], volume.dtype), padding: [padding[0], padding[1], padding[2]]);
            }

            return volume;
        }

        const double volume = size * size * size;
        Tensor a = Sum(target), b = Sum(logits), cross = Sum(logits * target) - (a * b / volume);
        Tensor tv = (Sum(target * target) - (a * a / volume)).clamp_min(1e-5),
            pv = (Sum(logits * logits) - (b * b / volume)).clamp_min(1e-5);
        return -(cross * cross / (tv * pv)).mean();
    }

    /// <summary>The mean difference along each axis.</summary>
    public static Tensor TotalVariation(Tensor logits, Tensor target) =>
        (logits.narrow(2, 1, logits.shape[2] - 1) - logits.narrow(2, 0, logits.shape[2] - 1)).abs().mean()
            + (logits.narrow(3, 1, logits.shape[3] - 1) - logits.narrow(3, 0, logits.shape[3] - 1)).abs().mean();

    private static Tensor Skeleton(Tensor image)
    {
        Tensor skeleton = nn.functional.relu(image - Open(image));
        for (int k = 0; k < ErosionCount; k++)
        {
            image = Erode(image);
            Tensor ridge = relu(image - Open(image));
            skeleton = skeleton + relu(ridge - (skeleton * ridge));
        }

        return skeleton;
    }

    private static Tensor Open(Tensor image) => Pool(Erode(image), [.. Enumerable.Repeat(3L, (int)image.dim() - 2)]);

    private static Tensor Erode(Tensor image)
    {
        int axes = (int)image.dim() - 2;
        Tensor? smallest = null;
        for (int axis = 0; axis < axes; axis++)
        {
            long[] extents = [.. Enumerable.Repeat(1L, axes)];
            extents[axis] = 3;
            Tensor along = -Pool(-image, extents);
            smallest = smallest is null ? along : minimum(smallest, along);
        }

        return smallest!;
    }

    private static Tensor Pool(Tensor image, long[] extents)
    {
        long[] strides = [.. extents.Select(_ => 1L)], padding = [.. extents.Select(extent => extent / 2)];
        return extents.Length == 2 ? max_pool2d(image, extents, strides, padding) : max_pool3d(image, extents, strides, padding);
    }
}
