namespace LossGen.Differential.Checks;

/// <summary>What a backend gives.</summary>
/// <param name="Elements">The unreduced values, or one value.</param>
/// <param name="Gradient">The gradient of their sum weighted by the upstream gradient.</param>
internal sealed record Found(double[] Elements, double[] Gradient);
