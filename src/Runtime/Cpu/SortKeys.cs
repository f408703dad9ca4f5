using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Cpu;

/// <summary>Floating-point keys as whole numbers that grow where the keys fall.</summary>
internal static unsafe class SortKeys
{
    /// <summary>The bits of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load<T>(T* number)
        where T : unmanaged => sizeof(T) == sizeof(uint) ? *(uint*)number : *(ulong*)number;

    /// <summary>1 or 0 for a value that is either: only 1 has a one as the lowest bit of its exponent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint IsOne<T>(T* value)
        where T : unmanaged => (uint)(Load(value) >> (sizeof(T) == sizeof(uint) ? 23 : 52)) & 1;

    /// <summary>
    /// Replaces keys in place by whole numbers of as many bits, of which the smallest and the largest are returned. Both zeros are one key;
    /// NaN counts as larger than all numbers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (ulong Least, ulong Largest) ToWholeNumbers<T>(in PixelGroup group, T* keys)
        where T : unmanaged
    {
        ulong least = ulong.MaxValue, largest = 0;
        for (int image = 0; image < group.Images; image++)
        {
            T* row = keys + (image * group.Next);
            long at = 0;
            if (sizeof(T) == sizeof(uint))
            {
                Vector256<uint> low = Vector256.Create(uint.MaxValue), high = default;
                for (; at <= group.Pixels - Vector256<uint>.Count; at += Vector256<uint>.Count)
                {
                    Vector256<uint> whole = ToWhole(Vector256.Load((uint*)row + at));
                    whole.Store((uint*)row + at);
                    low = Vector256.Min(low, whole);
                    high = Vector256.Max(high, whole);
                }

                for (int lane = 0; lane < Vector256<uint>.Count; lane++)
                {
                    least = Math.Min(least, at > 0 ? low[lane] : ulong.MaxValue);
                    largest = Math.Max(largest, high[lane]);
                }
            }

            for (; at < group.Pixels; at++)
            {
                ulong whole = sizeof(T) == sizeof(uint) ? ToWhole(((uint*)row)[at]) : ToWhole(((ulong*)row)[at]);
                if (sizeof(T) == sizeof(uint))
                    ((uint*)row)[at] = (uint)whole;
                else
                    ((ulong*)row)[at] = whole;
                least = Math.Min(least, whole);
                largest = Math.Max(largest, whole);
            }
        }

        return (least, largest);
    }

    /// <summary>Whether all numbers of some maps are 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AreBits<T>(in PixelGroup group, T** maps, int count)
        where T : unmanaged
    {
        for (int k = 0; k < count; k++)
        {
            for (int image = 0; image < group.Images; image++)
            {
                T* row = maps[k] + (image * group.Next);
                long at = 0;
                if (sizeof(T) == sizeof(uint))
                {
                    for (; at <= group.Pixels - Vector256<float>.Count; at += Vector256<float>.Count)
                    {
                        Vector256<float> value = Vector256.Load((float*)row + at);
                        Vector256<float> isBit = Vector256.Equals(value, Vector256<float>.Zero) | Vector256.Equals(value,
                            Vector256<float>.One);
                        if (isBit.AsUInt32() != Vector256<uint>.AllBitsSet)
                            return false;
                    }
                }

                for (; at < group.Pixels; at++)
                {
                    double value = CallChecks.ToDouble(row[at]);
                    if (value is not (0 or 1))
                        return false;
                }
            }
        }

        return true;
    }

    /// <summary>The whole numbers of keys, whose bits are given: of floats for 32 bits, of doubles for 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TKey> ToWhole<TKey>(Vector256<TKey> bits)
        where TKey : unmanaged
    {
        // Adding 0 makes one zero of both. Below 0 the bits grow as the number falls; from 0 on their opposites do.
        if (sizeof(TKey) == sizeof(uint))
        {
            Vector256<float> key = bits.AsSingle() + Vector256<float>.Zero;
            Vector256<int> isNegative = key.AsInt32() >> 31;
            Vector256<int> falling = key.AsInt32() ^ Vector256.AndNot(Vector256.Create(int.MaxValue), isNegative);
            return (falling & Vector256.Equals(key, key).AsInt32()).As<int, TKey>();
        }

        Vector256<double> number = bits.AsDouble() + Vector256<double>.Zero;
        Vector256<long> isBelow = number.AsInt64() >> 63;
        Vector256<long> growing = number.AsInt64() ^ Vector256.AndNot(Vector256.Create(long.MaxValue), isBelow);
        return (growing & Vector256.Equals(number, number).AsInt64()).As<long, TKey>();
    }

    /// <summary>The same of one key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TKey ToWhole<TKey>(TKey bits)
        where TKey : unmanaged => ToWhole(Vector256.CreateScalarUnsafe(bits)).ToScalar();
}
