using static LossGen.Functions;

namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax)]
public sealed partial class LargestLogProbability
{
    private static Value Formula(Prediction x, Target y) => MaxOverPixels(x.LogProbability);
}

[Loss(Activation.Softmax)]
public sealed partial class CountOfLabels
{
    private static Value Formula(Prediction x, Target y) => SumOverClasses(Abs(y)) + SumOverClasses(y * x.Probability);
}

[Loss(Activation.None, Classes = 2, IgnoreIndex = 255, Target = TargetKind.Dense)]
public sealed partial class QuotientByFirstClass
{
    private static Value Formula(Prediction x, Target y) => Exp(x.Logit) / (Channel(Exp(x.Logit), 0) + 0.125);
}
