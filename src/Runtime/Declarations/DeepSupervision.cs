namespace LossGen;

/// <summary>Which label a pixel of a coarser output takes.</summary>
public enum LabelSampling
{
    /// <summary>The one in the middle of what it covers: PyTorch's <c>nearest-exact</c>, as MONAI and nnU-Net do.</summary>
    Center,

    /// <summary>The first one of what it covers, by the stride: PyTorch's <c>nearest</c>.</summary>
    First,
}

/// <summary>
/// The weights of a network's outputs at several resolutions, the finest first: the loss is the weighted sum of the losses at each. Labels
/// of the finest are read at the places that a coarser output needs, and nothing is resized unless <see cref="Resize"/> says so.
/// </summary>
/// <remarks>
/// nnU-Net: <c>DeepSupervision.Halving(levels)</c>. MONAI's DeepSupervisionLoss: <c>new(1, 1, 1)</c> (same), <c>Halving(levels, normalize:
/// false, dropLast: false)</c> (exp),
/// <c>new(1, 0.5, 0.5)</c> (two).
/// </remarks>
public sealed class DeepSupervision
{
    private readonly double[] weights;
    private readonly Resize resize;

    /// <summary>Weights as they stand.</summary>
    /// <param name="weights">One an output, at least 0; an output of weight 0 is not read and has gradient 0.</param>
    /// <exception cref="ArgumentException">There is none, none above 0, or one that is negative or not finite.</exception>
    public DeepSupervision(params double[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        for (int k = 0; k < weights.Length; k++)
        {
            if (!(weights[k] >= 0 && double.IsFinite(weights[k])))
                throw new ArgumentException($"Weight {k} is {weights[k]}; it must be finite and at least 0.", nameof(weights));
        }

        if (!(weights.Sum() > 0))
            throw new ArgumentException($"There are {weights.Length} weights, none above 0; one at least must be.", nameof(weights));
        this.weights = [.. weights];
    }

    /// <summary>Which label a pixel of a coarser output takes.</summary>
    public LabelSampling Sampling { get; init; } = LabelSampling.Center;

    /// <summary>
    /// How outputs that are coarser than the target are taken to its size, whatever the loss itself declares; labels, dense targets and
    /// maps are then read as they are. <see cref="Resize.None"/>, the default, leaves outputs as they are and takes labels at their places.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// It is <see cref="Resize.Bilinear"/>, which says nothing of volumes, or no value of the enumeration.
    /// </exception>
    public Resize Resize
    {
        get => resize;
        init => resize = value is Resize.None or Resize.LinearAligned or Resize.LinearUnaligned
            ? value
            : throw new ArgumentException(
                $"Resize is {value}; it must be None, LinearUnaligned or LinearAligned{(value == Resize.Bilinear ? ", which is Bilinear for one to three axes" : "")}.",
                nameof(value));
    }

    /// <summary>The weights, the finest output first.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>1, 1/2, 1/4, ...</summary>
    /// <param name="levels">The number of outputs.</param>
    /// <param name="normalize">Divides them by their sum.</param>
    /// <param name="dropLast">The coarsest has weight 0, if there is another one: a single output has weight 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is not at least one level.</exception>
    public static DeepSupervision Halving(int levels, bool normalize = true, bool dropLast = true)
    {
        if (levels is < 1 or > 64)
            throw new ArgumentOutOfRangeException(nameof(levels), levels, $"There are {levels} levels; there must be from 1 to 64.");
        double[] halves = [.. Enumerable.Range(0, levels).Select(k => Math.Pow(2, -k))];
        if (dropLast && levels > 1)
            halves[^1] = 0;
        double sum = normalize ? halves.Sum() : 1;
        return new([.. halves.Select(weight => weight / sum)]);
    }
}

/// <summary>One output of a network that is supervised at several resolutions.</summary>
/// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
public readonly struct LevelOutput<T>
    where T : unmanaged
{
    /// <summary>An output whose gradient is not wanted.</summary>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent.</param>
    /// <param name="spatial">One to three extents, whose product is S: none larger than the target's.</param>
    public LevelOutput(ReadOnlyMemory<T> logits, params int[] spatial)
        : this(logits, default, spatial)
    {
    }

    /// <summary>An output with room for its gradient.</summary>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent.</param>
    /// <param name="gradient">Receives as many. It may not overlap the logits.</param>
    /// <param name="spatial">One to three extents, whose product is S: none larger than the target's.</param>
    public LevelOutput(ReadOnlyMemory<T> logits, Memory<T> gradient, params int[] spatial)
    {
        ArgumentNullException.ThrowIfNull(spatial);
        Logits = logits;
        Gradient = gradient;
        Spatial = spatial;
    }

    /// <summary>The logits.</summary>
    public ReadOnlyMemory<T> Logits { get; }

    /// <summary>Where the gradient goes.</summary>
    public Memory<T> Gradient { get; }

    /// <summary>The spatial extents.</summary>
    public IReadOnlyList<int> Spatial { get; }
}
