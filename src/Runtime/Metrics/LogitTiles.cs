using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Metrics;

/// <summary>
/// Logits of any type and layout as the metrics count them: a tile of pixels at a time, the pixels of a class adjacent, in float or double.
/// </summary>
/// <typeparam name="T">double for logits of double, else float.</typeparam>
internal readonly unsafe struct LogitTiles<T>
    where T : unmanaged
{
    private readonly void* logits;
    private readonly LogitElement element;
    private readonly LossShape shape;
    private readonly int width;
    private readonly T* rows;
    private readonly T* staged;

    /// <summary>Tiles of a batch.</summary>
    /// <param name="logits">N * C * S numbers.</param>
    /// <param name="element">Their type.</param>
    /// <param name="shape">The extents.</param>
    /// <param name="width">The most pixels of a tile.</param>
    /// <param name="isWritten">Tiles are written to, so that each is a copy.</param>
    /// <param name="memory">Has room for <see cref="Bytes"/>.</param>
    public LogitTiles(void* logits, LogitElement element, LossShape shape, int width, bool isWritten, Workspace memory)
    {
        this.logits = logits;
        this.element = element;
        this.shape = shape;
        this.width = width;
        long numbers = (long)shape.Classes * width;
        rows = IsCopied(element, shape, isWritten) ? memory.Take<T>(numbers) : null;
        staged = IsStaged(element, shape) ? memory.Take<T>(numbers) : null;
    }

    /// <summary>From a class of a tile to the next, in numbers.</summary>
    public long Stride => rows != null ? width : shape.Pixels;

    /// <summary>The memory that reading tiles takes.</summary>
    public static long Bytes(LogitElement element, LossShape shape, int width, bool isWritten)
    {
        long bytes = Workspace.Size<T>((long)shape.Classes * width);
        return (IsCopied(element, shape, isWritten) ? bytes : 0) + (IsStaged(element, shape) ? bytes : 0);
    }

    /// <summary>A tile, until the next is read.</summary>
    public T* Read(int image, long pixel, int count)
    {
        int classes = shape.Classes;
        if (rows == null)
            return (T*)logits + First(image, 0, pixel);
        if (shape.ClassesLast)
        {
            long first = ((image * shape.Pixels) + pixel) * classes;
            if (staged != null)
                Storage.Widen(element, logits, first, (float*)staged, count * classes);
            Transposition.Copy(staged != null ? staged : (T*)logits + first, classes, count, classes, rows, width);
            return rows;
        }

        for (int c = 0; c < classes; c++)
        {
            T* row = rows + ((long)c * width);
            if (IsNarrow(element))
                Storage.Widen(element, logits, First(image, c, pixel), (float*)row, count);
            else
                new ReadOnlySpan<T>((T*)logits + First(image, c, pixel), count).CopyTo(new Span<T>(row, count));
        }

        return rows;
    }

    private static bool IsNarrow(LogitElement element) => element is LogitElement.Half or LogitElement.BFloat16;

    private static bool IsCopied(LogitElement element, LossShape shape, bool isWritten) =>
        isWritten || IsNarrow(element) || shape.ClassesLast;

    // Numbers of 16 bits become float before they are transposed.
    private static bool IsStaged(LogitElement element, LossShape shape) => IsNarrow(element) && shape.ClassesLast;

    private long First(int image, int c, long pixel) => ((((long)image * shape.Classes) + c) * shape.Pixels) + pixel;
}
