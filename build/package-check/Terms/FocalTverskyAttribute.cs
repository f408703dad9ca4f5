using LossGen;
using static LossGen.Functions;

namespace Terms;

// README's fourth declaration, in an assembly of its own.
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
