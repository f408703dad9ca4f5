using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// Triplet margin: <c>max(0, d(x, y) - d(x, z) + margin)</c>, d the distance of two vectors over the classes: of the prediction from the
/// dense target, which it should be near, and from an input of the loss, <c>negative</c>, (N, C, S), which it should not. This is PyTorch's
/// TripletMarginLoss, with <see cref="Activation.None"/>.
/// </summary>
public sealed partial class TripletAttribute : LossTermAttribute
{
    /// <summary>By how much the negative has to be farther away.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Margin { get; init; } = 1;

    /// <summary>The exponent of the distance: 2 is Euclid's.</summary>
    /// <value>Above 0.</value>
    [OptionRange(Above = 0)]
    public double Power { get; init; } = 2;

    /// <summary>Takes the distance of target and negative where it is smaller than that of prediction and negative.</summary>
    public bool Swap { get; init; }

    /// <summary>Added to every difference.</summary>
    /// <value>From 0.</value>
    [OptionRange(From = 0)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>
    /// The formula; <paramref name="negative"/> is an input of the loss, the other parameters are the options of this attribute.
    /// </summary>
    public static Value Formula(Prediction x, Target y, ElementMap negative, double margin, double power, bool swap, double epsilon)
    {
        Value near = Distance(x.Probability, y, power, epsilon), far = Distance(x.Probability, negative, power, epsilon);
        Value other = swap ? Min(far, Distance(y, negative, power, epsilon)) : far;
        return Max(near - other + margin, 0);
    }

    private static Value Distance(Value a, Value b, double power, double epsilon)
    {
        Value d = a - b + epsilon;
        return power == 1 ? SumOverClasses(Abs(d))
            : power == 2 ? Root(SumOverClasses(Square(d)))
            : RegionFormulas.Power(SumOverClasses(Pow(Abs(d), power)), 1 / power);
    }

    // Without gradient where both are the same, as PyTorch's norm.
    private static Value Root(Value v) => Where(v <= 0, 0, Sqrt(v));
}
