namespace LossGen.Metrics;

/// <summary>What predictions are.</summary>
internal enum PredictionKind
{
    /// <summary>A logit of each class and pixel.</summary>
    Logits,

    /// <summary>The index of a class, of each pixel.</summary>
    Classes,

    /// <summary>Whether a pixel is of a class, of each class and pixel.</summary>
    Masks,
}
