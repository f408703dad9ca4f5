using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Runtime.Tests;

/// <summary>A function of one number on lanes of any width.</summary>
public interface IUnary
{
    V Of<V, T>(V x)
        where V : struct, IVector<V, T>
        where T : unmanaged;
}

public static class Unary
{
    public readonly struct Exp : IUnary { V IUnary.Of<V, T>(V x) => V.Exp(x); }

    public readonly struct ExpNonPositive : IUnary { V IUnary.Of<V, T>(V x) => V.ExpNonPositive(x); }

    /// <summary>The same of four at once, of which one is asked for.</summary>
    public readonly struct OneOfFourExpNonPositive(int place) : IUnary
    {
        V IUnary.Of<V, T>(V x)
        {
            V x0 = x, x1 = x + x, x2 = V.NegativeAbs(x - V.One), x3 = V.Zero;
            switch (place)
            {
                case 1:
                    (x0, x1) = (x1, x0);
                    break;
                case 2:
                    (x0, x2) = (x2, x0);
                    break;
                case 3:
                    (x0, x3) = (x3, x0);
                    break;
            }

            V.FourExpNonPositive(ref x0, ref x1, ref x2, ref x3);
            return place switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
        }
    }

    public readonly struct Log : IUnary { V IUnary.Of<V, T>(V x) => V.Log(x); }

    public readonly struct Log1p : IUnary { V IUnary.Of<V, T>(V x) => V.Log1p(x); }

    public readonly struct LogAtLeastOne : IUnary { V IUnary.Of<V, T>(V x) => V.LogAtLeastOne(x); }

    public readonly struct ReciprocalAtLeastOne : IUnary { V IUnary.Of<V, T>(V x) => V.ReciprocalAtLeastOne(x); }

    public readonly struct Log1pOfUnit : IUnary { V IUnary.Of<V, T>(V x) => V.Log1pOfUnit(x); }

    public readonly struct Expm1 : IUnary { V IUnary.Of<V, T>(V x) => V.Expm1(x); }

    public readonly struct Atan : IUnary { V IUnary.Of<V, T>(V x) => V.Atan(x); }

    public readonly struct Erf : IUnary { V IUnary.Of<V, T>(V x) => V.Erf(x); }

    public readonly struct Lgamma : IUnary { V IUnary.Of<V, T>(V x) => V.Lgamma(x); }

    public readonly struct Digamma : IUnary { V IUnary.Of<V, T>(V x) => V.Digamma(x); }

    public readonly struct Trigamma : IUnary { V IUnary.Of<V, T>(V x) => V.Trigamma(x); }

    public readonly struct Tanh : IUnary { V IUnary.Of<V, T>(V x) => V.Tanh(x); }

    public readonly struct Sinh : IUnary { V IUnary.Of<V, T>(V x) => V.Sinh(x); }

    public readonly struct LogCosh : IUnary { V IUnary.Of<V, T>(V x) => V.LogCosh(x); }

    public readonly struct Cosh : IUnary { V IUnary.Of<V, T>(V x) => V.Cosh(x); }

    public readonly struct Sigmoid : IUnary { V IUnary.Of<V, T>(V x) => V.Sigmoid(x); }

    public readonly struct Softplus : IUnary { V IUnary.Of<V, T>(V x) => V.Softplus(x); }

    public readonly struct Sign : IUnary { V IUnary.Of<V, T>(V x) => V.Sign(x); }
}

/// <summary>Runs functions over arrays whose length is a multiple of 16.</summary>
internal static unsafe class Widths
{
    public static double[] Apply<V, T>(IUnary function, double[] x)
        where V : struct, IVector<V, T>
        where T : unmanaged => Apply<V, T>((a, _) => function.Of<V, T>(a), x, x);

    public static double[] Pow<V, T>(double[] x, double[] y)
        where V : struct, IVector<V, T>
        where T : unmanaged => Apply<V, T>(V.Pow, x, y);

    private static double[] Apply<V, T>(Func<V, V, V> function, double[] x, double[] y)
        where V : struct, IVector<V, T>
        where T : unmanaged
    {
        T* a = stackalloc T[V.Count], b = stackalloc T[V.Count];
        var result = new double[x.Length];
        for (int i = 0; i < x.Length; i += V.Count)
        {
            for (int k = 0; k < V.Count; k++)
            {
                Set(a, k, x[i + k]);
                Set(b, k, y[i + k]);
            }

            V.Store(function(V.Load(a), V.Load(b)), a);
            for (int k = 0; k < V.Count; k++)
                result[i + k] = sizeof(T) == 4 ? ((float*)a)[k] : ((double*)a)[k];
        }

        return result;
    }

    private static void Set<T>(T* lanes, int k, double value)
        where T : unmanaged
    {
        if (sizeof(T) == 4)
            ((float*)lanes)[k] = (float)value;
        else
            ((double*)lanes)[k] = value;
    }
}
