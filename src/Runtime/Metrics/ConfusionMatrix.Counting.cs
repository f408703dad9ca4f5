using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Metrics;

namespace LossGen;

/// <content>Counting. A tile of pixels at a time: what is predicted, what is labelled, then pixel by pixel.</content>
public sealed unsafe partial class ConfusionMatrix
{
    private const int Width = 512;

    // Neighbouring pixels are mostly of one class: to add to the same number again waits for the last addition. A few copies are filled in
    // turn.
    private const int LargestInBanks = 32;

    private int Banks => Size <= LargestInBanks ? 4 : 1;

    private protected override void CountPiece<T, TTarget>(
        in PredictionSource predicted, TTarget* target, in LabelSource source, LossShape shape)
    {
        bool hasLabels = source.Element <= TargetElement.Int64;
        if (!hasLabels && Size == Classes)
        {
            throw new ArgumentException(
                $"The target is dense, so that a pixel may be of several of {Classes} classes or of none; a confusion matrix needs one "
                    + "label a pixel. Pass class indices (the largest along the class axis of a one-hot target), or take "
                    + "SegmentationMetrics.",
                nameof(target));
        }

        if (predicted.Kind == PredictionKind.Masks)
        {
            throw new ArgumentException(
                $"The predictions are masks, of which several of {Classes} classes may hold a pixel, or none; a confusion matrix needs "
                    + "one class a pixel. Pass class indices, or take SegmentationMetrics.",
                "logits");
        }

        piece.AsSpan().Clear();
        Workspace memory = Workspace.Rent(WorkspaceUse.Metrics, PredictedTiles<T>.Bytes(predicted, shape, Width));
        var tiles = new PredictedTiles<T>(predicted, rule, shape, Width, memory);
        T* numbers = stackalloc T[Width];
        int* rows = stackalloc int[Width];
        for (int n = 0; n < shape.Batch; n++)
        {
            for (long pixel = 0; pixel < shape.Pixels; pixel += Width)
            {
                int count = (int)Math.Min(Width, shape.Pixels - pixel);
                long offset = (n * shape.Pixels) + pixel;
                if (hasLabels)
                    ReadLabels(source, shape, offset, count, rows, numbers);
                else
                    ReadElements(target + offset, count, rows);
                tiles.Read(n, pixel, count);
                tiles.ReadClasses(source, hasLabels);
                CountPixels(rows, tiles.Of(0), count);
            }
        }

        for (int i = 0; i < piece.Length; i++)
            counts[i % counts.Length] += piece[i];
    }

    // The row of each pixel, -1 of those that are ignored.
    private static void ReadLabels<T>(in LabelSource source, LossShape shape, long offset, int count, int* rows, T* numbers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!TileLabels.Read(source, shape, offset, count, rows, numbers))
            return;
        for (int i = 0; i < count; i++)
            rows[i] = rows[i] == source.IgnoreIndex ? -1 : rows[i];
    }

    private void ReadElements<TTarget>(TTarget* target, int count, int* rows)
        where TTarget : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            double element = CallChecks.ToDouble(target[i]);
            rows[i] = element == Definition.IgnoreIndex ? -1 : element > 0.5 ? 1 : 0;
        }
    }

    private void CountPixels<T>(int* rows, T* predicted, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Where a single class is opposed to the rest, -1 is the rest.
        int size = Size, first = size - Classes, last = Banks - 1, bank = counts.Length;
        fixed (long* numbers = piece)
        {
            for (int i = 0; i < count; i++)
            {
                int row = rows[i];
                if (row >= 0)
                    numbers[((i & last) * bank) + (row * size) + T.ConvertToIntegerNative<int>(predicted[i]) + first]++;
            }
        }
    }
}
