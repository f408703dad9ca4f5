namespace LossGen.Pages.Tests;

/// <summary>Random embeddings, and the matrix of their pairs by its definition, class by class and pixel by pixel.</summary>
internal sealed class PairBatch
{
    private const int Rows = 8;
    private const int Features = 3;

    private readonly Pairs pairs;
    private readonly double[][] rows;
    private readonly int[] labels = [.. Enumerable.Range(0, Rows).Select(row => row % 3)];

    public PairBatch(Pairs pairs)
    {
        this.pairs = pairs;
        var random = new Random(7);
        rows = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Features).Select(_ => (2 * random.NextDouble()) - 1)
            .ToArray())];
        double[][] first = Columns(0), second = Columns(1);
        (Matrices, double[][][] left, double[][][] right) = pairs switch
        {
            Pairs.Cosine => (1, new[] { Array.ConvertAll(rows, Unit) }, new[] { Array.ConvertAll(rows, Unit) }),
            Pairs.Correlation => (1, [second], [first]),
            _ => (2, [first, second], [first, second]),
        };
        Side = left[0].Length;
        double divisor = pairs switch { Pairs.Cosine => 1, Pairs.Correlation => Rows / 2, _ => (Rows / 2) - 1 };
        IEnumerable<(int N, int C, int S)> all = from n in Enumerable.Range(0, Matrices)
                                                 from c in Enumerable.Range(0,
            Side)
                                                 from s in Enumerable.Range(0, Side)
                                                 select (n, c, s);
        Entries = [.. all.Select(at => left[at.N][at.C].Zip(right[at.N][at.S], (a, b) => a * b).Sum() / divisor)];
        Targets = [.. all.Select(at => (AreRows ? labels[at.C] == labels[at.S] : at.C == at.S) ? 1.0 : 0)];
    }

    /// <summary>Rows are compared, and none with itself.</summary>
    public bool AreRows => pairs == Pairs.Cosine;

    /// <summary>The images of the matrix.</summary>
    public int Matrices { get; }

    /// <summary>Its classes and pixels.</summary>
    public int Side { get; }

    public double[] Entries { get; }

    public double[] Targets { get; }

    /// <summary>The value of a loss on the embeddings.</summary>
    public double Evaluate(ILoss loss)
    {
        double[] embeddings = [.. rows.SelectMany(row => row)];
        LossShape shape = LossShape.OfRows(Rows, Features);
        return AreRows ? loss.Evaluate<double, int>(embeddings, labels, shape) : loss.EvaluateViews<double>(embeddings, shape);
    }

    // The columns of a view less their mean; for correlations of variance 1, but for what batch normalisation adds to it.
    private double[][] Columns(int view) => [.. Enumerable.Range(0, Features).Select(d =>
    {
        double[] column = [.. rows.Skip(view * Rows / 2).Take(Rows / 2).Select(row => row[d])];
        double mean = column.Average(), variance = column.Average(x => (x - mean) * (x - mean)), deviation = pairs == Pairs.Correlation
            ? Math.Sqrt(variance + 1e-5) : 1;
        return Array.ConvertAll(column, x => (x - mean) / deviation);
    })];

    private static double[] Unit(double[] row)
    {
        double length = Math.Sqrt(row.Sum(x => x * x));
        return Array.ConvertAll(row, x => x / length);
    }
}
