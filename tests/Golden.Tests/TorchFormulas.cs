namespace LossGen.Golden;

/// <summary>PyTorch's loss that compares each class with each, class by class.</summary>
internal static class TorchFormulas
{
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
