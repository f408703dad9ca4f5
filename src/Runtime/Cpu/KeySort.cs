namespace LossGen.Cpu;

/// <summary>
/// Sorts pixels by keys, the largest first; equal keys keep the order of their pixels. By digits of eight bits, so that the time does not depend on the
/// keys and the order does not depend on anything else.
/// </summary>
internal unsafe struct KeySort
{
    private const int Digits = 256;

    private ulong* keys;
    private ulong* otherKeys;
    private int* order;
    private int* otherOrder;

    /// <summary>The memory for so many pixels.</summary>
    public static long Bytes(long count) => (2 * Workspace.Size<ulong>(count)) + (2 * Workspace.Size<int>(count));

    public static KeySort Take(Workspace workspace, long count)
    {
        if (count > int.MaxValue)
            throw new NotSupportedException($"{count} pixels are to be sorted; at most {int.MaxValue} can be.");
        return new()
        {
            keys = workspace.Take<ulong>(count),
            otherKeys = workspace.Take<ulong>(count),
            order = workspace.Take<int>(count),
            otherOrder = workspace.Take<int>(count),
        };
    }

    /// <summary>Sets the key of a pixel. NaN counts as larger than all numbers.</summary>
    public readonly void Set(int pixel, double key, bool isSingle)
    {
        // As a whole number that grows where the key falls. Adding 0 makes one zero of both.
        order[pixel] = pixel;
        if (double.IsNaN(key))
        {
            keys[pixel] = 0;
        }
        else if (isSingle)
        {
            uint bits = BitConverter.SingleToUInt32Bits((float)key + 0f);
            keys[pixel] = (bits >> 31) != 0 ? bits : ~(bits | 0x8000_0000);
        }
        else
        {
            ulong bits = BitConverter.DoubleToUInt64Bits(key + 0.0);
            keys[pixel] = (bits >> 63) != 0 ? bits : ~(bits | 0x8000_0000_0000_0000);
        }
    }

    /// <summary>The pixels in order.</summary>
    /// <param name="count">How many keys were set.</param>
    /// <param name="bytes">The size of a key.</param>
    public int* Run(int count, int bytes)
    {
        int* starts = stackalloc int[Digits];
        for (int digit = 0; digit < bytes; digit++)
        {
            int shift = 8 * digit;
            new Span<int>(starts, Digits).Clear();
            for (int i = 0; i < count; i++)
                starts[(byte)(keys[i] >> shift)]++;
            if (starts[(byte)(keys[0] >> shift)] == count)
                continue; // all the same
            int sum = 0;
            for (int k = 0; k < Digits; k++)
                (starts[k], sum) = (sum, sum + starts[k]);
            for (int i = 0; i < count; i++)
            {
                int place = starts[(byte)(keys[i] >> shift)]++;
                otherKeys[place] = keys[i];
                otherOrder[place] = order[i];
            }

            ulong* sortedKeys = otherKeys;
            otherKeys = keys;
            keys = sortedKeys;
            int* sorted = otherOrder;
            otherOrder = order;
            order = sorted;
        }

        return order;
    }
}
