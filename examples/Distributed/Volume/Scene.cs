namespace Distributed.Volume;

/// <summary>
/// A volume of two classes that is a function of the place, so that any plane of it can be made wherever it is wanted: balls on a grid,
/// and what a network might say of them, blurred, with noise. It stands for a volume in files that is read plane by plane.
/// </summary>
/// <param name="Size">Voxels along each side.</param>
internal sealed record Scene(int Size)
{
    public const int Classes = 2;

    private const double Balls = 4;     // along each side
    private const double Radius = 0.3;  // of a ball, in units of their distance
    private const double Sharpness = 12;
    private const double Noise = 2;

    /// <summary>Voxels of a plane.</summary>
    public int PlaneVoxels => Size * Size;

    /// <summary>All voxels.</summary>
    public long Voxels => (long)Size * PlaneVoxels;

    /// <summary>Makes one plane.</summary>
    /// <param name="z">Its number.</param>
    /// <param name="logits">(2, Size, Size).</param>
    /// <param name="labels">(Size, Size).</param>
    public void Plane(int z, Span<float> logits, Span<byte> labels)
    {
        double dz = Offset(z);
        for (int y = 0, i = 0; y < Size; y++)
        {
            double dy = Offset(y);
            for (int x = 0; x < Size; x++, i++)
            {
                double dx = Offset(x), inside = Radius - Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
                labels[i] = inside > 0 ? (byte)1 : (byte)0;
                uint bits = Scatter((uint)x, (uint)y, (uint)z);
                double said = (Sharpness * inside) + (Noise * (((bits & 0xffff) / 65536.0) - 0.5));
                logits[i] = (float)(Noise * (((bits >> 16) / 65536.0) - 0.5));
                logits[PlaneVoxels + i] = (float)said;
            }
        }
    }

    // From the middle of the nearest ball, along one axis.
    private double Offset(int at)
    {
        double place = Balls * (at + 0.5) / Size;
        return place - Math.Floor(place) - 0.5;
    }

    private static uint Scatter(uint x, uint y, uint z)
    {
        uint h = (x * 0x9e3779b1) ^ (y * 0x85ebca77) ^ (z * 0xc2b2ae3d);
        h = (h ^ (h >> 15)) * 0x2c1b3c6d;
        h = (h ^ (h >> 12)) * 0x297a2d39;
        return h ^ (h >> 15);
    }
}
