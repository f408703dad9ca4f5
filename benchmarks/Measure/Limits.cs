using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LossGen.Benchmarks.Losses;

namespace LossGen.Benchmarks.Measure;

/// <summary>
/// What no implementation can do without: to read the logits, to write as many numbers as a gradient has, to take one exponential a logit
/// (with two classes, one a pixel) from numbers that sit in the first-level cache. Code of its own, so that the yardstick does not move
/// with the library.
/// </summary>
internal sealed unsafe class LimitApproach(string name, long count, int threads, Action<long, long> work) : Approach(name)
{
    private const int ExpTile = 2048;
    private const int SerialBelow = 1 << 18;

    public static LimitApproach Read(Inputs inputs, int threads)
    {
        float* x = inputs.LogitData;
        return new("read", inputs.Size.Logits, threads, (start, end) => Sink(Read(x + start, end - start)));
    }

    public static LimitApproach Copy(Inputs inputs, int threads)
    {
        float* x = inputs.LogitData, gradient = inputs.GradientData;
        return new("copy", inputs.Size.Logits, threads, (start, end) => Copy(x + start, gradient + start, end - start));
    }

    public static LimitApproach Exponentials(Inputs inputs, int threads)
    {
        float* x = inputs.LogitData;
        int count = inputs.Size.Classes == 2 ? inputs.Size.Logits / 2 : inputs.Size.Logits;
        return new("exponentials", count, threads, (start, end) => Sink(Exponentials(x, Math.Min(count, ExpTile), end - start)));
    }

    public override Sample Run(int repeats)
    {
        double start = Clock.Now;
        for (int i = 0; i < repeats; i++)
            RunTotal();
        double time = (Clock.Now - start) / repeats;
        return new(time, time);
    }

    public override void RunTotal()
    {
        if (threads == 1 || count < SerialBelow)
            work(0, count);
        else
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads },
                i => work(count * i / threads, count * (i + 1) / threads));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read(float* x, long count)
    {
        int width = Vector<float>.Count;
        Vector<float> a = default, b = default, c = default, d = default;
        long i = 0;
        for (; i + (4 * width) <= count; i += 4 * width)
        {
            a += Unsafe.ReadUnaligned<Vector<float>>(x + i);
            b += Unsafe.ReadUnaligned<Vector<float>>(x + i + width);
            c += Unsafe.ReadUnaligned<Vector<float>>(x + i + (2 * width));
            d += Unsafe.ReadUnaligned<Vector<float>>(x + i + (3 * width));
        }

        float sum = Vector.Sum(a + b + c + d);
        for (; i < count; i++)
            sum += x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(float* from, float* to, long count)
    {
        int width = Vector<float>.Count;
        long i = 0;
        for (; i + (2 * width) <= count; i += 2 * width)
        {
            Unsafe.WriteUnaligned(to + i, Unsafe.ReadUnaligned<Vector<float>>(from + i));
            Unsafe.WriteUnaligned(to + i + width, Unsafe.ReadUnaligned<Vector<float>>(from + i + width));
        }

        for (; i < count; i++)
            to[i] = from[i];
    }

    private static float Exponentials(float* x, int tile, long count) => Vector512.IsHardwareAccelerated ? Wide(x, tile, count)
        : Narrow(x, tile, count);

    // Twice the same text, for registers of 256 and of 512 bits: sums as many exponentials of the first few numbers, over and over.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Narrow(float* x, int tile, long count)
    {
        const int width = 8;
        if (tile < 4 * width)
            return MathF.Exp(x[0]);
        Vector256<float> a = default, b = default, c = default, d = default;
        for (long done = 0; done < count; done += tile)
        {
            long end = Math.Min(tile, count - done);
            for (long i = 0; i + (4 * width) <= end; i += 4 * width)
            {
                a += Exp(Vector256.Load(x + i));
                b += Exp(Vector256.Load(x + i + width));
                c += Exp(Vector256.Load(x + i + (2 * width)));
                d += Exp(Vector256.Load(x + i + (3 * width)));
            }
        }

        return Vector256.Sum(a + b + c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide(float* x, int tile, long count)
    {
        const int width = 16;
        if (tile < 4 * width)
            return MathF.Exp(x[0]);
        Vector512<float> a = default, b = default, c = default, d = default;
        for (long done = 0; done < count; done += tile)
        {
            long end = Math.Min(tile, count - done);
            for (long i = 0; i + (4 * width) <= end; i += 4 * width)
            {
                a += Exp(Vector512.Load(x + i));
                b += Exp(Vector512.Load(x + i + width));
                c += Exp(Vector512.Load(x + i + (2 * width)));
                d += Exp(Vector512.Load(x + i + (3 * width)));
            }
        }

        return Vector512.Sum(a + b + c + d);
    }

    // exp(x) without care for the ends of the range: reduction by two constants, degree 5. Adding 1.5 * 2^23 rounds to an integer in the
    // low bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        Vector256<float> shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), Vector256.Create(12582912f));
        Vector256<float> n = shifted - Vector256.Create(12582912f);
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        Vector256<float> p = Vector256.FusedMultiplyAdd(Vector256.Create(8.3682e-3f), r, Vector256.Create(4.1917e-2f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.66665e-1f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        return (p.AsInt32() + Vector256.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> x)
    {
        Vector512<float> shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), Vector512.Create(12582912f));
        Vector512<float> n = shifted - Vector512.Create(12582912f);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        Vector512<float> p = Vector512.FusedMultiplyAdd(Vector512.Create(8.3682e-3f), r, Vector512.Create(4.1917e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.66665e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512<float>.One);
        return (p.AsInt32() + Vector512.ShiftLeft(shifted.AsInt32(), 23)).AsSingle();
    }

    // Keeps the optimiser from dropping what computes the number.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sink(float value)
    {
        if (value == 1.2345e-30f)
            Console.Error.WriteLine(value);
    }
}
