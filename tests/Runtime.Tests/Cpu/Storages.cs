using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Numbers of 16 bits: every one to float, and floats between and on the borders back.</summary>
public unsafe class Storages
{
    [Fact]
    public void EveryHalf()
    {
        float[] found = Widen(LogitElement.Half);
        for (int bits = 0; bits < found.Length; bits++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.True(SameBits(expected, found[bits]), $"{bits:X4}: {found[bits]:R}, expected {expected:R}");
        }
    }

    [Fact]
    public void EveryBFloat16()
    {
        float[] found = Widen(LogitElement.BFloat16);
        for (int bits = 0; bits < found.Length; bits++)
        {
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(found[bits]));
            Assert.Equal(BitConverter.SingleToUInt32Bits(found[bits]), BitConverter.SingleToUInt32Bits(BFloat16.FromBits((ushort)bits)));
        }
    }

    [Fact]
    public void Rounding()
    {
        var random = new Random(5);
        var numbers = new List<float> { 0, -0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon,
            float.MaxValue, float.MinValue };
        for (int bits = 0; bits < 0x7C00; bits++)
        {
            // Each half, the middle between it and the next, and the floats around that.
            float low = (float)BitConverter.UInt16BitsToHalf((ushort)bits), high = bits == 0x7BFF ? 65536
                : (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1)), middle = (low + high) / 2;
            numbers.AddRange([low, middle, MathF.BitIncrement(middle), -MathF.BitDecrement(middle)]);
        }

        for (int i = 0; i < 500_000; i++)
            numbers.Add(BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)));

        float[] source = [.. numbers];
        ushort[] halves = new ushort[source.Length], brains = new ushort[source.Length];
        fixed (float* from = source)
        fixed (ushort* half = halves, brain = brains)
        {
            Storage.Narrow(from, LogitElement.Half, half, 0, source.Length);
            Storage.Narrow(from, LogitElement.BFloat16, brain, 0, source.Length);
        }

        for (int i = 0; i < source.Length; i++)
        {
            Half expected = (Half)source[i], found = BitConverter.UInt16BitsToHalf(halves[i]);
            Assert.True(Half.IsNaN(expected) ? Half.IsNaN(found) : BitConverter.HalfToUInt16Bits(expected) == halves[i],
                $"{source[i]:R}: {found}, expected {expected}");
            Assert.Equal(((BFloat16)source[i]).Bits, brains[i]);
            Assert.True(IsNearest(source[i], BFloat16.FromBits(brains[i])), $"{source[i]:R}: {(float)BFloat16.FromBits(brains[i]):R}");
        }
    }

    // Nothing before or after the numbers is touched, wherever they begin.
    [Fact]
    public void Places()
    {
        ushort[] numbers = [.. Enumerable.Range(0, 64).Select(i => BitConverter.HalfToUInt16Bits((Half)i))];
        for (int first = 0; first < 10; first++)
        {
            for (int count = 0; count < 20; count++)
            {
                float[] wide = [.. Enumerable.Repeat(-1f, 32)];
                ushort[] narrow = [.. Enumerable.Repeat((ushort)7, 64)];
                fixed (ushort* from = numbers, back = narrow)
                fixed (float* to = wide)
                {
                    Storage.Widen(LogitElement.Half, from, first, to + 3, count);
                    Storage.Narrow(to + 3, LogitElement.Half, back, first, count);
                }

                Assert.Equal(Enumerable.Range(0, 32).Select(i => i >= 3 && i < 3 + count ? first + i - 3f : -1), wide);
                Assert.Equal(Enumerable.Range(0, 64).Select(i => i >= first && i < first + count ? numbers[i] : (ushort)7), narrow);
            }
        }
    }

    private static float[] Widen(LogitElement element)
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(bits => (ushort)bits)];
        var found = new float[all.Length];
        fixed (ushort* from = all)
        fixed (float* to = found)
            Storage.Widen(element, from, 0, to, all.Length);
        return found;
    }

    private static bool SameBits(float a, float b) => float.IsNaN(a) ? float.IsNaN(b)
        : BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b);

    // No neighbour is nearer, and none as near has an even last bit where this one's is odd.
    private static bool IsNearest(float number, BFloat16 found)
    {
        if (float.IsNaN(number) || float.IsInfinity(number))
            return number.Equals(found);
        double limit = 2 * (double)(float)BFloat16.FromBits(0x7F7F) - BFloat16.FromBits(0x7F7E); // what would follow the largest
        double Value(int bits) => (bits & 0x7FFF) == 0x7F80 ? ((bits & 0x8000) == 0 ? limit : -limit) : BFloat16.FromBits((ushort)bits);
        double distance = Math.Abs(number - Value(found.Bits));
        foreach (int step in (int[])[-1, 1])
        {
            int neighbour = found.Bits + step;
            if ((neighbour & 0x7FFF) > 0x7F80 || (neighbour & 0x8000) != (found.Bits & 0x8000))
                continue;
            double other = Math.Abs(number - Value(neighbour));
            if (other < distance || (other == distance && (found.Bits & 1) == 1))
                return false;
        }

        return true;
    }
}
