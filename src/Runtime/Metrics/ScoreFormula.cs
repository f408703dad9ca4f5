namespace LossGen.Metrics;

/// <summary>A score as <c>hit * tp / (hit * tp + missed * fn + wrong * fp)</c>.</summary>
/// <param name="Hit">The factor of true positives.</param>
/// <param name="Missed">The factor of false negatives.</param>
/// <param name="Wrong">The factor of false positives.</param>
internal readonly record struct ScoreFormula(double Hit, double Missed, double Wrong)
{
    public static ScoreFormula Dice => FBeta(1);

    public static ScoreFormula Iou => new(1, 1, 1);

    public static ScoreFormula Precision => new(1, 0, 1);

    public static ScoreFormula Recall => new(1, 1, 0);

    public static ScoreFormula FBeta(double beta)
    {
        if (!(beta >= 0))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"beta is {beta}; it must be at least 0.");
        return new(1 + (beta * beta), beta * beta, 1);
    }

    /// <summary>The score; null for 0 / 0.</summary>
    public double? Of(double hits, double wrong, double missed)
    {
        // What does not count must not be NaN or infinite on the way.
        double above = Hit * hits, below = above + (Missed == 0 ? 0 : Missed * missed) + (Wrong == 0 ? 0 : Wrong * wrong);
        return below == 0 ? null : above / below;
    }
}
