using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LossGen.Kernels;

/// <summary>
/// Memory of gradients that other code owns for a while, kept for the next ones of about the same size. What comes fresh from the system
/// costs a page fault every 4 KB: for a large gradient more than the kernel that fills it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class GradientMemory
{
    /// <summary>Allocators keep smaller blocks themselves.</summary>
    private const long Smallest = 1 << 20;

    private const nuint Alignment = 64;

    // A gradient and the one before it, of one loss or two.
    private const int MostFree = 4;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, long> s_rented = [];

    // The last returned is the last.
    private static readonly List<(nint Address, long Bytes)> s_free = [];

    /// <summary>What is kept at present, in bytes.</summary>
    internal static long KeptBytes
    {
        get
        {
            lock (s_lock)
                return s_free.Sum(block => block.Bytes);
        }
    }

    /// <summary>An address with so many bytes, not cleared, or 0 for what is too small or too large to be kept.</summary>
    public static nint Rent(long bytes)
    {
        if (bytes < Smallest || bytes > LossRuntime.RetainedGradientBytes)
            return 0;
        lock (s_lock)
        {
            // The one that fits best: at most half of it is left over.
            int best = -1;
            for (int k = 0; k < s_free.Count; k++)
            {
                if (s_free[k].Bytes >= bytes && s_free[k].Bytes / 2 <= bytes && (best < 0 || s_free[k].Bytes <= s_free[best].Bytes))
                    best = k;
            }

            (nint address, long size) = best >= 0 ? s_free[best] : ((nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment), bytes);
            if (best >= 0)
                s_free.RemoveAt(best);
            s_rented[address] = size;
            return address;
        }
    }

    /// <summary>Takes back what was rented. Called by whoever frees the tensor, on any thread.</summary>
    public static void Return(nint address)
    {
        lock (s_lock)
        {
            if (!s_rented.Remove(address, out long bytes))
                return;
            s_free.Add((address, bytes));
        }

        Trim();
    }

    /// <summary>Frees the oldest blocks beyond what is to be kept.</summary>
    internal static void Trim()
    {
        lock (s_lock)
        {
            long kept = s_free.Sum(block => block.Bytes);
            while (s_free.Count > MostFree || kept > LossRuntime.RetainedGradientBytes)
            {
                NativeMemory.AlignedFree((void*)s_free[0].Address);
                kept -= s_free[0].Bytes;
                s_free.RemoveAt(0);
            }
        }
    }
}
