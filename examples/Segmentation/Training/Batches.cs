using Segmentation.Data;
using static TorchSharp.torch;

namespace Segmentation.Training;

/// <summary>Which images a step takes, and how it distorts them.</summary>
/// <param name="Chosen">The images' places in the training set.</param>
/// <param name="Down">How far they are moved, in pixels.</param>
/// <param name="Right">How far they are moved, in pixels.</param>
/// <param name="Gain">What their brightness is multiplied by.</param>
/// <param name="Offset">What is added to it.</param>
internal sealed record Batch(long[] Chosen, int Down, int Right, float Gain, float Offset);

/// <summary>The training set as tensors, and batches of it.</summary>
internal sealed class Batches(Slices training) : IDisposable
{
    public const int Size = 8;

    private readonly Tensor images = Images(training);
    private readonly Tensor labels = tensor(training.Labels, [training.Count, training.Height, training.Width]).to(int64);

    /// <summary>(N, 1, H, W).</summary>
    public static Tensor Images(Slices slices) => tensor(slices.Images, [slices.Count, 1, slices.Height, slices.Width]);

    /// <summary>The next batch: the same for the same state of the random numbers.</summary>
    public Batch Draw(Random random)
    {
        long[] chosen = [.. Enumerable.Range(0, Size).Select(_ => (long)random.Next(training.Count))];
        int down = random.Next(-5, 6), right = random.Next(-3, 4);
        float gain = 0.85f + (0.3f * random.NextSingle()), offset = 0.3f * (random.NextSingle() - 0.5f);
        return new(chosen, down, right, gain, offset);
    }

    /// <summary>The batch's images (N, 1, H, W) and their class indices (N, H, W).</summary>
    public (Tensor Input, Tensor Target) Take(Batch batch)
    {
        Tensor chosen = tensor(batch.Chosen);
        long[] shift = [batch.Down, batch.Right];
        Tensor input = (images[chosen].roll(shift, (long[])[2, 3]) * batch.Gain) + batch.Offset;
        return (input, labels[chosen].roll(shift, (long[])[1, 2]));
    }

    public void Dispose()
    {
        images.Dispose();
        labels.Dispose();
    }
}
