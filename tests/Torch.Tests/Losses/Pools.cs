using static LossGen.Functions;

namespace LossGen.Torch.Tests;

/// <summary>Functions of pools that grow without bound: of ignored pixels alone a pool is infinite.</summary>
[Loss(Activation.None, IgnoreIndex = 255, Dimensions = 2)]
public sealed partial class PowersOfPools
{
    private static Value Formula(Prediction x, Target y) =>
        (y + 0.5) * Pow(1.125, x.Logit * MinPool(x.Logit, 3)) + (0.5 * Exp(SoftErode(x.Logit))) + Log(1 + Square(MaxPool(x.Logit, 3)))
            + (1 / (2 + Square(MaxPoolAlong(x.Logit, 1, 3))));
}

[Loss(Activation.Softmax)]
[TotalVariation]
public sealed partial class LooksAround;
