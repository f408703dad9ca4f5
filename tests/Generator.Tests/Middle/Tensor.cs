using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>Numbers over some of the axes N, C, S of a small batch.</summary>
internal sealed class Tensor(Axes axes, Extents extents, double[] data)
{
    public Axes Axes => axes;

    public double[] Data => data;

    public double this[int n, int c, int s] => data[Offset(axes, extents, n, c, s)];

    public static Tensor Create(Axes axes, Extents extents, Func<int, int, int, double> at)
    {
        var data = new double[Offset(axes, extents, Last(axes.Has(Axes.Batch), extents.Batch), Last(axes.Has(Axes.Class), extents.Classes),
            Last(axes.Has(Axes.Pixel), extents.Pixels)) + 1];
        for (int n = 0; n < (axes.Has(Axes.Batch) ? extents.Batch : 1); n++)
        {
            for (int c = 0; c < (axes.Has(Axes.Class) ? extents.Classes : 1); c++)
            {
                for (int s = 0; s < (axes.Has(Axes.Pixel) ? extents.Pixels : 1); s++)
                    data[Offset(axes, extents, n, c, s)] = at(n, c, s);
            }
        }

        return new(axes, extents, data);
    }

    private static int Last(bool has, int extent) => has ? extent - 1 : 0;

    private static int Offset(Axes axes, Extents extents, int n, int c, int s)
    {
        int offset = axes.Has(Axes.Batch) ? n : 0;
        offset = axes.Has(Axes.Class) ? (offset * extents.Classes) + c : offset;
        return axes.Has(Axes.Pixel) ? (offset * extents.Pixels) + s : offset;
    }
}

/// <summary>The sizes of a batch.</summary>
internal readonly record struct Extents(int Batch, int Classes, int Pixels)
{
    public int Of(Axes axis) => axis switch { Axes.Batch => Batch, Axes.Class => Classes, _ => Pixels };
}
