using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>Compares a loss on a batch with its reference.</summary>
internal static class Comparison
{
    private const double ValueTolerance = 1e-9;

    private const double GradientTolerance = 1e-6;

    private const double SingleTolerance = 2e-3;

    /// <summary>Up to this many logits each derivative is checked; beyond, some of them and some directions.</summary>
    private const int FewLogits = 40;

    /// <summary>What is wrong, or null.</summary>
    public static string? Failure(ILoss loss, Batch batch, int seed)
    {
        try
        {
            return Find(loss, batch, new Random(seed));
        }
        catch (CheckFailedException failure)
        {
            return failure.Message;
        }
        catch (Exception error)
        {
            return error.ToString();
        }
    }

    private static string? Find(ILoss loss, Batch batch, Random random)
    {
        var expected = new Expected(loss, batch, random);
        Found found = CpuBackend.InDouble(loss, batch, expected.Upstream);
        if (Values(expected, loss, batch, found.Elements, ValueTolerance) is { } wrong)
            return "CPU in double: " + wrong;
        if (!expected.IsFinite)
            return null;
        bool sameAxes = expected.Elements.Length == found.Elements.Length;
        if (sameAxes && (Gradient(expected, batch, found.Gradient, random) ?? Ignored(loss, batch, found.Gradient)) is { } slope)
            return "CPU in double: " + slope;

        Found single = CpuBackend.InSingle(loss, batch, expected.Upstream);
        if (Values(expected, loss, batch, single.Elements, SingleTolerance) is { } wrongSingle)
            return "CPU in float: " + wrongSingle;
        if (sameAxes && Close(found.Gradient, single.Gradient, SingleTolerance) is { } singleSlope)
            return "CPU in float: gradient " + singleSlope;

        bool canSplit = loss.Definition is { Reduction: not Reduction.None, Resize: Resize.None, TargetClassAxis: ClassAxis.Second, DropLastTargetChannel: false } && batch.Shape.Pixels > 1;
        if (canSplit && CpuBackend.InPieces(loss, batch, random.Next(1, checked((int)batch.Shape.Pixels))) is { } pieces)
        {
            string? value = Values(expected, loss, batch, pieces.Elements, ValueTolerance), gradient = Close(found.Gradient, pieces.Gradient, ValueTolerance);
            if ((value ?? gradient) is { } difference)
                return "CPU in two pieces: " + difference;
        }

        return null;
    }

    private static string? Values(Expected expected, ILoss loss, Batch batch, double[] found, double tolerance)
    {
        if (found.Length != expected.Elements.Length && !CanBroadcast(expected, CpuBackend.AxesOf(loss, batch), found.Length))
            return $"{found.Length} values over {CpuBackend.AxesOf(loss, batch)}, the reference has {expected.Elements.Length} over {expected.Axes}";
        int[] from = Broadcast(expected, loss, batch, found.Length);
        for (int i = 0; i < expected.Elements.Length; i++)
        {
            double wanted = expected.Elements[i], actual = found[from[i]];
            if (double.IsFinite(wanted) != double.IsFinite(actual) || Math.Abs(actual - wanted) > tolerance * (1 + Math.Abs(wanted)))
                return $"value {actual:R} at {i}, the reference has {wanted:R}";
        }

        return null;
    }

    // A formula that turns out not to vary over an axis, such as the sum of a softmax, has fewer elements than its text says.
    private static bool CanBroadcast(Expected expected, Kernels.ElementAxes axes, int count) => (axes & ~expected.Axes) == 0 && count < expected.Elements.Length;

    private static int[] Broadcast(Expected expected, ILoss loss, Batch batch, int count)
    {
        if (count == expected.Elements.Length)
            return [.. Enumerable.Range(0, count)];
        Kernels.ElementAxes axes = CpuBackend.AxesOf(loss, batch);
        int images = Extent(Kernels.ElementAxes.Batch, batch.Shape.Batch), classes = Extent(Kernels.ElementAxes.Class, batch.Shape.Classes);
        int pixels = Extent(Kernels.ElementAxes.Pixel, checked((int)batch.Shape.Pixels));
        var from = new List<int>();
        for (int n = 0; n < images; n++)
        {
            for (int c = 0; c < classes; c++)
            {
                for (int s = 0; s < pixels; s++)
                {
                    int offset = axes.HasFlag(Kernels.ElementAxes.Batch) ? n : 0;
                    offset = axes.HasFlag(Kernels.ElementAxes.Class) ? (offset * batch.Shape.Classes) + c : offset;
                    from.Add(axes.HasFlag(Kernels.ElementAxes.Pixel) ? checked((int)((offset * batch.Shape.Pixels) + s)) : offset);
                }
            }
        }

        return [.. from];

        int Extent(Kernels.ElementAxes axis, int extent) => expected.Axes.HasFlag(axis) ? extent : 1;
    }

    private static string? Gradient(Expected expected, Batch batch, double[] gradient, Random random)
    {
        int count = gradient.Length;
        int[] chosen = count <= FewLogits ? [.. Enumerable.Range(0, count)] : [0, count - 1, .. Enumerable.Range(0, 6).Select(_ => random.Next(count))];
        foreach (int i in chosen)
        {
            if (expected.Disagrees(gradient[i], k => k == i ? 1 : 0, GradientTolerance) is { } difference)
                return $"gradient at {i}: {difference}";
        }

        double[] direction = [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 2) - 1)];
        double along = direction.Select((d, i) => d * gradient[i]).Sum();
        return expected.Disagrees(along, i => direction[i], GradientTolerance) is { } slope ? $"gradient along a direction: {slope}" : null;
    }

    private static string? Ignored(ILoss loss, Batch batch, double[] gradient)
    {
        if (loss.Definition.IgnoreIndex is not int ignored || batch.Labels is not { } labels || loss.Definition.Resize != Resize.None)
            return null;
        int pixels = checked((int)batch.Shape.Pixels);
        for (int i = 0; i < gradient.Length; i++)
        {
            int image = i / (pixels * batch.Shape.Classes), pixel = i % pixels;
            if (labels[(image * pixels) + pixel] == ignored && gradient[i] != 0)
                return $"gradient {gradient[i]:R} at {i}, whose pixel is ignored";
        }

        return null;
    }

    private static string? Close(double[] wanted, double[] found, double tolerance)
    {
        double scale = 1 + wanted.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!(Math.Abs(wanted[i] - found[i]) <= tolerance * scale))
                return $"{found[i]:R} at {i}, expected {wanted[i]:R}";
        }

        return null;
    }
}
