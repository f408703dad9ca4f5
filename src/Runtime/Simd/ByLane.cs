using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Simd;

/// <summary>A function of one double that lanes compute number by number.</summary>
internal interface IScalarFunction
{
    static abstract double Of(double x);
}

/// <summary>
/// Functions that take a number at a time, in double and rounded once where the lanes are floats: so many intervals and branches that lanes
/// side by side would gain little. A lane's result does not depend on the width of its register.
/// </summary>
internal static unsafe class ByLane
{
    public readonly struct Lgamma : IScalarFunction { static double IScalarFunction.Of(double x) => GammaFunction.Lgamma(x); }

    public readonly struct Digamma : IScalarFunction { static double IScalarFunction.Of(double x) => GammaFunction.Digamma(x); }

    public readonly struct Trigamma : IScalarFunction { static double IScalarFunction.Of(double x) => GammaFunction.Trigamma(x); }

    /// <summary>The function of each lane.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Map<V, T, F>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged
        where F : struct, IScalarFunction
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(x, lanes);
        for (int i = 0; i < V.Count; i++)
        {
            if (typeof(T) == typeof(float))
                ((float*)lanes)[i] = (float)F.Of(((float*)lanes)[i]);
            else
                ((double*)lanes)[i] = F.Of(((double*)lanes)[i]);
        }

        return V.Load(lanes);
    }
}
