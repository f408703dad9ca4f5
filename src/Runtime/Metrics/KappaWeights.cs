namespace LossGen;

/// <summary>How far apart a label and a predicted class are, for Cohen's kappa.</summary>
public enum KappaWeights
{
    /// <summary>All classes are equally far apart.</summary>
    None,

    /// <summary>By the difference of their numbers: <c>|i - j|</c>. Of classes in an order, such as grades.</summary>
    Linear,

    /// <summary>By its square: <c>(i - j)^2</c>.</summary>
    Quadratic,
}
