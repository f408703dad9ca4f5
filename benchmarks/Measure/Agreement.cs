using LossGen.Benchmarks.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Measure;

/// <summary>Checks that all approaches compute the same before any is timed: against the user's port in double precision.</summary>
internal static class Agreement
{
    // Single precision over millions of pixels: torch's index_add adds one after the other.
    private const double ValueTolerance = 2e-4;
    private const double GradientTolerance = 2e-3;

    // Of the gradient's norm, where pixels whose keys round to the same number may change places.
    private const double SortedTolerance = 2e-2;

    /// <summary>The largest relative errors of value and gradient by approach; the gradient's relative to its largest entry.</summary>
    /// <exception cref="InvalidOperationException">An approach computes something else.</exception>
    public static IReadOnlyDictionary<string, (double Value, double Gradient)> Check(LossCase loss, Inputs inputs,
        IEnumerable<LossApproach> approaches)
    {
        using DisposeScope scope = NewDisposeScope();
        Outcome exact = Exact(loss, inputs);
        double scale = exact.Gradient.abs().max().item<double>();
        var errors = new Dictionary<string, (double Value, double Gradient)>();
        foreach (LossApproach approach in approaches)
        {
            Outcome outcome = approach.Compute();
            using Tensor gradient = outcome.Gradient;
            double value = Math.Abs(outcome.Value - exact.Value) / Math.Abs(exact.Value);
            Tensor difference = gradient.to(float64) - exact.Gradient;
            double slope = difference.abs().max().item<double>() / scale,
                whole = difference.norm().item<double>() / exact.Gradient.norm().item<double>();
            if (!(value <= ValueTolerance && (loss.Sorts ? whole <= SortedTolerance : slope <= GradientTolerance)))
                throw new InvalidOperationException(
                    $"{approach.Name} disagrees on {loss.Name} at {inputs.Size.Text}: value {outcome.Value:R} instead of {exact.Value:R}, relative error of the gradient {slope:E1}.");
            errors.Add(approach.Name, (value, slope));
        }

        return errors;
    }

    private static Outcome Exact(LossCase loss, Inputs inputs)
    {
        using Tensor logits = inputs.Logits.detach().to(float64).requires_grad_();
        using Tensor target = inputs.Size.IsSigmoid ? inputs.Target.to(float64) : inputs.Target.alias();
        return new GraphApproach("exact", loss.Port, logits, target).Compute();
    }
}
