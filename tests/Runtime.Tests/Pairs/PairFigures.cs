using LossGen.Runtime.Tests.PairLosses;

namespace LossGen.Runtime.Tests.Pairing;

/// <summary>
/// Figures that NumPy 1.24 computed in float64 of the formulas as their papers state them, row by row: the value, three entries of the
/// gradient and its norm, by difference quotients of fourth order.
/// </summary>
public sealed class PairFigures
{
    private const int Rows = 10, Features = 4;

    // A sine at every place, and a third of the rows a little aside.
    private static readonly double[] s_embeddings =
        [.. Enumerable.Range(0, Rows * Features).Select(k => (Row: k / Features, Feature: k % Features))
            .Select(at => Math.Sin(1 + (3 * at.Row) + (5 * at.Feature) + (at.Row * at.Feature)) + (at.Feature == at.Row % 3 ? 0.3 : 0))];

    private static readonly int[] s_labels = [0, 1, 2, 0, 1, 2, 0, 1, 3, 0];

    /// <summary>T. Chen et al. 2020, equation 1, and the same over all positive pairs of labels.</summary>
    [Fact]
    public void NtXent()
    {
        Check(new Views(), null, 1.96196922766817, [0.0543394334666, -0.158710127914, -0.0842517911709], 0.77496133278);
        Check(new Views(), s_labels, 2.30198206252156, [-0.0202733334594, 0.223716458019, 0.0545942925423], 0.612474749775);
    }

    /// <summary>P. Khosla et al. 2020, equation 2; one row has no positive.</summary>
    [Fact]
    public void SupervisedContrastive() =>
        Check(new Supervised(), s_labels, 2.41108654934885, [-0.0146237505936, 0.175117026345, 0.0519214898897], 0.637214824883);

    /// <summary>Y. Sun et al. 2020, equation 6 with the weights of equation 5, which are held fixed.</summary>
    [Fact]
    public void Circle() => Check(new Circles(), s_labels, 14.5132244708517, [-0.380641462739, 1.84010889926, 0.0709168734418],
        5.96507664069);

    /// <summary>J. Zbontar et al. 2021, equation 1.</summary>
    [Fact]
    public void BarlowTwins() => Check(new Twins(), null, 5.30113629202063, [0.499138824769, -0.324098065193, -3.00518930585],
        15.5194655361);

    /// <summary>A. Bardes et al. 2022, equations 1 to 4, as vicreg's main_vicreg.py takes them together.</summary>
    [Fact]
    public void VarianceCovariance() => Check(new Spread(), null, 10.0050776375981, [-0.903476480345, 0.897529644774, 1.22506950681],
        4.24468265268);

    /// <summary>X. Wang et al. 2019, equation 15.</summary>
    [Fact]
    public void AFormulaOfOnesOwn() => Check(new MultiSimilarity(), s_labels, 1.01489152024046, [-0.0188120596975, 0.131580389997,
        0.0275926940151], 0.361665931078);

    // Null labels: two views.
    private static void Check(ILoss loss, int[]? labels, double value, double[] entries, double norm)
    {
        LossShape shape = LossShape.OfRows(Rows, Features);
        var gradient = new double[s_embeddings.Length];
        double found = labels is null
            ? loss.EvaluateViewsWithGradient<double>(s_embeddings, shape, gradient)
            : loss.EvaluateWithGradient<double, int>(s_embeddings, labels, shape, gradient);
        Assert.Equal(value, found, 1e-13 * Math.Max(1, value));
        Assert.Equal(entries[0], gradient[0], 1e-9);
        Assert.Equal(entries[1], gradient[(3 * Features) + 1], 1e-9);
        Assert.Equal(entries[2], gradient[^1], 1e-9);
        Assert.Equal(norm, Math.Sqrt(gradient.Sum(g => g * g)), 1e-9 * Math.Max(1, norm));

        float[] single = [.. s_embeddings.Select(x => (float)x)], singleGradient = new float[single.Length];
        double inSingle = labels is null
            ? loss.EvaluateViewsWithGradient<float>(single, shape, singleGradient)
            : loss.EvaluateWithGradient<float, int>(single, labels, shape, singleGradient);
        Assert.Equal(value, inSingle, 1e-5 * Math.Max(1, value));
        Assert.All(gradient.Zip(singleGradient), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * Math.Max(1, norm)));
    }
}
