namespace LossGen;

/// <summary>How the scores of the classes become one.</summary>
public enum ClassAverage
{
    /// <summary>Their mean: each class counts the same.</summary>
    Macro,

    /// <summary>The score of the counts of all classes together: each pixel counts the same.</summary>
    Micro,

    /// <summary>Their mean by support: each class counts as its labelled pixels, <c>tp + fn</c>.</summary>
    Weighted,
}
