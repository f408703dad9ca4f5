using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <summary>Maps of exact Euclidean distances, for weights of pixels, for boundary losses and to look at.</summary>
/// <remarks>
/// Images and volumes are those of a <see cref="LossShape"/>: pixels adjacent, (N, C, S). Distances are in the unit of the spacing; without
/// one neighbours are 1 apart. The time grows with the number of pixels. P. F. Felzenszwalb and D. P. Huttenlocher, "Distance Transforms of
/// Sampled Functions", Theory of Computing, 2012.
/// </remarks>
public static unsafe class DistanceMap
{
    /// <summary>
    /// The distance of each pixel where a condition holds to the nearest one of its image and class where it does not, as scipy's
    /// distance_transform_edt.
    /// </summary>
    /// <param name="condition">(N, C, S).</param>
    /// <param name="distances">(N, C, S): 0 where the condition does not hold, and in an image in which it holds everywhere.</param>
    /// <param name="shape">The extents; it says how many axes an image has.</param>
    /// <param name="spacing">The distance of neighbours along each axis of an image, slices first; all 1 where none is given.</param>
    /// <exception cref="ArgumentException">A span or the spacing does not fit the shape.</exception>
    public static void Euclidean(ReadOnlySpan<bool> condition, Span<float> distances, LossShape shape, ReadOnlySpan<double> spacing =
        default) =>
        Fill(condition, distances, shape, spacing);

    /// <inheritdoc cref="Euclidean(ReadOnlySpan{bool}, Span{float}, LossShape, ReadOnlySpan{double})"/>
    public static void Euclidean(ReadOnlySpan<bool> condition, Span<double> distances, LossShape shape, ReadOnlySpan<double> spacing =
        default) =>
        Fill(condition, distances, shape, spacing);

    /// <summary>
    /// The signed distance of each pixel to the boundary of each class, what <c>[Boundary]</c> takes as its input: outside of a class the
    /// distance to its nearest pixel, inside it <c>1 - the distance to the nearest pixel of another class</c>, which is 0 at the inner
    /// border. All 0 for a class that an image has nowhere, or everywhere.
    /// </summary>
    /// <param name="labels">(N, S), the class of each pixel; those that are no class belong to none.</param>
    /// <param name="distances">(N, C, S).</param>
    /// <param name="shape">The extents.</param>
    /// <param name="spacing">
    /// The distance of neighbours along each axis of an image, slices first; all 1 where none is given. The 1 above is not scaled.
    /// </param>
    /// <exception cref="ArgumentException">A span or the spacing does not fit the shape.</exception>
    /// <remarks>H. Kervadec et al., "Boundary loss for highly unbalanced segmentation", MIDL 2019.</remarks>
    public static void Signed(ReadOnlySpan<long> labels, Span<float> distances, LossShape shape, ReadOnlySpan<double> spacing = default) =>
        FillSigned(labels, distances, shape, spacing);

    /// <inheritdoc cref="Signed(ReadOnlySpan{long}, Span{float}, LossShape, ReadOnlySpan{double})"/>
    public static void Signed(ReadOnlySpan<long> labels, Span<double> distances, LossShape shape, ReadOnlySpan<double> spacing = default) =>
        FillSigned(labels, distances, shape, spacing);

    private static void FillSigned<T>(ReadOnlySpan<long> labels, Span<T> distances, LossShape shape, ReadOnlySpan<double> spacing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int pixels = checked((int)shape.Pixels);
        Fits(labels.Length, (long)shape.Batch * pixels, nameof(labels), "(N, S)");
        var outside = new bool[(long)shape.Batch * shape.Classes * pixels];
        for (int plane = 0; plane < shape.Batch * shape.Classes; plane++)
        {
            (int image, int label) = Math.DivRem(plane, shape.Classes);
            for (int s = 0; s < pixels; s++)
                outside[(plane * pixels) + s] = labels[(image * pixels) + s] != label;
        }

        Fill(outside, distances, shape, spacing);
        var inside = new T[outside.Length];
        Fill(Array.ConvertAll(outside, isOutside => !isOutside), inside, shape, spacing);
        for (int i = 0; i < inside.Length; i++)
        {
            if (inside[i] > T.Zero)
                distances[i] = T.One - inside[i];
        }
    }

    private static void Fill<T>(ReadOnlySpan<bool> condition, Span<T> distances, LossShape shape, ReadOnlySpan<double> spacing)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long planes = (long)shape.Batch * shape.Classes;
        Fits(condition.Length, planes * shape.Pixels, nameof(condition), "(N, C, S)");
        Fits(distances.Length, planes * shape.Pixels, nameof(distances), "(N, C, S)");
        var grid = new ImageGrid(shape.Dimensions, shape.Depth, shape.Height, shape.Width);
        double[] steps = Spacing(spacing, grid.Dimensions);
        int pixels = checked((int)shape.Pixels);
        var sources = new T[pixels];
        var scratch = new double[EuclideanDistance<T>.ScratchLength(grid)];
        fixed (T* source = sources, result = distances)
        fixed (double* memory = scratch)
        {
            for (int plane = 0; plane < planes; plane++)
            {
                for (int s = 0; s < pixels; s++)
                    sources[s] = condition[(plane * pixels) + s] ? T.Zero : T.One;
                EuclideanDistance<T>.Transform(grid, steps, source, result + ((long)plane * pixels), memory);
            }
        }
    }

    /// <summary>The spacing of images of so many axes, checked.</summary>
    internal static double[] Spacing(ReadOnlySpan<double> spacing, int dimensions)
    {
        if (spacing.IsEmpty)
            return [.. Enumerable.Repeat(1D, dimensions)];
        if (spacing.Length != dimensions)
            throw new ArgumentException($"The spacing is {spacing.Length} numbers, and images of the shape have {dimensions} axes. Give one for each, slices first, and the shape with all extents of an image.", nameof(spacing));
        foreach (double step in spacing)
        {
            if (!(step > 0) || double.IsInfinity(step))
                throw new ArgumentException($"A spacing of {step.ToString(System.Globalization.CultureInfo.InvariantCulture)} is no distance; it has to be above 0 and finite.", nameof(spacing));
        }

        return spacing.ToArray();
    }

    /// <summary>A span has the elements that the shape asks for.</summary>
    internal static void Fits(long length, long wanted, string name, string extents)
    {
        if (length != wanted)
            throw new ArgumentException($"'{name}' has {length} elements; the shape has {wanted}, {extents}.", name);
    }
}
