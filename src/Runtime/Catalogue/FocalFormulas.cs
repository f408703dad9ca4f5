using static LossGen.Functions;

namespace LossGen;

/// <summary>What the forms of the focal term share.</summary>
internal static class FocalFormulas
{
    /// <summary>
    /// <c>miss ^ gamma</c>. For gamma below 1 its slope at 0 is infinite; there the loss that it multiplies is 0 as well, so below the range of float the
    /// product is taken as 0, and its gradient is finite everywhere.
    /// </summary>
    internal static Value Modulation(Value miss, double gamma) =>
        gamma == 0 ? 1 : gamma >= 1 ? Pow(miss, gamma) : Where(miss > 1e-37, Pow(miss, gamma), 0);

    /// <summary><c>(miss / threshold) ^ gamma</c>, and 1 for pixels whose right answer has a probability below the threshold.</summary>
    internal static Value Reduced(Value miss, double gamma, double threshold) =>
        Where(miss > 1 - threshold, 1, Modulation(miss / threshold, gamma));
}
