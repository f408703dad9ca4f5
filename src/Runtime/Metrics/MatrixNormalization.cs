namespace LossGen;

/// <summary>What the numbers of a confusion matrix are divided by.</summary>
public enum MatrixNormalization
{
    /// <summary>The pixels of their label: each row adds up to 1. scikit-learn's and torchmetrics' <c>true</c>.</summary>
    Labels,

    /// <summary>The pixels of their predicted class: each column adds up to 1. <c>pred</c>.</summary>
    Predictions,

    /// <summary>All pixels: <c>all</c>.</summary>
    All,
}
