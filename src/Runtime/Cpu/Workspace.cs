using System.Runtime.InteropServices;

namespace LossGen.Cpu;

/// <summary>
/// Native memory that a thread keeps between calls, so that a call allocates nothing. Taken from the start at each call;
/// it grows when a call needs more than any before.
/// </summary>
internal sealed unsafe class Workspace
{
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static Workspace? t_current;

    [ThreadStatic]
    private static Workspace? t_second;

    private byte* memory;
    private nuint capacity;
    private nuint used;

    ~Workspace() => NativeMemory.AlignedFree(memory);

    /// <summary>This thread's workspace, empty, with room for a number of bytes.</summary>
    public static Workspace Rent(long bytes) => (t_current ??= new Workspace()).Empty(bytes);

    /// <summary>Another workspace of this thread, for what has to outlive a <see cref="Rent"/>.</summary>
    public static Workspace RentSecond(long bytes) => (t_second ??= new Workspace()).Empty(bytes);

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

    /// <summary>What <see cref="Take{T}"/> uses of the room for a number of elements.</summary>
    public static long Size<T>(long count)
        where T : unmanaged => (((count * sizeof(T)) + 63) / 64 * 64) + 64;

    /// <summary>Memory for a number of elements, not cleared, aligned to a cache line.</summary>
    public T* Take<T>(long count)
        where T : unmanaged
    {
        nuint size = (nuint)(Size<T>(count) - 64);
        if (used + size > capacity)
            throw new InvalidOperationException("The workspace was sized too small.");
        T* result = (T*)(memory + used);
        used += size;
        return result;
    }
}
