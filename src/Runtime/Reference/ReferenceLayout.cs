namespace LossGen.Reference;

/// <summary>Brings the inputs of a call into the layout of the reference: N, C, S with one size for logits and target.</summary>
internal static class ReferenceLayout
{
    public static double[] ClassesSecond(LossDefinition definition, LossShape shape, double[] target)
    {
        int given = shape.Classes + (definition.DropLastTargetChannel ? 1 : 0), pixels = checked((int)shape.Pixels);
        if (target.Length != shape.Batch * given * pixels)
            throw new ArgumentException(
                $"target has {target.Length} elements; {shape.Batch} images of {pixels} pixels and {given} channels need {shape.Batch * given * pixels}.",
                nameof(target));

        var result = new double[shape.Batch * shape.Classes * pixels];
        bool last = definition.TargetClassAxis == ClassAxis.Last;
        for (int n = 0; n < shape.Batch; n++)
            for (int c = 0; c < shape.Classes; c++)
                for (int s = 0; s < pixels; s++)
                    result[(n * shape.Classes + c) * pixels + s] =
                        target[last ? (n * pixels + s) * given + c : (n * given + c) * pixels + s];
        return result;
    }

    /// <summary>Bilinear with aligned corners: the corner pixels of both grids coincide.</summary>
    public static double[] ResizeBilinear(LossShape shape, double[] logits)
    {
        var result = new double[shape.Batch * shape.Classes * checked((int)shape.Pixels)];
        int i = 0;
        for (int image = 0; image < shape.Batch * shape.Classes; image++)
            for (int y = 0; y < shape.Height; y++)
                for (int x = 0; x < shape.Width; x++)
                {
                    (int top, int bottom, double down) = Between(y, shape.LogitHeight, shape.Height);
                    (int left, int right, double across) = Between(x, shape.LogitWidth, shape.Width);
                    double above = At(top, left) * (1 - across) + At(top, right) * across;
                    double below = At(bottom, left) * (1 - across) + At(bottom, right) * across;
                    result[i++] = above * (1 - down) + below * down;
                    double At(int row, int column) => logits[(image * shape.LogitHeight + row) * shape.LogitWidth + column];
                }

        return result;
    }

    private static (int Low, int High, double Fraction) Between(int position, int from, int to)
    {
        double source = to == 1 ? 0 : position * ((from - 1.0) / (to - 1));
        int low = Math.Min((int)source, from - 1);
        return (low, Math.Min(low + 1, from - 1), source - low);
    }
}
