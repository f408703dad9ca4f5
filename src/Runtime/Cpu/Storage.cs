using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Numbers of 16 bits to float and back, eight at a time. Exact one way, to the nearest (of two equally near the even one) the other; subnormal numbers, infinities and NaN included, also where the processor
/// is told to take subnormal numbers for 0.
/// </summary>
internal static unsafe class Storage
{
    private const int Lanes = 8;

    private const uint Sign = 0x8000_0000;

    private const uint Infinity = 0x7F80_0000;

    // The exponents of half and float differ by this, in place.
    private const uint Rebias = (127 - 15) << 23;

    // Of half, in place in a float.
    private const uint HalfExponent = 0x7C00 << 13;

    // The smallest normal half.
    private const uint SmallestNormal = (127 - 14) << 23;

    // 2^16, the first number whose rounding has no finite half.
    private const uint BeyondHalf = (127 + 16) << 23;

    // Added to a float below the smallest normal half, it leaves the subnormal half in the last bits, rounded by the addition.
    private const uint SubnormalMagic = (127 - 15 + (23 - 10) + 1) << 23;

    /// <summary>Reads numbers from the given one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(LogitElement element, void* source, long first, float* target, int count)
    {
        ushort* from = (ushort*)source + first;
        int i = 0;
        for (; i + Lanes <= count; i += Lanes)
            Widen(element, Vector128.Load(from + i)).Store(target + i);
        if (i == count)
            return;
        ushort* rest = stackalloc ushort[Lanes];
        float* wide = stackalloc float[Lanes];
        new ReadOnlySpan<ushort>(from + i, count - i).CopyTo(new Span<ushort>(rest, Lanes));
        Widen(element, Vector128.Load(rest)).Store(wide);
        new ReadOnlySpan<float>(wide, count - i).CopyTo(new Span<float>(target + i, count - i));
    }

    /// <summary>Writes numbers from the given one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(float* source, LogitElement element, void* target, long first, int count)
    {
        ushort* to = (ushort*)target + first;
        int i = 0;
        for (; i + Lanes <= count; i += Lanes)
            Narrow(element, Vector256.Load(source + i)).Store(to + i);
        if (i == count)
            return;
        float* rest = stackalloc float[Lanes];
        ushort* narrow = stackalloc ushort[Lanes];
        new ReadOnlySpan<float>(source + i, count - i).CopyTo(new Span<float>(rest, Lanes));
        Narrow(element, Vector256.Load(rest)).Store(narrow);
        new ReadOnlySpan<ushort>(narrow, count - i).CopyTo(new Span<ushort>(to + i, count - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(LogitElement element, Vector128<ushort> bits)
    {
        Vector256<uint> wide = Vector256.WidenLower(bits.ToVector256Unsafe());
        return element == LogitElement.Half ? FromHalf(wide) : (wide << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Narrow(LogitElement element, Vector256<float> value)
    {
        Vector256<uint> bits = element == LogitElement.Half ? ToHalf(value.AsUInt32()) : ToBFloat16(value.AsUInt32());
        return Vector128.Narrow(bits.GetLower(), bits.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromHalf(Vector256<uint> half)
    {
        Vector256<uint> magnitude = (half & Vector256.Create(0x7FFFu)) << 13, exponent = magnitude & Vector256.Create(HalfExponent);
        Vector256<uint> normal = magnitude + Vector256.Create(Rebias);

        // Infinity and NaN have all bits of the exponent set here, too.
        Vector256<uint> beyond = magnitude | Vector256.Create(Infinity);

        // A subnormal half counts steps of the smallest normal one: as the fraction of that number, less the number.
        Vector256<uint> small = ((normal + Vector256.Create(1u << 23)).AsSingle() - Vector256.Create(SmallestNormal).AsSingle()).AsUInt32();
        Vector256<uint> result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), small, normal);
        result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256.Create(HalfExponent)), beyond, result);
        return (result | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ToHalf(Vector256<uint> bits)
    {
        Vector256<uint> sign = bits & Vector256.Create(Sign), magnitude = bits ^ sign;
        Vector256<uint> beyond = Vector256.ConditionalSelect(IsAbove(magnitude, Infinity), Vector256.Create(0x7E00u), Vector256.Create(0x7C00u));
        Vector256<uint> small = (magnitude.AsSingle() + Vector256.Create(SubnormalMagic).AsSingle()).AsUInt32() - Vector256.Create(SubnormalMagic);

        // Half a step less a bit is added, and the bit where the result would be odd.
        Vector256<uint> odd = (magnitude >> 13) & Vector256.Create(1u);
        Vector256<uint> normal = (magnitude - Vector256.Create(Rebias) + Vector256.Create(0xFFFu) + odd) >> 13;
        Vector256<uint> result = Vector256.ConditionalSelect(IsAbove(magnitude, SmallestNormal - 1), normal, small);
        result = Vector256.ConditionalSelect(IsAbove(magnitude, BeyondHalf - 1), beyond, result);
        return result | (sign >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ToBFloat16(Vector256<uint> bits)
    {
        Vector256<uint> odd = (bits >> 16) & Vector256.Create(1u), rounded = (bits + Vector256.Create(0x7FFFu) + odd) >> 16;
        Vector256<uint> nan = (bits >> 16) | Vector256.Create(0x0040u);
        return Vector256.ConditionalSelect(IsAbove(bits & Vector256.Create(~Sign), Infinity), nan, rounded);
    }

    // Of magnitudes, which are positive as signed numbers.
    private static Vector256<uint> IsAbove(Vector256<uint> magnitude, uint limit) =>
        Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)limit)).AsUInt32();
}
