namespace LossGen.Golden;

/// <summary>What of pytorch-toolbelt's losses is not in the catalogue.</summary>
internal static class ToolbeltFormulas
{
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
                Value power = gamma == 0 ? 1 : Where(miss > 0, Pow(miss / (1 - threshold), gamma), 0);
                Value factor = Where(miss > 1 - threshold, 1, power);
                Value balance = double.IsNaN(alpha) ? 1 : alpha * y + (1 - alpha) * (1 - y);
                Value entropy = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
                return classWeights * balance * factor * entropy / (normalized ? Max(SumOverClasses(Total(factor)), 1e-6) : 1);
            }
        }
        """;

    /// <summary>The binary cross-entropy of each class, times a focal factor of the softmax.</summary>
    public static string CrossEntropyFocal(bool isMasked) => $$"""
        public sealed partial class CrossEntropyFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Threshold { get; init; }
            public bool Normalized { get; init; }
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, {{(isMasked ? "PixelMap mask, " : "")}}double gamma, double threshold, bool normalized, Value classWeights)
            {
                Value miss = y * x.Complement + (1 - y) * x.Probability;
                Value power = gamma == 0 ? 1 : Where(miss > 0, Pow(miss, gamma), 0);
                Value factor = threshold == 0 ? power : Where(miss < threshold, 1, power / Pow(threshold, gamma));
                Value entropy = y * Softplus(-x.Logit) + (1 - y) * Softplus(x.Logit);
                Value loss = {{(isMasked ? "mask * " : "")}}SumOverClasses(classWeights * factor * entropy);
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
            public bool SumCosines { get; init; }

            public static Value Formula(Prediction x, Target y, double alpha, double gamma, double share, bool sumCosines)
            {
                Value squares = SumOverClasses(Square(x.Logit)), label = SumOverClasses(y * x.Logit);
                Value cosine = label / Sqrt((squares + 1e-12) * (1 + 1e-12));
                Value unit = x.Logit / Max(Sqrt(squares), 1e-12);
                Value entropy = Log(SumOverClasses(Exp(unit))) - SumOverClasses(y * unit);
                return (sumCosines ? Total(1 - cosine) : 1 - cosine) + share * alpha * Pow(1 - Exp(-entropy), gamma) * entropy;
            }
        }
        """;
}
