using LossGen.Cpu;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Rows and columns exchanged: every number arrives, and nothing else is written.</summary>
public unsafe class Transpositions
{
    private const int Guard = 16;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EveryNumberArrives(bool isDouble)
    {
        for (int rows = 1; rows <= 37; rows++)
        {
            for (int columns = 1; columns <= 37; columns++)
            {
                foreach (int apart in new[] { 0, 3 })
                {
                    if (isDouble)
                        Check<double>(rows, columns, apart, k => k);
                    else
                        Check<float>(rows, columns, apart, k => k);
                }
            }
        }
    }

    // Apart: numbers between the end of a row and the next.
    private static void Check<T>(int rows, int columns, int apart, Func<int, T> number)
        where T : unmanaged, IEquatable<T>
    {
        int fromStride = columns + apart, toStride = rows + apart;
        T[] from = [.. Enumerable.Range(1, rows * fromStride).Select(number)];
        T untouched = number(-1);
        var to = new T[(2 * Guard) + (columns * toStride)];
        Array.Fill(to, untouched);
        fixed (T* source = from, target = to)
            Transposition.Copy(source, fromStride, rows, columns, target + Guard, toStride);
        for (int k = 0; k < to.Length; k++)
        {
            (int column, int row) = Math.DivRem(k - Guard, toStride);
            bool isOne = k >= Guard && column < columns && row < rows;
            Assert.True(to[k].Equals(isOne ? from[(row * fromStride) + column] : untouched),
                $"{rows} x {columns}, {apart} apart: row {row}, column {column} is {to[k]}");
        }
    }
}
