namespace LossGen.Metrics;

/// <summary>A mean of scores, of which some are left out.</summary>
internal struct ScoreMean
{
    private double sum;
    private double weights;

    /// <summary>Adds a score; null and what has no weight is left out.</summary>
    public void Add(double? score, double weight = 1)
    {
        if (weight == 0 || score is not double own)
            return;
        sum += weight * own;
        weights += weight;
    }

    /// <summary>The mean; null where all were left out.</summary>
    public readonly double? Value => weights == 0 ? null : sum / weights;

    /// <summary>The mean over classes. Weighted where nothing is labelled is 0 / 0, too.</summary>
    public readonly double? OfClasses(ClassAverage average, AbsentClasses absent) =>
        Value ?? (average == ClassAverage.Weighted ? ScoreCounts<long>.OfNothing(absent) : null);
}
