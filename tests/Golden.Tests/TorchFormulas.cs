namespace LossGen.Golden;

/// <summary>
/// What of PyTorch's losses is not in the catalogue: weights of the positive elements, and the loss that compares each class with each,
/// class by class.
/// </summary>
internal static class TorchFormulas
{
    /// <summary>
    /// BCELoss with PyTorch's gradient, <c>(p - y) / max(p * (1 - p), 1e-12)</c> (the bound in float), which at probabilities of 0 and 1 is
    /// not that of its value.
    /// </summary>
    public const string SaturatedEntropy = """
        public sealed partial class SaturatedEntropyAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y, ElementMap elementWeights)
            {
                Value p = Detach(x.Probability), slope = (p - y) / Max(p * (1 - p), 9.999999960041972e-13);
                Value entropy = -y * Max(Log(p), -100) - (1 - y) * Max(Log(1 - p), -100);
                return elementWeights * (entropy + slope * (x.Probability - p));
            }
        }
        """;

    /// <summary>Binary cross-entropy on logits with weights of each element, and others of the positive part.</summary>
    public const string PositiveElements = """
        public sealed partial class PositiveElementsAttribute : LossTermAttribute
        {
            public double LabelSmoothing { get; init; }

            public static Value Formula(Prediction x, Target y, ElementMap elementWeights, ElementMap positiveElements, double labelSmoothing)
            {
                Value smoothed = (1 - labelSmoothing) * y + labelSmoothing / 2;
                return elementWeights * (positiveElements * smoothed * Softplus(-x.Logit) + (1 - smoothed) * Softplus(x.Logit));
            }
        }
        """;

    public static string MultiLabelMargin(int classes) => $$"""
        public sealed partial class MultiLabelMarginAttribute : LossTermAttribute
        {
            public static Value Formula(Prediction x, Target y) =>
                {{string.Join(" + ", Enumerable.Range(0, classes).Select(label => $"Of(x, y, {label})"))}};

            private static Value Of(Prediction x, Target y, double label)
            {
                Value own = Where(EqualTo(x.ClassIndex, label), 1, 0);
                Value lack = Max(1 - SumOverClasses(own * x.Logit) + x.Logit, 0);
                return SumOverClasses(own * y) * MeanOverClasses((1 - y) * lack);
            }
        }
        """;
}
