using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Runtime.Tests;

/// <summary>A pair of classes gives each class the bits that a register alone gives it; what the classes share, both see.</summary>
public sealed unsafe class ClassPairs
{
    private const int Most = 16, Rows = 8;

    [Fact]
    public void InSixteenLanesOfFloat() => Check<V512<float>, float>(Numbers(i => (float)i));

    [Fact]
    public void InEightLanesOfDouble() => Check<V512<double>, double>(Numbers(i => i));

    [Fact]
    public void InNarrowRegisters()
    {
        Check<V128<float>, float>(Numbers(i => (float)i));
        Check<V256x2<float>, float>(Numbers(i => (float)i));
        Check<V128<double>, double>(Numbers(i => i));
    }

    // Of both signs, fractions, zeros, equal ones among the rows, and some that are no numbers.
    private static T[] Numbers<T>(Func<double, T> convert)
    {
        var random = new Random(7);
        var result = new T[Rows * Most];
        for (int i = 0; i < result.Length; i++)
        {
            double number = Math.Round((random.NextDouble() - 0.5) * 16) / 4;
            result[i] = convert(i % 37 == 5 ? double.NaN : i % 41 == 7 ? double.PositiveInfinity : i % 43 == 9 ? double.NegativeInfinity
                : number);
        }

        return result;
    }

    private static void Check<V, T>(T[] numbers)
        where V : struct, IVector<V, T>
        where T : unmanaged
    {
        Assert.Equal((V.Count, 2, 1), (ClassPair<V, T>.Count, ClassPair<V, T>.Classes, V.Classes));
        int operation = 0;
        fixed (T* memory = numbers)
        {
            List<T[]> pairs = Results<ClassPair<V, T>, T>(memory), first = Results<V, T>(memory), second = Results<V, T>(memory + Most, 1);
            Assert.Equal((first.Count, first.Count), (pairs.Count, second.Count));
            for (; operation < pairs.Count; operation++)
            {
                Assert.True(Same(first[operation], pairs[operation].AsSpan(0, V.Count)), $"first class, operation {operation}");
                Assert.True(Same(second[operation], pairs[operation].AsSpan(Most, V.Count)), $"second class, operation {operation}");
            }

            Assert.True(Same(Row<V, T>(memory, V.Classes), Row<ClassPair<V, T>, T>(memory, 2)), "rows that the classes share");
        }
    }

    private static bool Same<T>(T[] expected, Span<T> found)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes(expected.AsSpan(0, found.Length))
            .SequenceEqual(System.Runtime.InteropServices.MemoryMarshal.AsBytes(found));

    // Each operation's result, a class after the other. Rows of the two classes are Most apart, and each operand begins two rows on.
    private static List<T[]> Results<V, T>(T* memory, int c = 0)
        where V : struct, IVector<V, T>
        where T : unmanaged
    {
        var results = new List<T[]>();
        V x = V.Load(memory, Most), y = V.Load(memory + (2 * Most), Most), z = V.Load(memory + (4 * Most), Most),
            w = V.Load(memory + (6 * Most), Most);
        V shared = V.Load(memory + ((2 - c) * Most)), one = V.Broadcast(memory + ((4 - c) * Most)),
            ofClass = V.OfClasses(memory + ((4 - c) * Most) + c), index = V.ClassIndex(3 + c);
        foreach (V value in new[]
        {
            x, shared, one, ofClass, index, V.Zero, V.One, V.AllTrue, V.Create(0.75), x + y, x - y, x * y, x / y, -x, ~x, x & y, x | y,
                x ^ y,
            V.MultiplyAdd(x, y, z), V.Select(V.Less(x, y), z, w), V.SelectEqual(x, y, z, w), V.SelectEqual(x, x, z, w),
                V.SelectLessOrEqual(x, y, z, w), V.MaskEqual(x, y, z), V.MaskEqual(y, y, z),
            V.AddWhereEqual(x, y, z, w), V.AddWhereEqual(z, z, x, y), V.Equal(x, y), V.NotEqual(x, y), V.Less(x, y), V.LessOrEqual(x, y),
                V.Greater(x, y), V.GreaterOrEqual(x, y),
            V.Min(x, y), V.Max(x, y), V.MinNative(x, y), V.MaxNative(x, y), V.Abs(x), V.NegativeAbs(x), V.Sign(x), V.Sqrt(x), V.Exp(x),
                V.ExpNonPositive(V.NegativeAbs(x)), V.Log(x), V.Log1p(x),
            V.LogAtLeastOne(V.One + V.Abs(x)), V.Log1pOfUnit(V.Exp(V.NegativeAbs(y))), V.ReciprocalAtLeastOne(V.One + V.Abs(x)),
                V.Expm1(x), V.Tanh(x), V.Atan(x), V.Erf(x), V.Lgamma(x), V.Digamma(x), V.Trigamma(x), V.Sinh(x), V.Cosh(x), V.Pow(x, y), V.Sigmoid(x), V.Softplus(x),
        })
        {
            var result = new T[2 * Most];
            fixed (T* to = result)
                V.Store(value, to, Most);
            results.Add(result);
        }

        return results;
    }

    // Sums over the classes, taken singly or at once.
    private static T[] Row<V, T>(T* memory, int classes)
        where V : struct, IVector<V, T>
        where T : unmanaged
    {
        var row = new T[2 * Most];
        fixed (T* to = row)
        {
            for (int c = 0; c < 2; c += classes)
                V.AddToRow(V.Load(memory + (c * Most), Most), to, isFirst: c == 0);
            for (int c = 0; c < 2; c += classes)
                V.MultiplyAddToRow(V.Load(memory + (c * Most), Most), V.Load(memory + ((2 + c) * Most), Most), to, isFirst: false);
            for (int c = 0; c < 2; c += classes)
                V.MultiplyAddToRow(V.Load(memory + (c * Most), Most), V.Load(memory + ((2 + c) * Most), Most), to + Most, isFirst: c == 0);
        }

        return row;
    }
}
