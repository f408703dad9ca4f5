using static LossGen.Functions;

namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
public sealed partial class Later
{
    private static Value Formula(Prediction x, Target y) => ShiftClasses(x.Logit, 1, -7);
}

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
public sealed partial class Earlier
{
    private static Value Formula(Prediction x, Target y) => ShiftClasses(Square(x.Logit), -2, x.Logit);
}

public sealed partial class StepAttribute : LossTermAttribute
{
    public static Value Formula(Prediction x, Target y) => ShiftClasses(x.Logit, 1, 0.5);
}

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
[Step(IncludeBackground = false)]
public sealed partial class LaterOfForeground;

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
[Step(OnlyClasses = [0, 2])]
public sealed partial class LaterOfSome;

/// <summary>Of what is summed over the pixels, and of the one-hot target.</summary>
[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
public sealed partial class LaterSums
{
    private static Value Formula(Prediction x, Target y) => ShiftClasses(Sum(x.Logit * ShiftClasses(y, 1, 0)), 1, 2);
}

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
public sealed partial class Priced
{
    public double[]? Prices { get; set; } = [0, 1, 2, 3, 0, 4, 5, 6, 0];

    private static Value Formula(Prediction x, Target y, ClassMatrix prices) => Transform(prices, x.Logit);
}

[Loss(Activation.None, Classes = 3, Reduction = Reduction.None)]
public sealed partial class PricedInPlace
{
    private static Value Formula(Prediction x, Target y)
    {
        var prices = new ClassMatrix(0, 1, 2, 3, 0, 4, 5, 6, 0);
        return Priced(prices, x.Logit);
    }

    private static Value Priced(ClassMatrix prices, Value v) => Transform(prices, v);
}

/// <summary>The matrix of a term, at run time.</summary>
[Loss(Activation.Softmax, Classes = 3)]
[Metric]
public sealed partial class PricedTerm
{
    public double[]? Costs { get; set; } = [1, 2, 0, 0, 0.5, 0, 3, 0, 1.0];
}
