namespace LossGen.Golden;

/// <summary>What of pytorch-toolbelt's losses is not in the catalogue.</summary>
internal static class ToolbeltFormulas
{
    /// <summary>Binary cross-entropy that weighs positive and negative elements by the share of the other kind in the batch.</summary>
    public const string Balanced = """
        public sealed partial class BalancedAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 1;

            public static Value Formula(Prediction x, Target y, double gamma)
            {
                Value positive = SumOverClasses(Total(y)), negative = SumOverClasses(Total(1 - y));
                Value weight = Pow(negative / (positive + negative + 1e-7), gamma);
                return Pow(weight, gamma) * y * Softplus(-x.Logit) + Pow(1 - weight, gamma) * (1 - y) * Softplus(x.Logit);
            }
        }
        """;

    /// <summary>Focal loss whose factor is continuous at the threshold, or is normalised over all classes together.</summary>
    public const string ReducedFocal = """
        public sealed partial class ReducedFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Alpha { get; init; } = double.NaN;
            public double Threshold { get; init; }
            public bool Normalized { get; init; }
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, double gamma, double alpha, double threshold, bool normalized, Value classWeights)
            {
                Value miss = y * x.Complement + (1 - y) * x.Probability;
                Value power = Where(miss > 0, Pow(miss / (1 - threshold), gamma), 0);
                Value factor = Where(miss > 1 - threshold, 1, power);
                Value balance = double.IsNaN(alpha) ? 1 : alpha * y + (1 - alpha) * (1 - y);
                Value entropy = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
                return classWeights * balance * factor * entropy / (normalized ? Max(SumOverClasses(Total(factor)), 1e-6) : 1);
            }
        }
        """;

    /// <summary>The binary cross-entropy of each class, times a focal factor of the softmax.</summary>
    public const string CrossEntropyFocal = """
        public sealed partial class CrossEntropyFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Threshold { get; init; }
            public bool Normalized { get; init; }
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, double gamma, double threshold, bool normalized, Value classWeights)
            {
                Value miss = y * x.Complement + (1 - y) * x.Probability;
                Value power = Where(miss > 0, Pow(miss, gamma), 0);
                Value factor = threshold == 0 ? power : Where(miss < threshold, 1, power / Pow(threshold, gamma));
                Value entropy = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
                Value loss = SumOverClasses(classWeights * factor * entropy);
                return loss / (normalized ? Max(SumOverClasses(Total(factor)), 1e-6) : 1);
            }
        }
        """;

    /// <summary>1 minus the cosine of the logits and the label, and a focal loss of the logits as a unit vector.</summary>
    public const string FocalCosine = """
        public sealed partial class FocalCosineAttribute : LossTermAttribute
        {
            public double Alpha { get; init; } = 1;
            public double Gamma { get; init; } = 2;
            public double Share { get; init; } = 0.1;

            public static Value Formula(Prediction x, Target y, double alpha, double gamma, double share)
            {
                Value squares = SumOverClasses(Square(x.Logit)), label = SumOverClasses(y * x.Logit);
                Value cosine = label / Sqrt((squares + 1e-12) * (1 + 1e-12));
                Value unit = x.Logit / Max(Sqrt(squares), 1e-12);
                Value entropy = Log(SumOverClasses(Exp(unit))) - SumOverClasses(y * unit);
                return 1 - cosine + share * alpha * Pow(1 - Exp(-entropy), gamma) * entropy;
            }
        }
        """;

    /// <summary>The soft F1 score of probabilities kept from 0 and 1; 0 where nothing is valid.</summary>
    public const string SoftF1 = """
        public sealed partial class SoftF1Attribute : LossTermAttribute
        {
            public double Epsilon { get; init; } = 1e-6;

            public static Value Formula(Prediction x, Target y, double epsilon)
            {
                Value p = Clamp(x.Probability, epsilon, 1 - epsilon);
                Value loss = 1 - 2 * Sum(p * y) / (Sum(p) + Sum(y) + 1e-6);
                return Where(Sum(1) > 0, loss, 0);
            }
        }
        """;
}
