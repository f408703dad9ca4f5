using LossGen;

namespace Distributed.Volume;

/// <summary>A small volume in one piece, to compare with.</summary>
internal sealed class Whole
{
    private readonly Scene scene;
    private readonly float[] gradient;

    private Whole(Scene scene, ILoss loss)
    {
        this.scene = scene;
        int voxels = checked((int)scene.Voxels), plane = scene.PlaneVoxels;
        float[] logits = new float[Scene.Classes * voxels], part = new float[Scene.Classes * plane];
        byte[] labels = new byte[voxels];
        gradient = new float[logits.Length];
        for (int z = 0; z < scene.Size; z++)
        {
            scene.Plane(z, part, labels.AsSpan(z * plane, plane));
            for (int c = 0; c < Scene.Classes; c++)
                part.AsSpan(c * plane, plane).CopyTo(logits.AsSpan((c * voxels) + (z * plane)));
        }
        Value = loss.EvaluateWithGradient(logits, labels, new LossShape(batch: 1, Scene.Classes, voxels), gradient);
    }

    public double Value { get; }

    public static Whole Of(Scene scene, ILoss loss) => new(scene, loss);

    /// <summary>Adds how far a plane's gradient is from that of the volume in one piece, and how large that is.</summary>
    public void Compare(int z, ReadOnlySpan<float> plane, Span<double> differences)
    {
        for (int i = 0; i < plane.Length; i++)
        {
            (int c, int at) = Math.DivRem(i, scene.PlaneVoxels);
            float expected = gradient[(int)((c * scene.Voxels) + ((long)z * scene.PlaneVoxels)) + at];
            differences[0] += Math.Abs(plane[i] - (double)expected);
            differences[1] += Math.Abs((double)expected);
        }
    }
}
