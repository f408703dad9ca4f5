using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Simd;
using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Bilinear resizing with aligned corners, its transpose, and losses that resize.</summary>
public unsafe class Resizing
{
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 5, 7 }, { 3, 4, 3, 4 }, { 2, 3, 9, 20 }, { 5, 1, 8, 1 }, { 7, 9, 3, 4 }, { 4, 6, 1, 1 }, { 6, 5, 1, 33 }, { 16, 16, 31, 47 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void IsTheFormulaAndItsTranspose(int height, int width, int targetHeight, int targetWidth)
    {
        LossShape shape = new LossShape(1, 2, targetHeight, targetWidth).WithLogits(height, width);
        double[] x = new Batch(shape).Logits, g = new Batch(new(1, 2, targetHeight, targetWidth), 2).Logits;
        double[] found = new double[g.Length], back = new double[x.Length];
        fixed (double* source = x, target = found, gradient = back, arrived = g)
        {
            var resize = new BilinearResize<double, V256<double>>(shape);
            resize.Forward(source, target, 2);
            resize.Adjoint(gradient, arrived, 2);
        }

        Numbers.Close(Plain(x, shape), found, 1e-14);
        Numbers.Close(Dot(found, g), Dot(x, back), 1e-13);
    }

    [Theory]
    [InlineData(3, 4, 7, 9)]
    [InlineData(8, 8, 4, 5)]
    public void ALossOfResizedLogits(int height, int width, int targetHeight, int targetWidth)
    {
        LossShape shape = new LossShape(2, 3, targetHeight, targetWidth).WithLogits(height, width);
        var data = new Batch(shape, 1, null, channels: 4);
        var loss = new Resized();
        var gradient = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, data.Dense, shape, gradient);
        Assert.Equal(value, loss.Evaluate(data.Logits, data.Dense, shape));

        // The same loss of logits that were resized beforehand.
        double[] Stretched(double[] x) => [.. Enumerable.Range(0, 2).SelectMany(n => Plain(x[(n * 3 * height * width)..((n + 1) * 3 * height * width)], shape))];
        var same = new LossShape(2, 3, targetHeight, targetWidth);
        Numbers.Close(ReferenceEvaluation.Evaluate(loss, same, Stretched(data.Logits), data.Dense), value, 1e-13);
        for (int i = 0; i < gradient.Length; i += 7)
        {
            double Shifted(double by)
            {
                double[] x = [.. data.Logits];
                x[i] += by;
                return ReferenceEvaluation.Evaluate(loss, same, Stretched(x), data.Dense);
            }

            Numbers.Close((Shifted(1e-5) - Shifted(-1e-5)) / 2e-5, gradient[i], 1e-9);
        }
    }

    // As torch documents it, pixel by pixel.
    private static double[] Plain(double[] x, LossShape shape)
    {
        int planes = x.Length / (shape.LogitHeight * shape.LogitWidth), k = 0;
        var result = new double[planes * shape.Pixels];
        for (int plane = 0; plane < planes; plane++)
        {
            for (int i = 0; i < shape.Height; i++)
            {
                for (int j = 0; j < shape.Width; j++)
                {
                    double v = shape.Height > 1 ? i * ((double)(shape.LogitHeight - 1) / (shape.Height - 1)) : 0;
                    double u = shape.Width > 1 ? j * ((double)(shape.LogitWidth - 1) / (shape.Width - 1)) : 0;
                    int y0 = Math.Min((int)v, shape.LogitHeight - 1), x0 = Math.Min((int)u, shape.LogitWidth - 1);
                    int y1 = Math.Min(y0 + 1, shape.LogitHeight - 1), x1 = Math.Min(x0 + 1, shape.LogitWidth - 1);
                    double At(int row, int column) => x[(((plane * shape.LogitHeight) + row) * shape.LogitWidth) + column];
                    result[k++] = ((1 - (v - y0)) * (((1 - (u - x0)) * At(y0, x0)) + ((u - x0) * At(y0, x1))))
                        + ((v - y0) * (((1 - (u - x0)) * At(y1, x0)) + ((u - x0) * At(y1, x1))));
                }
            }
        }

        return result;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
