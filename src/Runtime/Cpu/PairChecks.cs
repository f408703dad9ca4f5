namespace LossGen.Cpu;

/// <summary>Checks of a call of a loss that compares pairs.</summary>
internal static class PairChecks
{
    /// <summary>What a loss of pairs cannot do.</summary>
    /// <param name="definition">The loss; one that compares no pairs can.</param>
    /// <param name="what">What is asked for.</param>
    /// <param name="cure">What to do instead.</param>
    /// <exception cref="NotSupportedException">The loss compares pairs.</exception>
    public static void Refuse(LossDefinition definition, string what, string cure)
    {
        if (definition.Pairs != Pairs.None)
            throw new NotSupportedException($"{definition.Name} declares Pairs = Pairs.{definition.Pairs}, and {what}; {cure}.");
    }

    /// <summary>A call with a label for each row.</summary>
    public static void Labels(LossDefinition definition, bool hasLabels, LossShape shape)
    {
        Shape(definition, shape);
        if (PairMatrix.ComparesColumns(definition.Pairs))
        {
            throw new ArgumentException(
                $"{definition.Name} declares Pairs = Pairs.{definition.Pairs}, which compares the columns of two views and takes no labels. Call EvaluateViews or EvaluateViewsWithGradient.", "target");
        }

        if (!hasLabels)
        {
            throw new ArgumentException(
                $"The target is no integers; {definition.Name} declares Pairs = Pairs.{definition.Pairs} and needs one label of an integer type for each row. For two views of the same samples, without labels, call "
                    + "EvaluateViews or EvaluateViewsWithGradient with the rows of both.",
                "target");
        }
    }

    /// <summary>A call with two views of the same samples.</summary>
    public static void Views(LossDefinition definition, LossShape shape)
    {
        if (definition.Pairs == Pairs.None)
            throw new InvalidOperationException($"{definition.Name} declares no Pairs, so it has logits and a target, and no views. Call Evaluate or EvaluateWithGradient.");
        Shape(definition, shape);
        if (shape.Batch % 2 != 0)
        {
            throw new ArgumentException(
                $"The shape has {shape.Batch} rows; two views of the same samples, one after the other, are an even number. Pass LossShape.OfRows(2 * samples, features).", nameof(shape));
        }

        if (definition.Pairs == Pairs.Covariance && shape.Batch < 4)
            throw new ArgumentException($"The shape has {shape.Batch} rows, so {shape.Batch / 2} sample in each view; a covariance needs at least 2.", nameof(shape));
    }

    public static void LabelCount(int found, int rows)
    {
        if (found != rows)
            CallChecks.Length(found, rows, "target", $"one label a row: N = {rows}");
    }

    /// <summary>Rows of embeddings, at least two.</summary>
    public static void Shape(LossDefinition definition, LossShape shape)
    {
        if (shape.Pixels != 1 || shape.IsResized)
        {
            throw new ArgumentException(
                $"The shape has {shape.Pixels} pixels; {definition.Name} compares rows of embeddings, (N, D), which have none. Pass LossShape.OfRows(rows, features).", nameof(shape));
        }

        if (shape.Batch < 2)
            throw new ArgumentException($"The shape has {shape.Batch} row; {definition.Name} compares rows with each other and needs at least 2.", nameof(shape));
    }
}
