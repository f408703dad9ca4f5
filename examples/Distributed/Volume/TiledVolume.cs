using Distributed.Processes;
using LossGen;

namespace Distributed.Volume;

/// <summary>Receives the gradient of a plane.</summary>
/// <param name="z">The plane.</param>
/// <param name="gradient">(2, Size, Size); it is overwritten afterwards.</param>
internal delegate void GradientSink(int z, ReadOnlySpan<float> gradient);

/// <summary>
/// Value and gradient of a loss of a whole volume, of which each process has some planes, and of these one at a time: planes are read
/// twice, once for the sums that the loss needs and once for the gradient.
/// </summary>
internal sealed class TiledVolume(Scene scene, ILoss loss, IProcesses processes)
{
    private readonly LossShape plane = new(batch: 1, Scene.Classes, scene.PlaneVoxels);
    private readonly float[] logits = new float[Scene.Classes * scene.PlaneVoxels];
    private readonly byte[] labels = new byte[scene.PlaneVoxels];
    private readonly float[] gradient = new float[Scene.Classes * scene.PlaneVoxels];

    /// <summary>This process's planes.</summary>
    public Range Planes => Border(processes.Rank)..Border(processes.Rank + 1);

    /// <summary>The sums of the whole volume. The same in every process.</summary>
    /// <param name="shift">What is added to the logit of each voxel's label.</param>
    public LossStatistics Accumulate(float shift = 0)
    {
        LossStatistics sums = loss.CreateStatistics(plane);
        for (int z = Planes.Start.Value; z < Planes.End.Value; z++)
        {
            scene.Plane(z, logits, labels);
            if (shift != 0)
            {
                for (int i = 0; i < labels.Length; i++)
                    logits[(labels[i] * labels.Length) + i] += shift;
            }
            loss.Accumulate(logits, labels, plane, sums);
        }
        processes.Sum(sums);
        return sums;
    }

    /// <summary>The gradient of the whole volume's loss, plane by plane.</summary>
    /// <param name="sums">The sums of the whole volume.</param>
    /// <param name="sinks">What becomes of the planes.</param>
    /// <returns>The derivative in the direction that raises the logit of each voxel's label by 1.</returns>
    public double Gradient(LossStatistics sums, IReadOnlyList<GradientSink> sinks)
    {
        double[] slope = [0];
        for (int z = Planes.Start.Value; z < Planes.End.Value; z++)
        {
            scene.Plane(z, logits, labels);
            loss.Gradient(logits, labels, plane, sums, gradient);
            for (int i = 0; i < labels.Length; i++)
                slope[0] += gradient[(labels[i] * labels.Length) + i];
            foreach (GradientSink sink in sinks)
                sink(z, gradient);
        }
        processes.Sum(slope);
        return slope[0];
    }

    private int Border(int rank) => (int)((long)scene.Size * rank / processes.Count);
}
