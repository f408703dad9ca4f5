namespace LossGen.Golden;

/// <summary>
/// What of MONAI's losses is not in the catalogue, as term attributes of the declaration's own: region terms on other activations, and the
/// focal loss whose softmax does not see the background.
/// </summary>
internal static class MonaiFormulas
{
    public const string Tanh = "Tanh(x.Logit)";
    public const string Plain = "x.Logit";
    public const string LogSoftmax = "x.LogProbability";
    public const string RegionPrefix = "Activated";

    public const string ForegroundFocal = """
        public sealed partial class ForegroundFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double[]? ClassWeights { get; init; }
            public bool MeanOverPixels { get; init; }

            public static Value Formula(Prediction x, Target y, double gamma, Value classWeights, bool meanOverPixels)
            {
                // The softmax over the term's classes alone.
                Value shifted = x.Logit - Detach(MaxOverClasses(x.Logit));
                Value logProbability = shifted - Log(SumOverClasses(Exp(shifted)));
                Value loss = -classWeights * y * Pow(1 - Exp(logProbability), gamma) * logProbability;
                return meanOverPixels ? Mean(loss) : loss;
            }
        }
        """;

    /// <summary>The sigmoid focal loss of logits that are masked: a masked one is 0.</summary>
    public const string MaskedFocal = """
        public sealed partial class MaskedFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Alpha { get; init; } = double.NaN;
            public double[]? ClassWeights { get; init; }
            public bool MeanOverPixels { get; init; }

            public static Value Formula(
                Prediction x, Target y, PixelMap mask, double gamma, double alpha, Value classWeights, bool meanOverPixels, bool perImage)
            {
                Value logit = mask * x.Logit, entropy = y * Softplus(-logit) + (1 - y) * Softplus(logit);
                Value balance = double.IsNaN(alpha) ? 1 : alpha * y + (1 - alpha) * (1 - y);
                Value loss = classWeights * balance * Pow(Sigmoid((1 - 2 * y) * logit), gamma) * entropy;
                return !meanOverPixels ? loss : perImage ? Mean(loss) : SumOverBatch(Mean(loss));
            }
        }
        """;

    /// <summary>
    /// The generalised Wasserstein Dice of several images as MONAI computes it: the hits of each image are the weights of its own labels
    /// times the distances of all images. The maps say which image a pixel is of, and what the label at its place weighs in each image.
    /// </summary>
    public static string MixedWasserstein(int images, bool hasVolumeWeights) => $$"""
        public sealed partial class MixedWassersteinAttribute : LossTermAttribute
        {
            public double[]? Distances { get; init; }
            public double SmoothNumerator { get; init; }
            public double SmoothDenominator { get; init; }

            public static Value Formula(
                Prediction x, Target y, PixelMap image, {{string.Join(", ", Enumerable.Range(0, images).Select(n => $"PixelMap weight{n}"))}},
                ClassMatrix distances, double smoothNumerator, double smoothDenominator)
            {
                Value error = SumOverClasses(y * Transform(distances, x.Probability)), own = Mean(image);
                Value hits = {{string.Concat(Enumerable.Range(0, images - 1).Select(n => $"Where(EqualTo(own, {n}), Total(weight{n} * (1 - error)), "))}}Total(weight{{images - 1}} * (1 - error)){{new string(')', images - 1)}};
                Value all = {{(hasVolumeWeights
                    ? string.Concat(Enumerable.Range(0, images - 1).Select(n => $"Where(EqualTo(own, {n}), Total(weight{n} * (2 - error)), ")) + $"Total(weight{images - 1} * (2 - error))" + new string(')', images - 1)
                    : "2 * hits + Sum(error)")}};
                return 1 - (2 * hits + smoothNumerator) / (all + smoothDenominator);
            }
        }
        """;

    /// <summary>The catalogue's term of a name on another prediction, which may need inputs of the loss.</summary>
    public static string Region(string name, string prediction, string inputs = "") => $$"""
        public sealed partial class {{RegionPrefix}}{{name}}Attribute : LossTermAttribute
        {
            public double SmoothNumerator { get; init; }
            public double SmoothDenominator { get; init; }
            public double Alpha { get; init; } = 0.5;
            public double Beta { get; init; } = 0.5;
            public bool Squared { get; init; }
            public bool SoftLabel { get; init; }
            public double[]? ClassWeights { get; init; }
            public VolumeWeights VolumeWeights { get; init; } = VolumeWeights.InverseSquare;

            public static Value Formula(
                Prediction x, Target y, double smoothNumerator, double smoothDenominator, double alpha, double beta,
                bool squared, bool softLabel, Value classWeights, VolumeWeights volumeWeights{{inputs}})
            {
                Value p = {{prediction}};
                Value overlap = softLabel && !squared ? (Sum(Abs(p)) + Sum(y) - Sum(Abs(p - y))) / 2 : Sum(p * y);
                Value predicted = squared ? Sum(Square(p)) : softLabel ? Sum(Abs(p)) : Sum(p);
                Value labelled = squared ? Sum(Square(y)) : Sum(y);
                {{(name == "GeneralizedDice" ? GeneralizedScore : "")}}
                return classWeights * (1 - ({{Numerator(name)}} + smoothNumerator) / ({{Denominator(name)}} + smoothDenominator));
            }
        }
        """;

    private const string GeneralizedScore = """
        Value volume = Sum(y), inverse = Divide(1, volumeWeights == VolumeWeights.InverseSquare ? Square(volume) : volume, 0);
        Value w = volumeWeights == VolumeWeights.Uniform ? 1 : Where(EqualTo(volume, 0), MaxOverClasses(inverse), inverse);
        """;

    private static string Numerator(string name) => name switch
    {
        "Dice" => "2 * overlap",
        "GeneralizedDice" => "SumOverClasses(2 * w * overlap)",
        _ => "overlap",
    };

    private static string Denominator(string name) => name switch
    {
        "Dice" => "predicted + labelled",
        "GeneralizedDice" => "SumOverClasses(w * (predicted + labelled))",
        "Jaccard" => "predicted + labelled - overlap",
        _ => "overlap + alpha * (predicted - overlap) + beta * (labelled - overlap)",
    };
}
