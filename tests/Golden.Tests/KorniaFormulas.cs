namespace LossGen.Golden;

/// <summary>Kornia's losses on targets whose zeros are 1e-6.</summary>
internal static class KorniaFormulas
{
    public const string Focal = """
        public sealed partial class RaisedFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Alpha { get; init; } = double.NaN;
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, double gamma, double alpha, Value classWeights)
            {
                Value balance = double.IsNaN(alpha) ? 1 : Where(EqualTo(x.ClassIndex, 0), 1 - alpha, alpha);
                Value modulation = Where(x.Complement > 0, Pow(x.Complement, gamma), 0);
                return -(y * (1 - 1e-6) + 1e-6) * classWeights * balance * modulation * x.LogProbability;
            }
        }
        """;

    /// <summary>The binary focal loss of targets between 0 and 1, each part of which has a factor of its own.</summary>
    public const string SoftFocal = """
        public sealed partial class SoftFocalAttribute : LossTermAttribute
        {
            public double Gamma { get; init; } = 2;
            public double Alpha { get; init; } = double.NaN;
            public double[]? PositiveWeights { get; init; }
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, double gamma, double alpha, Value positiveWeights, Value classWeights)
            {
                Value positive = Pow(x.Complement, gamma) * y * Softplus(-x.Logit), negative = Pow(x.Probability, gamma) * (1 - y) * Softplus(x.Logit);
                return classWeights * ((double.IsNaN(alpha) ? 1 : alpha) * positiveWeights * positive + (double.IsNaN(alpha) ? 1 : 1 - alpha) * negative);
            }
        }
        """;

    public static string Dice(bool isMicro) => $$"""
        public sealed partial class RaisedDiceAttribute : LossTermAttribute
        {
            public double Smooth { get; init; }
            public double[]? ClassWeights { get; init; }

            public static Value Formula(Prediction x, Target y, double smooth, Value classWeights)
            {
                Value p = x.Probability, raised = y * (1 - 1e-6) + 1e-6;
                {{(isMicro
                    ? """
                      Value overlap = SumOverClasses(Sum(classWeights * classWeights * p * raised));
                      return 1 - 2 * overlap / (SumOverClasses(Sum(classWeights * (p + raised))) + smooth);
                      """
                    : """
                      Value score = 2 * Sum(p * raised) / (Sum(p + raised) + smooth);
                      return classWeights * (1 - score) / MeanOverClasses(classWeights);
                      """)}}
            }
        }
        """;
}
