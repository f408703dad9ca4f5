using LossGen.Runtime.Tests.PairLosses;

namespace LossGen.Runtime.Tests.Pairing;

/// <summary>What is wrong with a call of a loss of pairs, and what to do instead.</summary>
public sealed class PairArguments
{
    private static readonly float[] s_embeddings = new float[8 * 3], s_gradient = new float[8 * 3];

    private static readonly LossShape s_shape = LossShape.OfRows(8, 3);

    [Fact]
    public void LabelsAreOneARow() => Refused<ArgumentException>(
        () => new Supervised().Evaluate<float, long>(s_embeddings, new long[7], s_shape),
            "target has 7 elements and needs 8: one label a row: N = 8.");

    [Fact]
    public void LabelsAreIntegers() => Refused<ArgumentException>(
        () => new Supervised().Evaluate<float, float>(s_embeddings, new float[8], s_shape),
        "The target is no integers; Supervised declares Pairs = Pairs.Cosine and needs one label of an integer type for each row. For two views of the same samples, without labels, call EvaluateViews");

    [Fact]
    public void ColumnsTakeNoLabels() => Refused<ArgumentException>(
        () => new Twins().EvaluateWithGradient<float, long>(s_embeddings, new long[8], s_shape, s_gradient),
        "Twins declares Pairs = Pairs.Correlation, which compares the columns of two views and takes no labels. Call EvaluateViews or EvaluateViewsWithGradient.");

    [Fact]
    public void ViewsAreAnEvenNumberOfRows() => Refused<ArgumentException>(
        () => new Views().EvaluateViews<float>(s_embeddings, LossShape.OfRows(7, 3)),
            "The shape has 7 rows; two views of the same samples, one after the other, are an even number.");

    [Fact]
    public void EmbeddingsFitTheShape()
    {
        Refused<ArgumentException>(() => new Views().EvaluateViews<float>(s_embeddings, LossShape.OfRows(8, 4)),
            "embeddings has 24 elements and needs 32: N * D = 8 * 4.");
        Refused<ArgumentException>(
            () => new Views().EvaluateViewsWithGradient<float>(s_embeddings, s_shape, new float[3]),
                "gradient has 3 elements and needs 24: as many as embeddings.");
        Refused<ArgumentException>(() => new Views().EvaluateViewsWithGradient<float>(s_gradient, s_shape, s_gradient),
            "gradient overlaps embeddings; it needs memory of its own.");
    }

    [Fact]
    public void RowsHaveNumbers() =>
        Refused<ArgumentException>(() => new Views().EvaluateViews<float>([], LossShape.OfRows(8, 0)), "The shape is batch 8, classes 0");

    [Fact]
    public void RowsHaveNoPixels() => Refused<ArgumentException>(
        () => new Supervised().Evaluate<float, long>(s_embeddings, new long[8], new LossShape(2, 3, 4)),
        "The shape has 4 pixels; Supervised compares rows of embeddings, (N, D), which have none. Pass LossShape.OfRows(rows, features).");

    [Fact]
    public void OneRowHasNoPair() => Refused<ArgumentException>(
        () => new Supervised().Evaluate<float, long>(new float[3], new long[1], LossShape.OfRows(1, 3)),
            "The shape has 1 row; Supervised compares rows with each other and needs at least 2.");

    [Fact]
    public void ACovarianceNeedsTwoSamples() => Refused<ArgumentException>(
        () => new Spread().EvaluateViews<float>(new float[6], LossShape.OfRows(2, 3)),
            "The shape has 2 rows, so 1 sample in each view; a covariance needs at least 2.");

    [Fact]
    public void OtherLossesHaveNoViews() => Refused<InvalidOperationException>(
        () => new Losses.DiceCrossEntropy().EvaluateViews<float>(s_embeddings, s_shape),
            "DiceCrossEntropy declares no Pairs, so it has logits and a target, and no views.");

    [Fact]
    public void WhatPairsCannotDoIsSaid()
    {
        var loss = new Supervised();
        Refused<NotSupportedException>(() => loss.CreateStatistics(s_shape),
            "Supervised declares Pairs = Pairs.Cosine, and pairs of rows of two pieces are in neither; evaluate the whole batch at once.");
        foreach (Action call in new Action[]
        {
            () => loss.CreateMetrics(3), () => loss.CreateImageMetrics(3), () => loss.CreateConfusionMatrix(3), () =>
                loss.CreateSoftMetrics(3),
        })
            Refused<NotSupportedException>(call, "Supervised declares Pairs = Pairs.Cosine, and it predicts no classes to score");
        Refused<NotSupportedException>(
            () => LossGen.Kernels.CallRules.Levels(((ILoss)loss).Definition, new DeepSupervision(1, 0.5), 2, "outputs"),
                "embeddings have no resolutions to supervise");
        Refused<ArgumentException>(() => LossGen.Reference.ReferenceEvaluation.Evaluate(loss, s_shape, new double[24], new double[24]),
            "The target is no integers");
    }

    private static void Refused<T>(Action call, string message)
        where T : Exception => Assert.StartsWith(message, Assert.ThrowsAny<T>(call)
            .Message.Replace("Supervised declares Pairs = Pairs.Cosine, and embeddings", "embeddings", StringComparison.Ordinal),
            StringComparison.Ordinal);
}
