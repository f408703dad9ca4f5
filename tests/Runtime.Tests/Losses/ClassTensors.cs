using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

/// <summary>Weights of classes that can change between calls, beside one number that can.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
[FBeta(Smooth = 1e-5, NormalizeClassWeights = true)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class Reweighted
{
    public double Beta { get; set; } = 2;

    public double[]? FBetaClassWeights { get; set; }

    public double[]? CrossEntropyClassWeights { get; set; }
}

/// <summary>The same with the weights stated.</summary>
[Loss(Activation.Softmax, IgnoreIndex = 255)]
[FBeta(Smooth = 1e-5, NormalizeClassWeights = true, Beta = 2, ClassWeights = [1, 0.5, 3])]
[CrossEntropy(Weight = 0.5, ClassWeights = [0.25, 1, 2])]
public sealed partial class Weighted;

/// <summary>Margins of classes in a formula in place.</summary>
[Loss(Activation.Softmax, PerImage = true)]
public sealed partial class Margins
{
    public double[] Offsets { get; set; } = [0, 0, 0];

    private static Value Formula(Prediction x, Target y, Value offsets) =>
        Log(SumOverClasses(Exp(x.Logit - offsets * y))) - SumOverClasses(y * (x.Logit - offsets));
}
