using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary>The arguments of a launch in their order: addresses, numbers, structures by value. Used again from launch to launch.</summary>
internal sealed class GpuArguments
{
    private readonly List<(int Offset, int Size)> places = [];
    private byte[] bytes = new byte[256];
    private int length;

    public int Count => places.Count;

    /// <summary>Begins anew.</summary>
    public GpuArguments Clear()
    {
        places.Clear();
        length = 0;
        return this;
    }

    /// <summary>An address, which may be 0, or anything that is passed by value.</summary>
    public GpuArguments Add<T>(T value)
        where T : unmanaged
    {
        // Each begins where the widest of its parts may.
        int offset = (length + 7) & ~7, size = Unsafe.SizeOf<T>();
        if (offset + size > bytes.Length)
            Array.Resize(ref bytes, 2 * (offset + size));
        MemoryMarshal.Write(bytes.AsSpan(offset), in value);
        places.Add((offset, size));
        length = offset + size;
        return this;
    }

    /// <summary>The bytes of an argument, as they lie in memory.</summary>
    public Span<byte> this[int argument] => bytes.AsSpan(places[argument].Offset, places[argument].Size);
}
