namespace LossGen.Generator.Tests.Documentation;

/// <summary>What the papers' formulas give, written down from them in plain double arithmetic, pixel by pixel.</summary>
internal static class RecipeFigures
{
    private static readonly double[] Margins = [0.5, 0.2, 0.35];
    private static readonly double[] Frequencies = [0.7, 0.2, 0.1];

    private static readonly Dictionary<string, Func<RecipeBatch, double>> All = new()
    {
        ["AsymmetricLoss"] = Asymmetric,
        ["Poly1"] = b => b.Mean((n, s) => OfLabel(b, n, s) is var p ? -Math.Log(p) + (1 - p) : 0),
        ["GeneralisedCrossEntropy"] = b => b.Mean((n, s) => (1 - Math.Pow(OfLabel(b, n, s), 0.7)) / 0.7),
        ["SymmetricCrossEntropy"] = Symmetric,
        ["HardExamples"] = Sampled,
        ["Ldam"] = b => b.Mean((n, s) => -Math.Log(b.Softmax(n, b.Label(n, s), s, c => 30 * (b.X(n, c, s) - (c == b.Label(n, s) ? Margins[c] : 0))))),
        ["LogitAdjusted"] = b => b.Mean((n, s) => -Math.Log(b.Softmax(n, b.Label(n, s), s, c => b.X(n, c, s) + Math.Log(Frequencies[c])))),
        ["ArcFace"] = b => b.Mean((n, s) => -Math.Log(b.Softmax(n, b.Label(n, s), s, c => 64 * (c == b.Label(n, s) ? Widened(b.X(n, c, s), 0.3) : b.X(n, c, s))))),
        ["Distillation"] = Distilled,
        ["Tempered"] = b => b.Mean((n, s) => -Math.Log(b.Softmax(n, b.Label(n, s), s, c => b.X(n, c, s) / 0.07))),
        ["ZLoss"] = b => b.Mean((n, s) => -Math.Log(OfLabel(b, n, s)) + (1e-4 * Math.Pow(Math.Log(b.OverClasses(c => Math.Exp(b.X(n, c, s)))), 2))),
        ["ThinStructures"] = Thin,
        ["CellsApart"] = b => b.Mean((n, s) => -b.Map("weights", n, s) * Math.Log(OfLabel(b, n, s))),
        ["Varifocal"] = Varifocal,
        ["DistributionFocal"] = b => b.Mean((n, s) => b.Map("fraction", n, s) is var f
            ? -((1 - f) * Math.Log(OfLabel(b, n, s))) - (f * Math.Log(b.Softmax(n, b.Label(n, s) + 1, s))) : 0),
        ["SoftArgmax"] = SoftArgmax,
        ["SiLog"] = SiLog,
        ["Tweedie"] = b => b.Mean((n, s) => b.OverClasses(c =>
            (b.Y(n, c, s) * Math.Exp(-0.5 * b.X(n, c, s)) / 0.5) + (Math.Exp(0.5 * b.X(n, c, s)) / 0.5)) / b.Classes),
        ["Evidential"] = Evidential,
        ["Coral"] = b => b.Mean((n, s) => b.OverClasses(c => Binary(b, n, c, s))),
        ["Corn"] = Corn,
    };

    public static IEnumerable<string> Names => All.Keys;

    public static double Of(string name, RecipeBatch batch) => All[name](batch);

    /// <summary>What is set before the call.</summary>
    public static IEnumerable<(string Property, object Value)> Properties(string name) => name switch
    {
        "HardExamples" => [("Kept", (double)Kept)],
        "Ldam" => [("Margins", Margins)],
        "LogitAdjusted" => [("Frequencies", Frequencies)],
        "ArcFace" => [("Margin", 0.3)],
        "Tempered" => [("Temperature", 0.07)],
        "Evidential" => [("Weight", 0.25)],
        _ => [],
    };

    private static double OfLabel(RecipeBatch b, int n, int s) => b.Softmax(n, b.Label(n, s), s);

    private static double Binary(RecipeBatch b, int n, int c, int s) => b.Sigmoid(n, c, s) is var p ? -(b.Y(n, c, s) * Math.Log(p))
        - ((1 - b.Y(n, c, s)) * Math.Log(1 - p)) : 0;

    private static double Asymmetric(RecipeBatch b) => b.Mean((n, s) => b.OverClasses(c =>
    {
        double p = b.Sigmoid(n, c, s), lowered = Math.Max(p - 0.05, 0);
        return b.Y(n, c, s) == 1 ? -Math.Log(p) : -Math.Pow(lowered, 4) * Math.Log(1 - lowered);
    }) / b.Classes);

    private static double Symmetric(RecipeBatch b) => b.Mean((n, s) =>
    {
        double forward = -Math.Log(OfLabel(b, n, s));
        double reverse = -b.OverClasses(c => b.Softmax(n, c, s) * (c == b.Label(n, s) ? Math.Log(1) : -4));
        return (0.1 * forward) + (1 * reverse);
    });

    private const int Kept = 5;

    // A threshold of probability: 0.7, or that of the pixel behind those that are kept.
    private static double Sampled(RecipeBatch b)
    {
        double[] sorted = [.. Enumerable.Range(0, RecipeBatch.Images).SelectMany(n => Enumerable.Range(0, RecipeBatch.Pixels)
            .Select(s => OfLabel(b, n, s))).Order()];
        double bound = Math.Max(0.7, sorted[Math.Min(Kept, sorted.Length - 1)]);
        return b.Mean((n, s) => OfLabel(b, n, s) is var p && p < bound ? -Math.Log(p) : 0);
    }

    private static double Widened(double cosine, double margin)
    {
        double angle = Math.Acos(cosine);
        return angle + margin < Math.PI ? Math.Cos(angle + margin) : cosine - (margin * Math.Sin(margin));
    }

    private static double Distilled(RecipeBatch b) => b.Mean((n, s) =>
    {
        double soft = b.OverClasses(c =>
        {
            double teacher = b.Softmax(n, c, s, k => b.Map("teacher", n, k, s) / 4), student = b.Softmax(n, c, s, k => b.X(n, k, s) / 4);
            return teacher * Math.Log(teacher / student);
        });
        return (0.9 * 16 * soft) - (0.1 * Math.Log(OfLabel(b, n, s)));
    });

    // Dice and cross-entropy as the catalogue has them, and the recall of the skeletons of all classes but the background.
    private static double Thin(RecipeBatch b)
    {
        double dice = 0, recall = 0, entropy = b.Mean((n, s) => -Math.Log(OfLabel(b, n, s)));
        for (int c = 0; c < b.Classes; c++)
        {
            double pixels = RecipeBatch.Images * RecipeBatch.Pixels;
            double overlap = pixels * b.Mean((n, s) => b.Y(n, c, s) * b.Softmax(n, c, s));
            double both = pixels * b.Mean((n, s) => b.Y(n, c, s) + b.Softmax(n, c, s));
            dice += (1 - (((2 * overlap) + 1e-5) / (both + 1e-5))) / b.Classes;
            double covered = pixels * b.Mean((n, s) => b.Map("skeleton", n, c, s) * b.Softmax(n, c, s)),
                length = pixels * b.Mean((n, s) => b.Map("skeleton", n, c, s));
            recall += c == 0 ? 0 : (1 - ((covered + 1) / (length + 1))) / (b.Classes - 1);
        }
        return dice + entropy + recall;
    }

    private static double Varifocal(RecipeBatch b) => b.Mean((n, s) => b.OverClasses(c =>
    {
        double p = b.Sigmoid(n, c, s), q = b.Y(n, c, s);
        return q > 0 ? -q * ((q * Math.Log(p)) + ((1 - q) * Math.Log(1 - p))) : -0.75 * p * p * Math.Log(1 - p);
    }) / b.Classes);

    private static double SoftArgmax(RecipeBatch b)
    {
        double total = 0;
        for (int n = 0; n < RecipeBatch.Images; n++)
        {
            for (int c = 0; c < b.Classes; c++)
            {
                double all = Enumerable.Range(0, RecipeBatch.Pixels).Sum(s => Math.Exp(b.X(n, c, s)));
                foreach (string axis in (string[])["column", "row"])
                {
                    double found = Enumerable.Range(0, RecipeBatch.Pixels).Sum(s => Math.Exp(b.X(n, c, s)) / all * b.Map(axis, n, s));
                    double meant = Enumerable.Range(0, RecipeBatch.Pixels).Sum(s => b.Y(n, c, s) * b.Map(axis, n, s));
                    total += (found - meant) * (found - meant);
                }
            }
        }
        return total / (RecipeBatch.Images * b.Classes);
    }

    private static double SiLog(RecipeBatch b)
    {
        double total = 0;
        for (int n = 0; n < RecipeBatch.Images; n++)
        {
            for (int c = 0; c < b.Classes; c++)
            {
                double[] apart = [.. Enumerable.Range(0, RecipeBatch.Pixels).Where(s => b.Y(n, c, s) > 0)
                    .Select(s => b.X(n, c, s) - Math.Log(b.Y(n, c, s)))];
                total += apart.Average(d => d * d) - (0.5 * Math.Pow(apart.Sum(), 2) / (apart.Length * (double)apart.Length));
            }
        }
        return total / (RecipeBatch.Images * b.Classes);
    }

    private static double Evidential(RecipeBatch b) => b.Mean((n, s) =>
    {
        double[] alpha = [.. Enumerable.Range(0, b.Classes).Select(c => 1 + Math.Log(1 + Math.Exp(b.X(n, c, s))))];
        double strength = alpha.Sum(), value = 0;
        for (int c = 0; c < b.Classes; c++)
        {
            double p = alpha[c] / strength;
            value += Math.Pow(b.Y(n, c, s) - p, 2) + (alpha[c] * (strength - alpha[c]) / (strength * strength * (strength + 1)));
        }
        double[] misled = [.. alpha.Select((a, c) => c == b.Label(n, s) ? 1 : a)];
        double divergence = LogGamma(misled.Sum()) - LogGamma(b.Classes);
        foreach (double a in misled)
            divergence += -LogGamma(a) + ((a - 1) * (Digamma(a) - Digamma(misled.Sum())));
        return value + (0.25 * divergence);
    });

    private static double Corn(RecipeBatch b)
    {
        double total = 0, asked = 0;
        for (int n = 0; n < RecipeBatch.Images; n++)
        {
            for (int s = 0; s < RecipeBatch.Pixels; s++)
            {
                int grade = (int)b.OverClasses(c => b.Y(n, c, s));
                for (int k = 0; k < b.Classes && grade >= k; k++, asked++)
                    total -= grade > k ? Math.Log(b.Sigmoid(n, k, s)) : Math.Log(1 - b.Sigmoid(n, k, s));
            }
        }
        return total / asked;
    }

    // Stirling's series far out, reached by recurrence.
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 20; x++)
            shift -= Math.Log(x);
        double z = 1 / (x * x);
        return shift + ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI))
            + ((1.0 / 12 - (z * (1.0 / 360 - (z * (1.0 / 1260 - (z / 1680)))))) / x);
    }

    private static double Digamma(double x)
    {
        double shift = 0;
        for (; x < 20; x++)
            shift -= 1 / x;
        double z = 1 / (x * x);
        return shift + Math.Log(x) - (0.5 / x) - (z * (1.0 / 12 - (z * (1.0 / 120 - (z * (1.0 / 252 - (z / 240)))))));
    }
}
