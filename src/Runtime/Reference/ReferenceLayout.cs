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

    /// <summary>Linear along each axis: a pixel of the target is between two of the logits along each.</summary>
    public static double[] Resize(Resize resize, LossShape shape, double[] logits)
    {
        var result = new double[shape.Batch * shape.Classes * checked((int)shape.Pixels)];
        int i = 0;
        for (int image = 0; image < shape.Batch * shape.Classes; image++)
            for (int z = 0; z < shape.Depth; z++)
                for (int y = 0; y < shape.Height; y++)
                    for (int x = 0; x < shape.Width; x++)
                    {
                        result[i++] = Between(resize, z, shape.LogitDepth, shape.Depth, slice =>
                            Between(resize, y, shape.LogitHeight, shape.Height, row =>
                                Between(resize, x, shape.LogitWidth, shape.Width, column =>
                                    logits[((image * shape.LogitDepth + slice) * shape.LogitHeight + row) * shape.LogitWidth + column])));
                    }

        return result;
    }

    private static double Between(Resize resize, int position, int from, int to, Func<int, double> at)
    {
        if (from == to)
            return at(position);
        double source = resize == LossGen.Resize.LinearUnaligned
            ? Math.Max(0, (position + 0.5) * from / to - 0.5)
            : to == 1 ? 0 : position * ((from - 1.0) / (to - 1));
        int low = Math.Min((int)source, from - 1), high = Math.Min(low + 1, from - 1);
        double fraction = source - low;
        return at(low) * (1 - fraction) + at(high) * fraction;
    }
}
