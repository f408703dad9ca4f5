using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Metrics;
using LossGen.Simd;

namespace LossGen;

/// <content>Counting. A tile of pixels at a time: probabilities, then the sums of each class by lanes.</content>
public sealed unsafe partial class SoftMetrics
{
    // A multiple of every register's lanes.
    private const int Width = 256;

    private protected override bool TakesClasses => false;

    private protected override void CountPiece<T, TTarget>(
        in PredictionSource predicted, TTarget* target, in LabelSource source, LossShape shape)
    {
        void* logits = predicted.Data;
        LogitElement element = predicted.Logits;
        piece.AsSpan().Clear();
        if (RegisterWidth.Is512)
            CountTiles<T, V512<T>, TTarget>(logits, element, target, source, shape);
        else if (RegisterWidth.Is256)
            CountTiles<T, V256<T>, TTarget>(logits, element, target, source, shape);
        else
            CountTiles<T, V128<T>, TTarget>(logits, element, target, source, shape);
        for (int i = 0; i < sums.Length; i++)
            sums[i] += piece[i];
    }

    private void CountTiles<T, V, TTarget>(
        void* logits, LogitElement element, TTarget* target, in LabelSource source, LossShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, IVector<V, T>
        where TTarget : unmanaged
    {
        bool hasLabels = source.Element <= TargetElement.Int64;
        long bytes = (2 * Workspace.Size<T>(Width)) + Workspace.Size<int>(Width);
        Workspace memory = Workspace.Rent(
            WorkspaceUse.Metrics, bytes + LogitTiles<T>.Bytes(element, shape, Width, isWritten: true));
        var tiles = new LogitTiles<T>(logits, element, shape, Width, isWritten: true, memory);
        T* numbers = memory.Take<T>(Width), valid = memory.Take<T>(Width);
        int* integers = memory.Take<int>(Width);
        for (int n = 0; n < shape.Batch; n++)
        {
            for (long pixel = 0; pixel < shape.Pixels; pixel += Width)
            {
                int count = (int)Math.Min(Width, shape.Pixels - pixel);
                T* rows = tiles.Read(n, pixel, count);
                for (int c = 0; c < Classes; c++)
                    new Span<T>(rows + (c * Width) + count, Width - count).Clear();

                Activate<T, V>(rows);
                new Span<T>(valid, Width).Clear();
                if (hasLabels)
                    ReadLabels(source, shape, (n * shape.Pixels) + pixel, count, integers, numbers, valid);
                else
                    piece[3 * Classes] += count;
                for (int c = 0; c < Classes; c++)
                {
                    if (!hasLabels)
                        ReadElements(target + ((((long)n * Classes) + c) * shape.Pixels) + pixel, count, numbers, valid);
                    Add<T, V>(c, rows + (c * Width), numbers, valid, hasLabels);
                }
            }
        }
    }

    // Logits to probabilities, in place.
    private void Activate<T, V>(T* rows)
        where T : unmanaged
        where V : struct, IVector<V, T>
    {
        for (int i = 0; i < Width; i += V.Count)
        {
            if (Definition.Activation != Activation.Softmax)
            {
                for (int c = 0; c < Classes && Definition.Activation != Activation.None; c++)
                {
                    V logit = V.Load(rows + (c * Width) + i);
                    V.Store(Definition.Activation.OnLanes<T, V>(logit), rows + (c * Width) + i);
                }

                continue;
            }

            V largest = V.Load(rows + i), total = V.Zero;
            for (int c = 1; c < Classes; c++)
                largest = V.Max(largest, V.Load(rows + (c * Width) + i));
            for (int c = 0; c < Classes; c++)
            {
                V exponential = V.ExpNonPositive(V.Load(rows + (c * Width) + i) - largest);
                V.Store(exponential, rows + (c * Width) + i);
                total += exponential;
            }

            V reciprocal = V.One / total;
            for (int c = 0; c < Classes; c++)
                V.Store(V.Load(rows + (c * Width) + i) * reciprocal, rows + (c * Width) + i);
        }
    }

    // The class of each pixel, and 1 where it counts.
    private void ReadLabels<T>(in LabelSource source, LossShape shape, long offset, int count, int* integers, T* numbers, T* valid)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool hasIgnored = TileLabels.Read(source, shape, offset, count, integers, numbers);
        for (int i = 0; i < count; i++)
        {
            bool isIgnored = hasIgnored && integers[i] == source.IgnoreIndex;
            valid[i] = isIgnored ? T.Zero : T.One;
            piece[3 * Classes] += isIgnored ? 0 : 1;
        }

        new Span<T>(numbers + count, Width - count).Fill(T.NegativeOne);
    }

    private void ReadElements<T, TTarget>(TTarget* target, int count, T* numbers, T* valid)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            double element = CallChecks.ToDouble(target[i]);
            bool isIgnored = element == Definition.IgnoreIndex;
            if (UnitTargets.IsBad(element, Definition.IgnoreIndex))
                throw UnitTargets.Bad(Definition, element);
            numbers[i] = isIgnored ? T.Zero : T.CreateTruncating(element);
            valid[i] = isIgnored ? T.Zero : T.One;
        }

        new Span<T>(numbers + count, Width - count).Clear();
    }

    private void Add<T, V>(int c, T* probabilities, T* numbers, T* valid, bool hasLabels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, IVector<V, T>
    {
        V self = V.Create(c), hits = V.Zero, wrong = V.Zero, missed = V.Zero;
        for (int i = 0; i < Width; i += V.Count)
        {
            V p = V.Load(probabilities + i), number = V.Load(numbers + i), counts = V.NotEqual(V.Load(valid + i), V.Zero);
            V y = hasLabels ? V.Equal(number, self) & V.One : number;
            hits += counts & (p * y);
            wrong += counts & (p * (V.One - y));
            missed += counts & ((V.One - p) * y);
        }

        piece[c] += Sum<T, V>(hits);
        piece[Classes + c] += Sum<T, V>(wrong);
        piece[(2 * Classes) + c] += Sum<T, V>(missed);
    }

    private static double Sum<T, V>(V lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, IVector<V, T>
    {
        T* numbers = stackalloc T[V.Count];
        V.Store(lanes, numbers);
        double sum = 0;
        for (int i = 0; i < V.Count; i++)
            sum += double.CreateTruncating(numbers[i]);
        return sum;
    }
}
