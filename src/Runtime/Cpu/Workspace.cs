using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LossGen.Cpu;

/// <summary>What a thread's native memory is for. Each use has memory of its own, so that one outlives the other.</summary>
internal enum WorkspaceUse
{
    /// <summary>Statistics, constants and slots of a call.</summary>
    Call,

    /// <summary>Tiles and scratch rows of a pass.</summary>
    Tile,

    /// <summary>The sums of every block, where several threads compute them.</summary>
    Blocks,

    /// <summary>Resized logits and their gradient.</summary>
    Resized,

    /// <summary>Rows and interpolation points of a resize.</summary>
    Resize,

    /// <summary>Unreduced values without a pixel axis.</summary>
    Elements,

    /// <summary>Maps that passes store, and that sorts and steps over whole images read and leave.</summary>
    Maps,

    /// <summary>Rows of a step.</summary>
    Step,

    /// <summary>The pixels that a thread sorts.</summary>
    Sort,

    /// <summary>The dense target and the maps of a coarser output.</summary>
    Levels,

    /// <summary>Probabilities and labels of a tile that metrics count.</summary>
    Metrics,

    /// <summary>Embeddings, their matrix of pairs and its gradient.</summary>
    Pairs,

    /// <summary>Rows of a matrix that a product computes itself.</summary>
    Product,

    /// <summary>The labels of views.</summary>
    Views,
}

/// <summary>
/// Native memory that a thread keeps between calls, so that a call allocates nothing. Taken from the start at each call;
/// it grows when a call needs more than any before, and is freed when the thread is gone.
/// </summary>
internal sealed unsafe class Workspace
{
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static Workspace?[]? t_current;

    private byte* memory;
    private nuint capacity;
    private nuint used;

    ~Workspace() => NativeMemory.AlignedFree(memory);

    /// <summary>This thread's workspace for a use, empty, with room for a number of bytes.</summary>
    public static Workspace Rent(WorkspaceUse use, long bytes)
    {
        t_current ??= new Workspace?[Enum.GetValues<WorkspaceUse>().Length];
        return (t_current[(int)use] ??= new Workspace()).Empty(bytes);
    }

    /// <summary>What <see cref="Take{T}"/> uses of the room for a number of elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Size<T>(long count)
        where T : unmanaged => ((count * sizeof(T)) + (long)Alignment - 1) & -(long)Alignment;

    /// <summary>Memory for a number of elements, not cleared, aligned to a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Take<T>(long count)
        where T : unmanaged
    {
        nuint size = (nuint)Size<T>(count);
        if (used + size > capacity)
            throw TooSmall();
        T* result = (T*)(memory + used);
        used += size;
        return result;
    }

    private static InvalidOperationException TooSmall() => new("The workspace was sized too small.");

    private Workspace Empty(long bytes)
    {
        used = 0;
        nuint needed = checked((nuint)bytes);
        if (needed > capacity)
        {
            NativeMemory.AlignedFree(memory);
            capacity = 0;
            memory = null;
            memory = (byte*)NativeMemory.AlignedAlloc(needed, Alignment);
            capacity = needed;
        }

        return this;
    }
}
