using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>Compares a loss on a batch with its reference, on every backend.</summary>
internal static class Comparison
{
    private const double ValueTolerance = 1e-9;

    private const double GradientTolerance = 1e-6;

    /// <summary>Up to this many logits each derivative is checked; beyond, some of them and some directions.</summary>
    private const int FewLogits = 40;

    /// <summary>Where a direction says nothing, up to this many are.</summary>
    private const int ManyLogits = 400;

    /// <summary>What is wrong, or null.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="reference">
    /// The loss whose formulas are the reference's; the same where nothing in them overflows as it is written.
    /// </param>
    /// <param name="batch">The batch.</param>
    /// <param name="seed">Draws what is checked of it.</param>
    public static string? Failure(ILoss loss, ILoss reference, Batch batch, int seed)
    {
        try
        {
            return Find(loss, reference, batch, new Random(seed));
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

    private static string? Find(ILoss loss, ILoss reference, Batch batch, Random random)
    {
        Tally.Batch();
        var expected = new Expected(reference, batch, random);
        if (!ReferenceEquals(loss, reference) && !batch.IsExtreme && AsWritten(new Expected(loss, batch, random), expected) is { } another)
            return "as the reference has it: " + another;
        Found found = CpuBackend.InDouble(loss, batch, expected.Upstream);
        if (batch.IsExtreme && !expected.IsFinite)
        {
            // As it is written the formula overflows at such logits, or has 0 * inf: of that element nothing is known.
            Tally.NotFinite();
            return KnownValues(expected, batch, found.Elements, ValueTolerance) is { } other ? "CPU in double: " + other : null;
        }

        if (Values(expected, found.Elements, ValueTolerance) is { } wrong)
            return "CPU in double: " + wrong;
        if (!expected.IsFinite)
        {
            Tally.NotFinite();
            return null;
        }

        if ((Gradient(expected, batch, found.Gradient, random) ?? Ignored(loss, batch, found.Gradient)) is { } slope)
            return "CPU in double: " + slope;
        var precision = new SinglePrecision(loss, batch, expected, found);
        return precision.OnCpu() ?? InPieces(loss, batch, expected, found, random) ?? OnTorch(loss, batch, expected, found)
            ?? precision.OnTorch()
            ?? (batch.IsExtreme ? null : Curvature.Failure(loss, batch, expected, random)) ?? IgnoredHoldAnything(loss, batch, expected,
            found, random);
    }

    // What is written with exponentials may cancel as it stands, or overflow on its way to a number: 1 / log(exp(1000)).
    private static string? AsWritten(Expected written, Expected expected) =>
        Values(Finite(written.Elements), expected.Elements, ValueTolerance, i => 16 * written.NoiseAsWritten(i)) is { } wrong
            && written.Infinities <= expected.Infinities ? wrong : null;

    // What is not finite is not known.
    private static double[] Finite(double[] numbers) => Array.ConvertAll(numbers, number => double.IsFinite(number) ? number : double.NaN);

    private static string? InPieces(ILoss loss, Batch batch, Expected expected, Found found, Random random)
    {
        bool canSplit = loss.Definition is
        {
            Reduction: not Reduction.None, Resize: Resize.None, TargetClassAxis: ClassAxis.Second,
            DropLastTargetChannel: false, Dimensions: 0
        } && batch.Shape.Pixels > 1;
        if (!canSplit || CpuBackend.InPieces(loss, batch, random.Next(1, checked((int)batch.Shape.Pixels))) is not { } pieces)
            return null;
        string? wrong = Values(expected, pieces.Elements, ValueTolerance) ?? Slopes(found.Gradient, pieces.Gradient, ValueTolerance);
        return wrong is null ? null : "CPU in two pieces: " + wrong;
    }

    private static string? OnTorch(ILoss loss, Batch batch, Expected expected, Found found)
    {
        // Large logits cancel in other places on the roads: a slope may differ by what it moves when the logits move by rounding.
        var sensitivity = new Lazy<double[]>(() => SinglePrecision.Sensitivity(loss, batch, expected, found, Math.Pow(2, -49)));
        bool IsSensitive(int i, Found own) => batch.IsExtreme && Math.Abs(found.Gradient[i] - own.Gradient[i]) <= 8 * sensitivity.Value[i];
        foreach (TorchRoad road in (TorchRoad[])[TorchRoad.Kernel, TorchRoad.InOperations])
        {
            Found own = TorchBackend.Run(loss, batch, expected.Upstream, road);
            if ((Values(expected, own.Elements, ValueTolerance) ?? Slopes(found.Gradient, own.Gradient, ValueTolerance,
                i => IsSensitive(i, own)) ?? Ignored(loss, batch, own.Gradient)) is { } wrong)
                return $"{road}: {wrong}";
        }

        return null;
    }

    /// <summary>Logits of what takes no part: nothing of them reaches the value, whatever they are.</summary>
    private static string? IgnoredHoldAnything(ILoss loss, Batch batch, Expected expected, Found found, Random random)
    {
        if (loss.Definition is not { IgnoreIndex: int ignored, Resize: Resize.None } || batch.WithoutPart(loss.Definition,
            ignored) is not { } free || !free.Contains(true))
            return null;
        double[] anything = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300];
        Batch other = batch with
        {
            Logits = [.. batch.Logits.Select((logit, i) => free[i] ? anything[random.Next(anything.Length)]
            : logit)]
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
            if ((Values(expected, own.Elements, ValueTolerance) ?? Slopes(found.Gradient, own.Gradient, ValueTolerance)
                ?? Ignored(loss, batch, own.Gradient)) is { } wrong)
                return $"{road}, with anything at ignored pixels: {wrong}";
        }

        return null;
    }

    /// <summary>The first value that is not the reference's, or null.</summary>
    public static string? Values(Expected expected, double[] found, double tolerance) =>
        found.Length == expected.Elements.Length ? Values(expected.Elements, found, tolerance, i => 16 * expected.NoiseOf(i))
            : $"{found.Length} values, the reference has {expected.Elements.Length} over {expected.Axes}";

    /// <summary>As <see cref="Values(Expected, double[], double)"/>, without what overflows, as it is written, at extreme logits.</summary>
    public static string? KnownValues(Expected expected, Batch batch, double[] found, double tolerance) =>
        Values(batch.IsExtreme ? Finite(expected.Elements) : expected.Elements, found, tolerance, i => 16 * expected.NoiseOf(i));

    /// <inheritdoc cref="Values(Expected, double[], double)"/>
    public static string? Values(double[] reference, double[] found, double tolerance, Func<int, double>? noise = null)
    {
        for (int i = 0; i < found.Length; i++)
        {
            // As written, 0 * inf is NaN; simplified, it is 0.
            double wanted = reference[i], actual = found[i];
            if (double.IsNaN(wanted))
                continue;
            double off = Math.Abs(actual - wanted), most = tolerance * (1 + Math.Abs(wanted));
            if (double.IsFinite(wanted) != double.IsFinite(actual) || (off > most && !(off <= most + (noise?.Invoke(i) ?? 0))))
                return $"value {actual:R} at {i}, the reference has {wanted:R}";
        }

        return null;
    }

    private static string? Gradient(Expected expected, Batch batch, double[] gradient, Random random)
    {
        int count = gradient.Length;
        int[] chosen = count <= FewLogits ? [.. Enumerable.Range(0, count)]
            : [0, count - 1, .. Enumerable.Range(0, 2).Select(_ => random.Next(count))];
        foreach (int i in chosen)
        {
            Tally.Slope();
            if (expected.Disagrees(gradient[i], k => k == i ? 1 : 0, GradientTolerance) is not { } difference)
                continue;
            if (!IsHidden(expected, gradient[i]))
                return $"gradient at {i}: {difference}";
            Tally.UndecidedSlope();
        }

        double[] direction = [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 2) - 1)];
        double along = direction.Select((d, i) => d * gradient[i]).Sum();
        if (expected.Disagrees(along, i => direction[i], GradientTolerance) is not { } slope || IsHidden(expected, along))
            return null;
        if (!batch.IsExtreme)
            return $"gradient along a direction: {slope}";

        // Large logits tie in many places, and kinks of both kinds, at distances of their own, say nothing together. So logits are asked
        // one by one.
        Tally.UndecidedSlope();
        foreach (int i in count <= ManyLogits ? Enumerable.Range(0, count) : Enumerable.Range(0, ManyLogits)
            .Select(_ => random.Next(count)))
        {
            if (expected.Disagrees(gradient[i], k => k == i ? 1 : 0, GradientTolerance) is { } difference
                && !IsHidden(expected, gradient[i]))
                return $"gradient at {i}: {difference}";
        }

        return null;
    }

    // Over the longest step the reference rounds by more than a thousandth of the slope: no difference says what it is.
    private static bool IsHidden(Expected expected, double slope) => double.IsFinite(slope) && 8 * expected.Noise * 1024 > 1e-3
        * (1 + Math.Abs(slope));

    /// <summary>The first slope at what takes no part and that is not 0, or null.</summary>
    public static string? Ignored(ILoss loss, Batch batch, double[] gradient)
    {
        if (loss.Definition is not { IgnoreIndex: int ignored, Resize: Resize.None } || batch.WithoutPart(loss.Definition,
            ignored) is not { } free)
            return null;
        for (int i = 0; i < gradient.Length; i++)
        {
            if (free[i] && gradient[i] != 0)
                return $"gradient {gradient[i]:R} at {i}, which is ignored";
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
