using System.Numerics;

namespace LossGen.Cpu;

/// <summary>
/// Bilinear resizing with aligned corners, as torch's <c>interpolate(mode: bilinear, align_corners: true)</c>: the corner pixels of
/// both grids coincide, pixel i of the target reads at i * (source - 1) / (target - 1) of the source.
/// </summary>
internal static unsafe class BilinearResize
{
    /// <summary>Resizes planes of height x width.</summary>
    public static void Forward<T>(T* source, int height, int width, T* target, int targetHeight, int targetWidth, long planes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (long plane = 0; plane < planes; plane++)
        {
            T* from = source + (plane * height * width);
            T* to = target + (plane * targetHeight * targetWidth);
            for (int i = 0; i < targetHeight; i++)
            {
                (int y0, int y1, T v) = At<T>(i, height, targetHeight);
                T* upper = from + ((long)y0 * width);
                T* lower = from + ((long)y1 * width);
                for (int j = 0; j < targetWidth; j++)
                {
                    (int x0, int x1, T u) = At<T>(j, width, targetWidth);
                    T top = ((T.One - u) * upper[x0]) + (u * upper[x1]);
                    T bottom = ((T.One - u) * lower[x0]) + (u * lower[x1]);
                    to[((long)i * targetWidth) + j] = ((T.One - v) * top) + (v * bottom);
                }
            }
        }
    }

    /// <summary>The transpose: takes the gradient at the target's pixels back to the source's.</summary>
    public static void Adjoint<T>(T* gradient, int height, int width, T* targetGradient, int targetHeight, int targetWidth, long planes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (long plane = 0; plane < planes; plane++)
        {
            T* to = gradient + (plane * height * width);
            T* from = targetGradient + (plane * targetHeight * targetWidth);
            for (long k = 0; k < (long)height * width; k++)
                to[k] = T.Zero;
            for (int i = 0; i < targetHeight; i++)
            {
                (int y0, int y1, T v) = At<T>(i, height, targetHeight);
                T* upper = to + ((long)y0 * width);
                T* lower = to + ((long)y1 * width);
                for (int j = 0; j < targetWidth; j++)
                {
                    (int x0, int x1, T u) = At<T>(j, width, targetWidth);
                    T g = from[((long)i * targetWidth) + j];
                    T top = (T.One - v) * g, bottom = v * g;
                    upper[x0] += (T.One - u) * top;
                    upper[x1] += u * top;
                    lower[x0] += (T.One - u) * bottom;
                    lower[x1] += u * bottom;
                }
            }
        }
    }

    private static (int First, int Second, T Fraction) At<T>(int index, int source, int target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double position = target > 1 ? index * ((double)(source - 1) / (target - 1)) : 0;
        int first = Math.Min((int)position, source - 1);
        return (first, Math.Min(first + 1, source - 1), T.CreateTruncating(position - first));
    }
}
