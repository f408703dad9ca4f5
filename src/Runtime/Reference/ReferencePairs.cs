using LossGen.Cpu;

namespace LossGen.Reference;

/// <summary>The matrix of the pairs of embeddings (N, D), and its target, number by number in double.</summary>
internal static class ReferencePairs
{
    /// <summary>The labels of two views of the same samples, one after the other.</summary>
    public static long[] ViewLabels(int rows) => [.. Enumerable.Range(0, rows).Select(row => (long)(row % (rows / 2)))];

    /// <summary>The matrix: class by class, the pixels of a class adjacent.</summary>
    public static double[] Matrix(Pairs pairs, LossShape shape, double[] embeddings) => pairs switch
    {
        Pairs.Cosine => OfRows(shape, Unit(shape, embeddings)),
        Pairs.Dot => OfRows(shape, embeddings),
        Pairs.Correlation => OfColumns(shape, Standardised(shape, embeddings, isScaled: true), 1, 0, 1.0 / (shape.Batch / 2)),
        _ => [.. new[] { 0, 1 }.SelectMany(view => OfColumns(shape, Standardised(shape, embeddings, isScaled: false), view, view,
            1.0 / ((shape.Batch / 2) - 1)))],
    };

    /// <summary>Its target: 1 where two belong together, 0 where they do not, -1 where they are no pair.</summary>
    public static double[] Target(LossDefinition definition, LossShape shape, long[] labels)
    {
        LossShape matrix = PairMatrix.ShapeOf(definition.Pairs, shape);
        int side = matrix.Classes;
        var target = new double[matrix.Batch * side * side];
        for (int k = 0; k < target.Length; k++)
        {
            int i = k % side, j = k / side % side;
            if (PairMatrix.ComparesColumns(definition.Pairs))
                target[k] = i == j ? 1 : 0;
            else if (i == j || labels[i] == definition.IgnoredRowLabel || labels[j] == definition.IgnoredRowLabel)
                target[k] = -1;
            else
                target[k] = labels[i] == labels[j] ? 1 : 0;
        }

        return target;
    }

    private static double[] Unit(LossShape shape, double[] embeddings)
    {
        var result = new double[embeddings.Length];
        for (int n = 0; n < shape.Batch; n++)
        {
            double length = 0;
            for (int d = 0; d < shape.Classes; d++)
                length = double.Hypot(length, embeddings[(n * shape.Classes) + d]);
            for (int d = 0; d < shape.Classes && length > 0; d++)
                result[(n * shape.Classes) + d] = embeddings[(n * shape.Classes) + d] / length;
        }

        return result;
    }

    private static double[] OfRows(LossShape shape, double[] rows)
    {
        int side = shape.Batch, features = shape.Classes;
        var result = new double[side * side];
        for (int j = 0; j < side; j++)
            for (int i = 0; i < side; i++)
                for (int d = 0; d < features; d++)
                    result[(j * side) + i] += rows[(i * features) + d] * rows[(j * features) + d];
        return result;
    }

    private static double[] Standardised(LossShape shape, double[] embeddings, bool isScaled)
    {
        int samples = shape.Batch / 2, features = shape.Classes;
        var result = new double[embeddings.Length];
        for (int view = 0; view < 2; view++)
        {
            for (int d = 0; d < features; d++)
            {
                int At(int n) => (((view * samples) + n) * features) + d;
                double mean = Enumerable.Range(0, samples).Average(n => embeddings[At(n)]);
                double variance = Enumerable.Range(0, samples).Average(n => (embeddings[At(n)] - mean) * (embeddings[At(n)] - mean));
                for (int n = 0; n < samples; n++)
                    result[At(n)] = (embeddings[At(n)] - mean) / (isScaled ? Math.Sqrt(variance + PairMatrix.VarianceFloor) : 1);
            }
        }

        return result;
    }

    // The columns of one view as classes, those of the other as pixels.
    private static double[] OfColumns(LossShape shape, double[] numbers, int classView, int pixelView, double factor)
    {
        int samples = shape.Batch / 2, features = shape.Classes;
        var result = new double[features * features];
        for (int j = 0; j < features; j++)
            for (int i = 0; i < features; i++)
                for (int n = 0; n < samples; n++)
                    result[(j * features) + i] += factor * numbers[(((pixelView * samples) + n) * features) + i]
                        * numbers[(((classView * samples) + n) * features) + j];
        return result;
    }
}
