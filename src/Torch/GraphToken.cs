namespace LossGen.Generated;

using System;
using System.Runtime.InteropServices;
using System.Threading;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Tells whether libtorch has let go of a graph, which TorchSharp's custom functions cannot ask. The value of a loss is multiplied by a 1
/// that lies in memory of ours: the operation saves the 1, and libtorch frees what an operation saved on its way back, just before it comes
/// to the loss's own backward, unless the graph is retained. It then also refuses a second backward, in its own words.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class GraphToken
{
    private volatile bool isReleased;

    /// <summary>The graph is not retained, or gone.</summary>
    public bool IsReleased => isReleased;

    /// <summary>Makes the value depend on the token, in place: to the bit what it was.</summary>
    public void Join(Tensor value)
    {
        using Tensor one = LentMemory.Tensor(value.dtype, () => isReleased = true);
        value.mul_(one);
    }
}

/// <summary>Tensors of one number, 1, in memory of ours, which tell when libtorch does not need them any more.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class LentMemory
{
    // The number, and behind it the handle of what is to be called.
    private const int HandleAt = 8;
    private const int Size = 16;

    // Kept alive here: libtorch calls it long after.
    private static readonly TensorMemory.ReturnMemory s_return = Return;

    /// <summary>A scalar of a floating type on the CPU.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="whenFree">Called once, on whichever thread drops the last reference. Must not throw.</param>
    public static Tensor Tensor(ScalarType type, Action whenFree)
    {
        nint address = Marshal.AllocHGlobal(Size);
        Marshal.WriteInt64(address, One(type));
        Marshal.WriteIntPtr(address, HandleAt, GCHandle.ToIntPtr(GCHandle.Alloc(whenFree)));
        return TensorMemory.Wrap(address, s_return, Array.Empty<long>(), type);
    }

    private static void Return(nint address)
    {
        GCHandle handle = GCHandle.FromIntPtr(Marshal.ReadIntPtr(address, HandleAt));
        var whenFree = (Action)handle.Target!;
        handle.Free();
        Marshal.FreeHGlobal(address);
        whenFree();
    }

    // Its bits come first, so in memory of any size that is wide enough.
    private static long One(ScalarType type) => type switch
    {
        ScalarType.Float16 => 0x3C00,
        ScalarType.BFloat16 => 0x3F80,
        ScalarType.Float64 => BitConverter.DoubleToInt64Bits(1),
        _ => BitConverter.SingleToInt32Bits(1),
    };
}
