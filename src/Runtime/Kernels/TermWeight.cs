namespace LossGen.Kernels;

/// <summary>The weight of a term that a property of the loss holds. Called by generated code.</summary>
public static class TermWeight
{
    /// <summary>The weight, if it is one.</summary>
    /// <param name="weight">What the property holds.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="definition">The loss.</param>
    /// <exception cref="ArgumentException">It is negative or not finite.</exception>
    public static double Check(double weight, string property, LossDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return weight >= 0 && double.IsFinite(weight) ? weight
            : throw new ArgumentException($"{property} of {definition.Name} is {weight}; the weight of a term must be finite and at least 0.", property);
    }
}
