using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>Compares a loss on a batch with its reference, on every backend.</summary>
internal static class Comparison
{
    private const double ValueTolerance = 1e-9;

    private const double GradientTolerance = 1e-6;

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
        if (Values(expected, found.Elements, ValueTolerance) is { } wrong)
            return "CPU in double: " + wrong;
        if (!expected.IsFinite)
            return null;
        if ((Gradient(expected, batch, found.Gradient, random) ?? Ignored(loss, batch, found.Gradient)) is { } slope)
            return "CPU in double: " + slope;
        var precision = new SinglePrecision(loss, batch, expected, found);
        return precision.OnCpu() ?? InPieces(loss, batch, expected, found, random)
            ?? OnTorch(loss, batch, expected, found) ?? precision.OnTorch() ?? Curvature.Failure(loss, batch, expected, random) ?? IgnoredHoldAnything(loss, batch, expected, found, random);
    }

    private static string? InPieces(ILoss loss, Batch batch, Expected expected, Found found, Random random)
    {
        bool canSplit = loss.Definition is { Reduction: not Reduction.None, Resize: Resize.None, TargetClassAxis: ClassAxis.Second, DropLastTargetChannel: false } && batch.Shape.Pixels > 1;
        if (!canSplit || CpuBackend.InPieces(loss, batch, random.Next(1, checked((int)batch.Shape.Pixels))) is not { } pieces)
            return null;
        string? wrong = Values(expected, pieces.Elements, ValueTolerance) ?? Slopes(found.Gradient, pieces.Gradient, ValueTolerance);
        return wrong is null ? null : "CPU in two pieces: " + wrong;
    }

    private static string? OnTorch(ILoss loss, Batch batch, Expected expected, Found found)
    {
        foreach (TorchRoad road in (TorchRoad[])[TorchRoad.Kernel, TorchRoad.InOperations])
        {
            Found own = TorchBackend.Run(loss, batch, expected.Upstream, road);
            if ((Values(expected, own.Elements, ValueTolerance) ?? Slopes(found.Gradient, own.Gradient, ValueTolerance) ?? Ignored(loss, batch, own.Gradient)) is { } wrong)
                return $"{road}: {wrong}";
        }

        return null;
    }

    /// <summary>Logits of pixels that take no part: nothing of them reaches the value, whatever they are.</summary>
    private static string? IgnoredHoldAnything(ILoss loss, Batch batch, Expected expected, Found found, Random random)
    {
        if (loss.Definition.IgnoreIndex is not int ignored || batch.Labels is not { } labels || loss.Definition.Resize != Resize.None || Array.IndexOf(labels, ignored) < 0)
            return null;
        int pixels = checked((int)batch.Shape.Pixels);
        double[] anything = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300];
        Batch other = batch with
        {
            Logits = [.. batch.Logits.Select((logit, i) => labels[(i / (pixels * batch.Shape.Classes) * pixels) + (i % pixels)] == ignored ? anything[random.Next(anything.Length)] : logit)],
        };
        (string Road, Func<Found> Run)[] roads =
        [
            ("CPU in double", () => CpuBackend.InDouble(loss, other, expected.Upstream)),
            (TorchRoad.Kernel.ToString(), () => TorchBackend.Run(loss, other, expected.Upstream, TorchRoad.Kernel)),
            (TorchRoad.InOperations.ToString(), () => TorchBackend.Run(loss, other, expected.Upstream, TorchRoad.InOperations)),
        ];
        foreach ((string road, Func<Found> run) in roads)
        {
            Found own = run();
            if ((Values(expected, own.Elements, ValueTolerance) ?? Slopes(found.Gradient, own.Gradient, ValueTolerance) ?? Ignored(loss, batch, own.Gradient)) is { } wrong)
                return $"{road}, with anything at ignored pixels: {wrong}";
        }

        return null;
    }

    /// <summary>The first value that is not the reference's, or null.</summary>
    public static string? Values(Expected expected, double[] found, double tolerance) =>
        found.Length == expected.Elements.Length ? Values(expected.Elements, found, tolerance) : $"{found.Length} values, the reference has {expected.Elements.Length} over {expected.Axes}";

    /// <inheritdoc cref="Values(Expected, double[], double)"/>
    public static string? Values(double[] reference, double[] found, double tolerance)
    {
        for (int i = 0; i < found.Length; i++)
        {
            // As written, 0 * inf is NaN; simplified, it is 0.
            double wanted = reference[i], actual = found[i];
            if (double.IsNaN(wanted))
                continue;
            if (double.IsFinite(wanted) != double.IsFinite(actual) || Math.Abs(actual - wanted) > tolerance * (1 + Math.Abs(wanted)))
                return $"value {actual:R} at {i}, the reference has {wanted:R}";
        }

        return null;
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

    /// <summary>The first slope at a pixel that is ignored and not 0, or null.</summary>
    public static string? Ignored(ILoss loss, Batch batch, double[] gradient)
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

    /// <summary>The first slope that is not what is wanted, or null. A tolerance is relative to the largest, and to 1.</summary>
    public static string? Slopes(double[] wanted, double[] found, double tolerance, Func<int, bool>? isExcused = null)
    {
        double scale = 1 + wanted.Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < wanted.Length; i++)
        {
            if (!(Math.Abs(wanted[i] - found[i]) <= tolerance * scale) && isExcused?.Invoke(i) != true)
                return $"gradient {found[i]:R} at {i}, expected {wanted[i]:R}";
        }

        return null;
    }
}
