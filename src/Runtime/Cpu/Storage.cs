using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Numbers of 16 bits to float and back, sixteen at a time. Exact one way, to the nearest (of two equally near the even one) the other;
/// subnormal numbers, infinities and NaN included, also where the processor is told to take subnormal numbers for 0.
/// </summary>
internal static unsafe class Storage
{
    private const int Lanes = 16;

    private const uint Sign = 0x8000_0000;

    private const uint Infinity = 0x7F80_0000;

    /// <summary>Reads numbers from the given one on.</summary>
    public static void Widen(LogitElement element, void* source, long first, float* target, int count)
    {
        if (element == LogitElement.Half)
            Widen<OfHalf>((ushort*)source + first, target, count);
        else
            Widen<OfBFloat16>((ushort*)source + first, target, count);
    }

    /// <summary>Writes numbers from the given one on; where it is streamed, whole registers past the caches.</summary>
    public static void Narrow(float* source, LogitElement element, void* target, long first, int count, bool isStreamed = false)
    {
        if (element == LogitElement.Half)
            Narrow<OfHalf>(source, (ushort*)target + first, count, isStreamed);
        else
            Narrow<OfBFloat16>(source, (ushort*)target + first, count, isStreamed);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TFormat>(ushort* from, float* target, int count)
        where TFormat : struct, IFormat
    {
        int i = 0;
        for (; Vector512.IsHardwareAccelerated && i + (2 * Lanes) <= count; i += 2 * Lanes)
            Widen512<TFormat>(Vector512.Load(from + i), target + i);
        for (; i + Lanes <= count; i += Lanes)
            Widen<TFormat>(Vector256.Load(from + i), target + i);
        if (i < count)
            WidenRest<TFormat>(from + i, target + i, count - i);
    }

    // Less than a vector. Memory on the stack is cleared in each call, which rows of whole vectors are spared.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WidenRest<TFormat>(ushort* from, float* target, int count)
        where TFormat : struct, IFormat
    {
        ushort* rest = stackalloc ushort[Lanes];
        float* wide = stackalloc float[Lanes];
        new ReadOnlySpan<ushort>(from, count).CopyTo(new Span<ushort>(rest, Lanes));
        Widen<TFormat>(Vector256.Load(rest), wide);
        new ReadOnlySpan<float>(wide, count).CopyTo(new Span<float>(target, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen<TFormat>(Vector256<ushort> bits, float* target)
        where TFormat : struct, IFormat
    {
        (Vector256<int> low, Vector256<int> high) = Vector256.Widen(bits.AsInt16());
        if (TFormat.AreOrdinary(bits))
        {
            TFormat.WidenOrdinary(low).Store(target);
            TFormat.WidenOrdinary(high).Store(target + (Lanes / 2));
            return;
        }

        TFormat.Widen(low.AsUInt32() & Vector256.Create(0xFFFFu)).Store(target);
        TFormat.Widen(high.AsUInt32() & Vector256.Create(0xFFFFu)).Store(target + (Lanes / 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow<TFormat>(float* source, ushort* to, int count, bool isStreamed)
        where TFormat : struct, IFormat
    {
        bool isPastCaches = isStreamed && ((nint)to & (Prefetch.CacheLine - 1)) == 0;
        int i = 0;
        for (; Vector512.IsHardwareAccelerated && i + (2 * Lanes) <= count; i += 2 * Lanes)
        {
            Vector512<ushort> narrow = Vector512.Narrow(
                TFormat.Narrow(Vector512.Load(source + i).AsUInt32()), TFormat.Narrow(Vector512.Load(source + i + Lanes).AsUInt32()));
            if (isPastCaches)
                narrow.StoreAlignedNonTemporal(to + i);
            else
                narrow.Store(to + i);
        }

        for (; i + Lanes <= count; i += Lanes)
        {
            if (isPastCaches)
                Narrow<TFormat>(source + i).StoreAlignedNonTemporal(to + i);
            else
                Narrow<TFormat>(source + i).Store(to + i);
        }

        if (i < count)
            NarrowRest<TFormat>(source + i, to + i, count - i);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NarrowRest<TFormat>(float* source, ushort* to, int count)
        where TFormat : struct, IFormat
    {
        float* rest = stackalloc float[Lanes];
        ushort* narrow = stackalloc ushort[Lanes];
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(rest, Lanes));
        Narrow<TFormat>(rest).Store(narrow);
        new ReadOnlySpan<ushort>(narrow, count).CopyTo(new Span<ushort>(to, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Narrow<TFormat>(float* source)
        where TFormat : struct, IFormat =>
        Vector256.Narrow(TFormat.Narrow(Vector256.Load(source).AsUInt32()),
            TFormat.Narrow(Vector256.Load(source + (Lanes / 2)).AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen512<TFormat>(Vector512<ushort> bits, float* target)
        where TFormat : struct, IFormat
    {
        if (TFormat.AreOrdinary(bits))
        {
            (Vector512<int> low, Vector512<int> high) = Vector512.Widen(bits.AsInt16());
            TFormat.WidenOrdinary(low).Store(target);
            TFormat.WidenOrdinary(high).Store(target + Lanes);
            return;
        }

        Widen<TFormat>(bits.GetLower(), target);
        Widen<TFormat>(bits.GetUpper(), target + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> IsAbove(Vector512<uint> magnitude, uint limit) =>
        Vector512.GreaterThan(magnitude.AsInt32(), Vector512.Create((int)limit)).AsUInt32();

    // Of magnitudes, which are positive as signed numbers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> IsAbove(Vector256<uint> magnitude, uint limit) =>
        Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)limit)).AsUInt32();

    private interface IFormat
    {
        /// <summary>All of the numbers are such that <see cref="WidenOrdinary(Vector256{int})"/> has them.</summary>
        static abstract bool AreOrdinary(Vector256<ushort> bits);

        /// <param name="bits">Its sign in all the upper bits.</param>
        static abstract Vector256<float> WidenOrdinary(Vector256<int> bits);

        /// <param name="bits">Nothing above its own.</param>
        static abstract Vector256<float> Widen(Vector256<uint> bits);

        static abstract Vector256<uint> Narrow(Vector256<uint> bits);

        static abstract bool AreOrdinary(Vector512<ushort> bits);

        static abstract Vector512<float> WidenOrdinary(Vector512<int> bits);

        static abstract Vector512<uint> Narrow(Vector512<uint> bits);
    }

    private readonly struct OfHalf : IFormat
    {
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

        // Neither 0, subnormal, infinite nor NaN: one more than the exponent is none of 0, 1 and 32.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool AreOrdinary(Vector256<ushort> bits) =>
            !Vector256.EqualsAny((bits + Vector256.Create((ushort)0x0400)) & Vector256.Create((ushort)0x7800), Vector256<ushort>.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool AreOrdinary(Vector512<ushort> bits) =>
            !Vector512.EqualsAny((bits + Vector512.Create((ushort)0x0400)) & Vector512.Create((ushort)0x7800), Vector512<ushort>.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> WidenOrdinary(Vector256<int> bits) =>
            (((bits << 13).AsUInt32() & Vector256.Create(Sign | (0x7FFFu << 13))) + Vector256.Create(Rebias)).AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> WidenOrdinary(Vector512<int> bits) =>
            (((bits << 13).AsUInt32() & Vector512.Create(Sign | (0x7FFFu << 13))) + Vector512.Create(Rebias)).AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Widen(Vector256<uint> half)
        {
            Vector256<uint> magnitude = (half & Vector256.Create(0x7FFFu)) << 13, exponent = magnitude & Vector256.Create(HalfExponent);
            Vector256<uint> normal = magnitude + Vector256.Create(Rebias);

            // Infinity and NaN have all bits of the exponent set here, too.
            Vector256<uint> beyond = magnitude | Vector256.Create(Infinity);

            // A subnormal half counts steps of the smallest normal one: as the fraction of that number, less the number.
            Vector256<uint> small = ((normal + Vector256.Create(1u << 23)).AsSingle() - Vector256.Create(SmallestNormal).AsSingle())
                .AsUInt32();
            Vector256<uint> result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), small, normal);
            result = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256.Create(HalfExponent)), beyond, result);
            return (result | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Narrow(Vector256<uint> bits)
        {
            Vector256<uint> sign = bits & Vector256.Create(Sign), magnitude = bits ^ sign;
            Vector256<uint> beyond = Vector256.ConditionalSelect(IsAbove(magnitude, Infinity), Vector256.Create(0x7E00u),
                Vector256.Create(0x7C00u));
            Vector256<uint> small = (magnitude.AsSingle() + Vector256.Create(SubnormalMagic).AsSingle()).AsUInt32()
                - Vector256.Create(SubnormalMagic);

            // Half a step less a bit is added, and the bit where the result would be odd.
            Vector256<uint> odd = (magnitude >> 13) & Vector256.Create(1u);
            Vector256<uint> normal = (magnitude - Vector256.Create(Rebias) + Vector256.Create(0xFFFu) + odd) >> 13;
            Vector256<uint> result = Vector256.ConditionalSelect(IsAbove(magnitude, SmallestNormal - 1), normal, small);
            result = Vector256.ConditionalSelect(IsAbove(magnitude, BeyondHalf - 1), beyond, result);
            return result | (sign >> 16);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Narrow(Vector512<uint> bits)
        {
            Vector512<uint> sign = bits & Vector512.Create(Sign), magnitude = bits ^ sign;
            Vector512<uint> beyond = Vector512.ConditionalSelect(IsAbove(magnitude, Infinity), Vector512.Create(0x7E00u),
                Vector512.Create(0x7C00u));
            Vector512<uint> small = (magnitude.AsSingle() + Vector512.Create(SubnormalMagic).AsSingle()).AsUInt32()
                - Vector512.Create(SubnormalMagic);

            // Half a step less a bit is added, and the bit where the result would be odd.
            Vector512<uint> odd = (magnitude >> 13) & Vector512.Create(1u);
            Vector512<uint> normal = (magnitude - Vector512.Create(Rebias) + Vector512.Create(0xFFFu) + odd) >> 13;
            Vector512<uint> result = Vector512.ConditionalSelect(IsAbove(magnitude, SmallestNormal - 1), normal, small);
            result = Vector512.ConditionalSelect(IsAbove(magnitude, BeyondHalf - 1), beyond, result);
            return result | (sign >> 16);
        }
    }

    private readonly struct OfBFloat16 : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool AreOrdinary(Vector256<ushort> bits) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool AreOrdinary(Vector512<ushort> bits) => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> WidenOrdinary(Vector256<int> bits) => (bits << 16).AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> WidenOrdinary(Vector512<int> bits) => (bits << 16).AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Widen(Vector256<uint> bits) => (bits << 16).AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Narrow(Vector256<uint> bits)
        {
            Vector256<uint> odd = (bits >> 16) & Vector256.Create(1u), rounded = (bits + Vector256.Create(0x7FFFu) + odd) >> 16;
            Vector256<uint> nan = (bits >> 16) | Vector256.Create(0x0040u);
            return Vector256.ConditionalSelect(IsAbove(bits & Vector256.Create(~Sign), Infinity), nan, rounded);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Narrow(Vector512<uint> bits)
        {
            Vector512<uint> odd = (bits >> 16) & Vector512.Create(1u), rounded = (bits + Vector512.Create(0x7FFFu) + odd) >> 16;
            Vector512<uint> nan = (bits >> 16) | Vector512.Create(0x0040u);
            return Vector512.ConditionalSelect(IsAbove(bits & Vector512.Create(~Sign), Infinity), nan, rounded);
        }
    }
}
