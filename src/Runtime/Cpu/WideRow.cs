using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LossGen.Cpu;

/// <summary>What a row of numbers needs in double, four lanes at a time and in the same order on every machine.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal static unsafe class WideRow<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static int Lanes => Vector256<double>.Count;

    /// <summary>The sum of (scale * a) * (scale * b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(T* a, T* b, int count, double scale)
    {
        Vector256<double> even = default, odd = default, factor = Vector256.Create(scale);
        int k = 0;
        for (; k + (2 * Lanes) <= count; k += 2 * Lanes)
        {
            even += Load(a + k) * factor * (Load(b + k) * factor);
            odd += Load(a + k + Lanes) * factor * (Load(b + k + Lanes) * factor);
        }

        double sum = Vector256.Sum(even + odd);
        for (; k < count; k++)
            sum += CallChecks.ToDouble(a[k]) * scale * (CallChecks.ToDouble(b[k]) * scale);
        return sum;
    }

    /// <summary>to = factor * (to - along * other).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleRest(T* to, T* other, double along, double factor, int count)
    {
        Vector256<double> part = Vector256.Create(along), scale = Vector256.Create(factor);
        int k = 0;
        for (; k + (2 * Lanes) <= count; k += 2 * Lanes)
        {
            Vector256<double> low = Load(to + k) - (part * Load(other + k)), high = Load(to + k + Lanes) - (part * Load(other + k + Lanes));
            Store(low * scale, high * scale, to + k);
        }

        for (; k < count; k++)
            to[k] = CallChecks.FromDouble<T>((CallChecks.ToDouble(to[k]) - (along * CallChecks.ToDouble(other[k]))) * factor);
    }

    /// <summary>to = factor * from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(T* from, double factor, int count, T* to)
    {
        Vector256<double> scale = Vector256.Create(factor);
        int k = 0;
        for (; k + (2 * Lanes) <= count; k += 2 * Lanes)
            Store(Load(from + k) * scale, Load(from + k + Lanes) * scale, to + k);
        for (; k < count; k++)
            to[k] = CallChecks.FromDouble<T>(CallChecks.ToDouble(from[k]) * factor);
    }

    /// <summary>Four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(T* from) =>
        typeof(T) == typeof(double)
            ? Vector256.Load((double*)from)
            : Vector256.WidenLower(Vector128.Load((float*)from).ToVector256Unsafe());

    /// <summary>Writes eight numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<double> low, Vector256<double> high, T* to)
    {
        if (typeof(T) != typeof(double))
        {
            Vector256.Narrow(low, high).Store((float*)to);
            return;
        }

        low.Store((double*)to);
        high.Store((double*)to + Lanes);
    }
}
