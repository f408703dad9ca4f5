namespace LossGen.Torch.Tests.Support;

/// <summary>A random batch: logits in double and a target, with class indices or dense, and what plain formulations need of it.</summary>
internal sealed class Example
{
    private Example(Tensor logits, Tensor target, Tensor oneHot, Tensor? valid)
    {
        Logits = logits;
        Target = target;
        OneHot = oneHot;
        Valid = valid;
    }

    /// <summary>(N, C, spatial), double.</summary>
    public Tensor Logits { get; }

    /// <summary>What a loss is given: int64 labels (N, spatial), or dense like the logits.</summary>
    public Tensor Target { get; }

    /// <summary>The target as (N, C, S), 0 where ignored.</summary>
    public Tensor OneHot { get; }

    /// <summary>Which pixels (N, 1, S) or elements (N, C, S) count, as 0 and 1; null where all do.</summary>
    public Tensor? Valid { get; }

    public long Classes => Logits.shape[1];

    public static Example WithLabels(long[] shape, int? ignored, int seed)
    {
        using Generator random = new((ulong)seed);
        long n = shape[0], c = shape[1];
        long[] spatial = shape[2..];
        Tensor labels = randint(0, Math.Max(2, c), [n, .. spatial], dtype: ScalarType.Int64, generator: random);
        Tensor flat = labels.reshape(n, 1, -1);
        Tensor oneHot = flat.eq(arange(c).add(c == 1 ? 1 : 0).reshape(1, c, 1)).to_type(ScalarType.Float64);
        Tensor? valid = null;
        if (ignored is int value)
        {
            Tensor some = rand([n, .. spatial], generator: random).lt(0.25);
            labels = labels.masked_fill(some, value);
            valid = 1 - some.reshape(n, 1, -1).to_type(ScalarType.Float64);
            oneHot *= valid;
        }

        return new(Draw(shape, random), labels, oneHot, valid);
    }

    public static Example Dense(long[] shape, int? ignored, int seed)
    {
        using Generator random = new((ulong)seed);
        Tensor target = rand(shape, dtype: ScalarType.Float64, generator: random);
        Tensor? valid = null;
        Tensor clean = target;
        if (ignored is int value)
        {
            Tensor some = rand(shape, generator: random).lt(0.2);
            target = target.masked_fill(some, value);
            valid = 1 - some.reshape(shape[0], shape[1], -1).to_type(ScalarType.Float64);
            clean = clean.masked_fill(some, 0);
        }

        return new(Draw(shape, random), target, clean.reshape(shape[0], shape[1], -1), valid);
    }

    private static Tensor Draw(long[] shape, Generator random) => randn(shape, dtype: ScalarType.Float64, generator: random) * 2;
}
