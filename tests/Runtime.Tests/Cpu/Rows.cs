using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>What the runtime leaves in scratch rows ahead of generated loops.</summary>
public unsafe class Rows
{
    private const int Pixels = 32;

    public static TheoryData<int, bool, bool> Wanted
    {
        get
        {
            var wanted = new TheoryData<int, bool, bool>();
            foreach (int classes in new[] { 2, 3, 4, 5, 6, 9, 70 })
                for (int k = 0; k < 4; k++)
                    wanted.Add(classes, k % 2 == 1, k > 1);
            return wanted;
        }
    }

    /// <summary>A kernel asks for the rows that it reads; for the others it hands over no memory.</summary>
    [Theory]
    [MemberData(nameof(Wanted))]
    public void A_softmax_fills_the_rows_that_are_asked_for(int classes, bool wantsMaximum, bool wantsLabel)
    {
        Check<V128<double>, double>(classes, wantsMaximum, wantsLabel, number => number);
        Check<V128<float>, float>(classes, wantsMaximum, wantsLabel, number => (float)number);
        if (!Registers.Widths.Contains(256))
            return;
        Check<V256x2<double>, double>(classes, wantsMaximum, wantsLabel, number => number);
        Check<V256x2<float>, float>(classes, wantsMaximum, wantsLabel, number => (float)number);
    }

    [Fact]
    public void A_bound_hands_on_what_is_not_a_number()
    {
        double[] numbers = [double.NaN, -1, 2, double.PositiveInfinity];
        double[] floors = new double[4], ceilings = new double[4], below = new double[4];
        fixed (double* from = numbers, floor = floors, ceiling = ceilings, negative = below)
        {
            for (int i = 0; i < numbers.Length; i += V128<double>.Count)
                Bound<V128<double>>(from + i, floor + i, ceiling + i, negative + i);
        }

        Assert.Equal([double.NaN, 0, 2, double.PositiveInfinity], floors);
        Assert.Equal([double.NaN, -1, 1, 1], ceilings);
        Assert.Equal([double.NaN, -1, -2, double.NegativeInfinity], below);
    }

    private static void Bound<V>(double* from, double* floor, double* ceiling, double* negative)
        where V : struct, IVector<V, double>
    {
        V x = V.Load(from);
        V.Store(V.MaxNative(V.Zero, x), floor);
        V.Store(V.MinNative(V.One, x), ceiling);
        V.Store(V.NegativeAbs(x), negative);
    }

    private static void Check<V, T>(int classes, bool wantsMaximum, bool wantsLabel, Func<double, T> convert)
        where T : unmanaged, IConvertible
        where V : struct, IVector<V, T>
    {
        var random = new Random(classes);
        double[] logits = [.. Enumerable.Range(0, classes * Pixels).Select(_ => Math.Round((random.NextDouble() * 8) - 4, 3))];
        int[] labels = [.. Enumerable.Range(0, Pixels).Select(i => random.Next(-1, classes))];
        T[] x = Array.ConvertAll(logits, number => convert(number)), target = Array.ConvertAll(labels, label => convert(label));
        T[] exponentials = new T[x.Length], normaliser = new T[Pixels], maximum = new T[Pixels], label = new T[Pixels],
            others = new T[Pixels], decays = new T[Pixels];
        bool wantsOthers = wantsMaximum == wantsLabel;
        fixed (T* from = x, to = target, e = exponentials, sum = normaliser, most = maximum, own = label, rest = others, decay = decays)
        {
            var tile = new Tile<T> { Logits = from, LogitStride = Pixels, Labels = to, Classes = classes, Pixels = Pixels, Width = Pixels };
            V.Exponentials(ref tile, e, sum, wantsMaximum ? most : null, wantsLabel ? own : null,
                wantsOthers ? rest : null);
            Sigmoid.Exponentials<T, V>(from, decay, Pixels);
        }

        for (int i = 0; i < Pixels; i++)
        {
            double[] pixel = [.. Enumerable.Range(0, classes).Select(c => logits[(c * Pixels) + i])];
            double largest = pixel.Max(), total = pixel.Sum(number => Math.Exp(number - largest));
            for (int c = 0; c < classes; c++)
                Close(Math.Exp(pixel[c] - largest), exponentials[(c * Pixels) + i]);
            Close(total, normaliser[i]);
            Close(wantsMaximum ? largest : 0, maximum[i]);
            Close(wantsLabel && labels[i] >= 0 ? pixel[labels[i]] - largest : 0, label[i]);
            double beside = pixel.Where((_, c) => c != labels[i]).Sum(number => Math.Exp(number - largest));
            Close(wantsOthers ? beside : 0, others[i]);
            Close(Math.Exp(-Math.Abs(pixel[0])), decays[i]);
        }

        static void Close(double expected, T found) => Assert.Equal(expected, found.ToDouble(null), 2e-6 * (1 + Math.Abs(expected)));
    }
}
