namespace LossGen.Golden;

/// <summary>
/// SMP's focal loss of probabilities, which it keeps from 0 and 1 by a bound and makes logits of: by the inverse of the sigmoid, or, for
/// several classes, by the logarithm.
/// </summary>
internal static class SmpFormulas
{
    public static readonly string BoundedFocal = Focal("BoundedFocal", "-y * Log(p) - (1 - y) * Log(1 - p)", "y * (1 - p) + (1 - y) * p");

    public static readonly string LogProbabilityFocal = Focal("LogProbabilityFocal", "Log1p(p) - y * Log(p)",
        "(y + (1 - y) * p) / (1 + p)");

    private static string Focal(string name, string entropy, string miss) => $$"""
        public sealed partial class {{name}}Attribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Alpha { get; init; } = double.NaN;
            public double Epsilon { get; init; } = 1e-7;
            public double Threshold { get; init; }
            public bool Normalized { get; init; }
            public double[]? ClassWeights { get; init; }
            public bool NormalizeClassWeights { get; init; }

            public static Value Formula(
                Prediction x, Target y, double gamma, double alpha, double epsilon, double threshold, bool normalized, Value classWeights, bool normalizeClassWeights)
            {
                Value p = Clamp(x.Probability, epsilon, 1 - epsilon);
                Value miss = {{miss}};
                Value factor = threshold == 0 ? Pow(miss, gamma) : Where(miss > 1 - threshold, 1, Pow(miss / threshold, gamma));
                Value balance = double.IsNaN(alpha) ? 1 : alpha * y + (1 - alpha) * (1 - y);
                Value loss = balance * factor * ({{entropy}}) / (normalized ? Max(Total(factor), 1e-6) : 1);
                return classWeights * loss / (normalizeClassWeights ? MeanOverClasses(classWeights) : 1);
            }
        }
        """;
}
