using LossGen.Kernels;

namespace LossGen.Benchmarks.Gpu;

/// <summary>What the kernels of a case move, and what no kernel does without: bytes, or multiplications, by which the time is judged.</summary>
/// <param name="Moved">
/// The bytes of logits, target and gradient that the kernels read and write, and of what lies between them: logits of the target's size, or
/// the matrix of pairs.
/// </param>
/// <param name="Least">The bytes that any kernel has to move; null where those are not the limit.</param>
/// <param name="Multiplications">Those that any kernel has to do, each with an addition; null where those are not the limit.</param>
internal readonly record struct Work(long Moved, long? Least, long? Multiplications)
{
    /// <summary>What the limit counts; null where there is none.</summary>
    public string? Limit => Least is not null ? "bytes" : Multiplications is not null ? "multiplications" : null;

    public static Work Of(Case one, KernelLayout layout)
    {
        if (one.Pairs != Pairs.None)
            return OfPairs(one, layout);
        bool isFused = layout.IsFusedOnDevices;
        long pixels = (long)one.Size.Batch * one.Size.Pixels, target = pixels * (one.IsDense ? 4 * one.Size.Classes : 8),
            logits = (long)one.Size.Logits * one.ElementBytes, passes = isFused ? 1 : layout.Passes.Length + 1;

        // As few as the derivative allows: two reads and a write, or one of each where no sum is in the gradient.
        long least = ((isFused ? 1 : 2) * (logits + target)) + logits;
        if (layout.Sorts)
            return new((passes * (logits + target)) + logits, null, null);
        if (one.Size.Shrink == 1)
            return new((passes * (logits + target)) + logits, least, null);

        // Stretched to the target's size and read there; the gradient is left there, and taken back one axis after the other.
        long full = pixels * one.Size.Classes * PixelBytes(one), between = full / one.Size.Shrink;
        return new(logits + full + (passes * (full + target)) + full + full + between + between + logits, least, null);
    }

    private static Work OfPairs(Case one, KernelLayout layout)
    {
        long rows = one.Size.Batch, features = one.Size.Classes, view = rows / 2;
        long side = one.HasViews ? features : rows, images = one.Pairs == Pairs.Covariance ? 2 : 1;
        long matrix = images * side * side * PixelBytes(one), embeddings = rows * features;

        // Half of a symmetric matrix; and its gradient, with what is the same for both sides added up, times the embeddings.
        long count = one.Pairs switch
        {
            Pairs.Correlation => 3 * features * features * view,
            Pairs.Covariance => features * (features + 1) * view + 2 * features * features * view,
            _ => (rows * (rows + 1) / 2 * features) + (rows * rows * features),
        };

        // Written, read and written by the passes, and read by the product; the embeddings as they come, and as they are multiplied.
        long passes = layout.IsFusedOnDevices ? 1 : layout.Passes.Length + 1;
        long moved = matrix + (passes * matrix) + matrix + matrix
            + (2 * embeddings * one.ElementBytes) + (5 * embeddings * PixelBytes(one));
        return new(moved, null, one.Element == LogitElement.Double ? null : count);
    }

    // Pixels are computed in float, of double in double.
    private static long PixelBytes(Case one) => one.Element == LogitElement.Double ? 8 : 4;
}
