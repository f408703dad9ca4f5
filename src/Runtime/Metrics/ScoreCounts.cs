using System.Numerics;

namespace LossGen.Metrics;

/// <summary>
/// Scores of one set of counts: true positives of each class, false positives of each class, false negatives of each class, and the pixels.
/// What means leave out is null.
/// </summary>
/// <param name="counts">3 C + 1 numbers.</param>
/// <param name="classes">C.</param>
/// <param name="absent">What 0 / 0 counts.</param>
/// <typeparam name="T">long or double.</typeparam>
internal readonly ref struct ScoreCounts<T>(ReadOnlySpan<T> counts, int classes, AbsentClasses absent)
    where T : unmanaged, INumber<T>
{
    private readonly ReadOnlySpan<T> counts = counts;

    /// <summary>The score of a class.</summary>
    public double? Class(in ScoreFormula formula, int c) => Score(formula, Hits(c), Wrong(c), Missed(c));

    /// <summary>One score of all classes.</summary>
    public double? Average(in ScoreFormula formula, bool includeBackground, ClassAverage average)
    {
        int first = includeBackground ? 0 : 1;
        if (average == ClassAverage.Micro)
        {
            double hits = 0, wrong = 0, missed = 0;
            for (int c = first; c < classes; c++)
                (hits, wrong, missed) = (hits + Hits(c), wrong + Wrong(c), missed + Missed(c));
            return Score(formula, hits, wrong, missed);
        }

        var mean = default(ScoreMean);
        for (int c = first; c < classes; c++)
            mean.Add(Class(formula, c), average == ClassAverage.Weighted ? Hits(c) + Missed(c) : 1);
        return mean.OfClasses(average, absent);
    }

    /// <summary><c>2 sum(w tp) / sum(w (2 tp + fp + fn))</c>, the weight of a class falling with its volume <c>tp + fn</c>.</summary>
    public double? Generalized(bool includeBackground, VolumeWeights weights)
    {
        int first = includeBackground ? 0 : 1;
        double largest = 0, labelled = 0, predicted = 0, above = 0, below = 0;
        for (int c = first; c < classes; c++)
        {
            double volume = Hits(c) + Missed(c);
            (labelled, predicted) = (labelled + volume, predicted + Hits(c) + Wrong(c));
            largest = volume == 0 ? largest : Math.Max(largest, Weight(weights, volume));
        }

        if (labelled == 0)
            return predicted == 0 || absent == AbsentClasses.SkipUnlabelled ? OfNothing(absent) : 0;
        for (int c = first; c < classes; c++)
        {
            double volume = Hits(c) + Missed(c), weight = volume == 0 ? largest : Weight(weights, volume);
            above += 2 * weight * Hits(c);
            below += weight * ((2 * Hits(c)) + Wrong(c) + Missed(c));
        }

        return above / below;
    }

    /// <summary>What 0 / 0 counts.</summary>
    public static double? OfNothing(AbsentClasses absent) => absent switch
    {
        AbsentClasses.Zero => 0,
        AbsentClasses.One => 1,
        _ => null,
    };

    private static double Weight(VolumeWeights weights, double volume) => weights switch
    {
        VolumeWeights.InverseSquare => 1 / (volume * volume),
        VolumeWeights.Inverse => 1 / volume,
        _ => 1,
    };

    private double? Score(in ScoreFormula formula, double hits, double wrong, double missed) =>
        absent == AbsentClasses.SkipUnlabelled && hits + missed == 0 ? null : formula.Of(hits, wrong, missed) ?? OfNothing(absent);

    private double Hits(int c) => double.CreateTruncating(counts[c]);

    private double Wrong(int c) => double.CreateTruncating(counts[classes + c]);

    private double Missed(int c) => double.CreateTruncating(counts[(2 * classes) + c]);
}
