namespace Segmentation.Training;

/// <summary>Pixels found rightly, found wrongly and missed.</summary>
internal readonly record struct Scores(long TruePositives, long FalsePositives, long FalseNegatives)
{
    public double Dice => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>What share of the pixels found is right; NaN when nothing was found.</summary>
    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    /// <summary>What share of the structure was found.</summary>
    public double Recall => Ratio(TruePositives, TruePositives + FalseNegatives);

    /// <summary>The scores of each structure (class 0, the background, is left out).</summary>
    public static Scores[] Compare(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> predicted, int classes)
    {
        long[] hit = new long[classes], found = new long[classes], present = new long[classes];
        for (int i = 0; i < truth.Length; i++)
        {
            present[truth[i]]++;
            found[predicted[i]]++;
            if (truth[i] == predicted[i])
                hit[truth[i]]++;
        }
        return [.. Enumerable.Range(1, classes - 1).Select(c => new Scores(hit[c], found[c] - hit[c], present[c] - hit[c]))];
    }

    private static double Ratio(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
