using LossGen.Cpu;
using LossGen.Differential.Losses;
using LossGen.Kernels;

namespace LossGen.Differential.Checks;

/// <summary>The generated kernels by the span API, in double and in float.</summary>
internal static class CpuBackend
{
    public static Found InDouble(ILoss loss, Batch batch, double[] upstream) =>
        batch.Labels is { } labels ? InDouble<long>(loss, batch, labels, upstream) : InDouble<double>(loss, batch, batch.Dense, upstream);

    public static Found InSingle(ILoss loss, Batch batch, double[] upstream) => batch.Labels is { } labels
        ? InSingle<byte>(loss, batch, labels.All(label => label is >= 0 and < 256) ? [.. labels.Select(label => (byte)label)] : null,
        upstream) ?? InSingle<int>(loss, batch, [.. labels.Select(label => (int)label)], upstream)!
        : InSingle<float>(loss, batch, Single(batch.Dense!), upstream)!;

    /// <summary>The axes that the unreduced values have.</summary>
    public static ElementAxes AxesOf(ILoss loss, Batch batch) =>
        CallChecks.Measure(loss, batch.Shape, batch.Labels is null ? TargetElement.Double : TargetElement.Int64).ElementAxes;

    /// <summary>
    /// The value and the gradient of a batch that comes in two pieces, or null where the loss's sums cannot be gathered that way.
    /// </summary>
    public static Found? InPieces(ILoss loss, Batch batch, int pixels)
    {
        LossStatistics statistics;
        try
        {
            statistics = loss.CreateStatistics(batch.Shape);
        }
        catch (NotSupportedException)
        {
            return null;
        }

        (int from, int to)[] pieces = [(0, pixels), (pixels, checked((int)batch.Shape.Pixels))];
        foreach ((int from, int to) in pieces)
        {
            Batch piece = Piece(batch, from, to);
            if (piece.Labels is { } labels)
                loss.Accumulate(piece.Logits, (ReadOnlySpan<long>)labels, piece.Shape, Inputs(piece.Maps), statistics);
            else
                loss.Accumulate(piece.Logits, (ReadOnlySpan<double>)piece.Dense, piece.Shape, Inputs(piece.Maps), statistics);
        }

        double value = loss.Finish(statistics);
        var gradient = new double[batch.Logits.Length];
        foreach ((int from, int to) in pieces)
        {
            Batch piece = Piece(batch, from, to);
            var part = new double[piece.Logits.Length];
            if (piece.Labels is { } labels)
                loss.Gradient(piece.Logits, (ReadOnlySpan<long>)labels, piece.Shape, Inputs(piece.Maps), statistics, part);
            else
                loss.Gradient(piece.Logits, (ReadOnlySpan<double>)piece.Dense, piece.Shape, Inputs(piece.Maps), statistics, part);
            Copy(part, to - from, 0, gradient, batch, from, to - from);
        }

        return new([value], gradient);
    }

    private static Found InDouble<TTarget>(ILoss loss, Batch batch, ReadOnlySpan<TTarget> target, double[] upstream)
        where TTarget : unmanaged
    {
        var gradient = new double[batch.Logits.Length];
        if (loss.Definition.Reduction == Reduction.None)
        {
            double[] elements = new double[CallChecks.ElementCount(AxesOf(loss, batch), batch.Shape)];
            double[] alone = new double[elements.Length];
            if (upstream.Length != elements.Length)
                upstream = [];
            loss.EvaluateElementsWithGradient(batch.Logits, target, batch.Shape, Inputs(batch.Maps), elements, upstream, gradient);
            loss.EvaluateElements(batch.Logits, target, batch.Shape, Inputs(batch.Maps), alone);
            RequireSame(elements, alone);
            return new(elements, gradient);
        }

        double value = loss.EvaluateWithGradient(batch.Logits, target, batch.Shape, Inputs(batch.Maps), gradient);
        var again = new double[gradient.Length];
        RequireSame([value], [loss.EvaluateWithGradient(batch.Logits, target, batch.Shape, Inputs(batch.Maps), again)]);
        RequireSame(gradient, again);
        RequireClose(value, loss.Evaluate(batch.Logits, target, batch.Shape, Inputs(batch.Maps)));
        return new([value], gradient);
    }

    private static Found? InSingle<TTarget>(ILoss loss, Batch batch, TTarget[]? target, double[] upstream)
        where TTarget : unmanaged
    {
        if (target is null)
            return null;
        float[] logits = Single(batch.Logits), gradient = new float[logits.Length];
        ReadOnlySpan<TTarget> targets = target;
        if (loss.Definition.Reduction == Reduction.None)
        {
            var elements = new float[CallChecks.ElementCount(AxesOf(loss, batch), batch.Shape)];
            float[] weights = upstream.Length == elements.Length ? Single(upstream) : [];
            loss.EvaluateElementsWithGradient(logits, targets, batch.Shape, SingleInputs(batch.Maps), elements, weights, gradient);
            return new([.. elements.Select(e => (double)e)], [.. gradient.Select(g => (double)g)]);
        }

        double value = loss.EvaluateWithGradient(logits, targets, batch.Shape, SingleInputs(batch.Maps), gradient);
        return new([value], [.. gradient.Select(g => (double)g)]);
    }

    private static Batch Piece(Batch batch, int from, int to)
    {
        LossShape shape = new(batch.Shape.Batch, batch.Shape.Classes, to - from);
        var logits = new double[shape.Batch * shape.Classes * (to - from)];
        Copy(batch.Logits, checked((int)batch.Shape.Pixels), from, logits, batch with { Shape = shape }, 0, to - from);
        return new(
            shape, logits,
            batch.Labels is { } labels ? Rows(labels, shape.Batch, batch.Shape, from, to) : null,
            batch.Dense is { } dense ? Rows(dense, shape.Batch * shape.Classes, batch.Shape, from, to) : null)
        {
            Maps = [.. batch.Maps.Select(map => Rows(map, checked((int)(map.Length / batch.Shape.Pixels)), batch.Shape, from, to))],
        };
    }

    private static LossInputs Inputs(double[][] maps) =>
        new(maps.ElementAtOrDefault(0), maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));

    private static LossInputs SingleInputs(double[][] maps)
    {
        float[][] single = [.. maps.Select(Single)];
        return new(single.ElementAtOrDefault(0), single.ElementAtOrDefault(1), single.ElementAtOrDefault(2), single.ElementAtOrDefault(3));
    }

    private static T[] Rows<T>(T[] source, int rows, LossShape shape, int from, int to)
    {
        int pixels = checked((int)shape.Pixels);
        return [.. Enumerable.Range(0, rows).SelectMany(row => source.Skip((row * pixels) + from).Take(to - from))];
    }

    // Copies a range of pixels of each image and class.
    private static void Copy(double[] source, int sourcePixels, int sourceFrom, double[] target, Batch whole, int targetFrom, int count)
    {
        int rows = whole.Shape.Batch * whole.Shape.Classes, targetPixels = checked((int)whole.Shape.Pixels);
        for (int row = 0; row < rows; row++)
            Array.Copy(source, (row * sourcePixels) + sourceFrom, target, (row * targetPixels) + targetFrom, count);
    }

    private static float[] Single(double[] numbers) => [.. numbers.Select(number => (float)number)];

    private static void RequireSame(double[] first, double[] second)
    {
        for (int i = 0; i < first.Length; i++)
        {
            if (BitConverter.DoubleToInt64Bits(first[i]) != BitConverter.DoubleToInt64Bits(second[i]))
                throw new CheckFailedException($"the same call gives {first[i]:R} and {second[i]:R} at {i}");
        }
    }

    // With and without a gradient the passes may differ, but not by more than rounding.
    private static void RequireClose(double first, double second)
    {
        if (Math.Abs(first - second) > 1e-12 * (1 + Math.Abs(first)) || double.IsFinite(first) != double.IsFinite(second))
            throw new CheckFailedException($"EvaluateWithGradient gives {first:R}, Evaluate {second:R}");
    }
}

/// <summary>A backend contradicts itself.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
