namespace LossGen.Torch.Tests.Losses;

[Loss(Activation.Softmax)]
[FBeta]
public sealed partial class FBetaWithConstructor
{
    public FBetaWithConstructor(double beta) => Beta = beta;

    public double Beta { get; set; }
}

[Loss(Activation.Softmax)]
[FBeta(Beta = 2)]
public sealed partial class FBetaOfTwo;
