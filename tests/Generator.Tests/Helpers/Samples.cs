namespace LossGen.Generator.Tests.Helpers;

/// <summary>Declarations as people write them.</summary>
internal static class Samples
{
    public const string DiceCrossEntropy = """
        [Loss(Activation.Softmax)]
        [Dice(Smooth = 1e-5)]
        [CrossEntropy(Weight = 0.5)]
        public sealed partial class DiceCrossEntropy;
        """;

    public const string FBetaFocal = """
        [Loss(Activation.Softmax, Classes = 4, IgnoreIndex = 255)]
        [FBeta(Smooth = 1e-5)]
        [Focal(Gamma = 2, Weight = 0.3)]
        public sealed partial class FBetaFocal
        {
            public double Beta { get; set; } = 2;
        }
        """;

    public const string LogCoshDice = """
        [Loss(Activation.Sigmoid)]
        public sealed partial class LogCoshDice
        {
            private static Value Formula(Prediction x, Target y, double smooth = 1)
            {
                Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
                return MeanOverClasses(Log(Cosh(1 - (2 * tp + smooth) / (p + t + smooth))));
            }
        }
        """;

    public const string FocalTversky = """
        public sealed partial class FocalTverskyAttribute : LossTermAttribute
        {
            public double Alpha { get; init; } = 0.3;
            public double Beta { get; init; } = 0.7;
            public double Gamma { get; init; } = 0.75;

            public static Value Formula(Prediction x, Target y, double alpha, double beta, double gamma)
            {
                Value p = x.Probability;
                Value tp = Sum(p * y), fp = Sum(p * (1 - y)), fn = Sum((1 - p) * y);
                return Pow(MeanOverClasses(1 - tp / (tp + alpha * fp + beta * fn)), gamma);
            }
        }
        """;

    public const string Mine = """
        [Loss(Activation.Softmax)]
        [FocalTversky(Gamma = 0.5)]
        [CrossEntropy(LabelSmoothing = 0.1)]
        public sealed partial class Mine;
        """;

    public const string Nested = """
        namespace Company.Losses
        {
            public partial struct Outer
            {
                internal partial interface IMiddle
                {
                    [Loss(Activation.None, PerImage = true, Reduction = Reduction.None, Target = TargetKind.Dense, DropLastTargetChannel = true)]
                    [Dice(IncludeBackground = false, ClassWeights = new[] { 1, 2.5, -0.0 }, OnlyClasses = new[] { 0, 2 })]
                    internal sealed partial class Inner
                    {
                        private static Value Formula(Prediction x, Target y) => Helpers.Half(Square(x.Logit - y));
                    }
                }
            }

            internal static class Helpers
            {
                internal static Value Half(Value v, double factor = 0.5) => factor * v;
            }
        }
        """;

    public const string Mapped = """
        [Loss(Activation.Softmax)]
        [Boundary(Weight = 0.01, IncludeBackground = false)]
        [MaskedDice]
        public sealed partial class Mapped
        {
            private static Value Formula(Prediction x, Target y, PixelMap mask, PixelMap weights) =>
                -weights * mask * SumOverClasses(y * x.LogProbability);
        }
        """;

    public const string Sorted = """
        [Loss(Activation.Softmax)]
        [LovaszSoftmax]
        [TopKCrossEntropy(Fraction = 0.2)]
        public sealed partial class Sorted;
        """;

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [nameof(DiceCrossEntropy)] = DiceCrossEntropy,
        [nameof(FBetaFocal)] = FBetaFocal,
        [nameof(LogCoshDice)] = LogCoshDice,
        [nameof(Mine)] = FocalTversky + "\n\n" + Mine,
        [nameof(Nested)] = Nested,
        [nameof(Mapped)] = Mapped,
        [nameof(Sorted)] = Sorted,
    };

    public static TheoryData<string> Names => new(All.Keys);
}
