using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>The extents of a value's axes; 0 stands for an axis over which the value does not vary.</summary>
internal readonly record struct Extents(int Batch, int Classes, int Pixels)
{
    public int Count => Math.Max(Batch, 1) * Math.Max(Classes, 1) * Math.Max(Pixels, 1);

    public Extents Over(ElementAxes axes) => new(
        axes.HasFlag(ElementAxes.Batch) ? Batch : 0,
        axes.HasFlag(ElementAxes.Class) ? Classes : 0,
        axes.HasFlag(ElementAxes.Pixel) ? Pixels : 0);

    public Extents Union(Extents other) =>
        new(Math.Max(Batch, other.Batch), Math.Max(Classes, other.Classes), Math.Max(Pixels, other.Pixels));

    /// <summary>Where the number of a point lies in the value's data.</summary>
    public int Offset(int image, int classIndex, int pixel)
    {
        int offset = Batch == 0 ? 0 : image;
        offset = Classes == 0 ? offset : offset * Classes + classIndex;
        return Pixels == 0 ? offset : offset * Pixels + pixel;
    }

    public override string ToString()
    {
        string[] axes = [Batch > 0 ? $"N={Batch}" : "", Classes > 0 ? $"C={Classes}" : "", Pixels > 0 ? $"S={Pixels}" : ""];
        return $"({string.Join(", ", axes.Where(axis => axis.Length > 0))})";
    }
}
