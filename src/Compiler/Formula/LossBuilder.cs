using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>The builder of a loss's graph.</summary>
internal static class LossBuilder
{
    /// <summary>A builder that knows what the options of a loss say.</summary>
    /// <param name="options">The options.</param>
    /// <param name="tables">What of the loss has one number a class, known before a node reads it.</param>
    /// <param name="cancellation">Stops the work on the graph.</param>
    /// <param name="hasSoftmax">The loss or a term of it has a softmax; as the loss says where that is not given.</param>
    public static GraphBuilder For(LossOptions options, IReadOnlyList<ClassNumbers> tables, CancellationToken cancellation = default,
        bool? hasSoftmax = null)
    {
        // A target may be anything: terms of one loss have activations of their own.
        var ranges = new Ranges(tables, Activation.None);
        return new(options.Classes)
        {
            Cancellation = cancellation,
            MasksClasses = hasSoftmax ?? options.Activation == Activation.Softmax,
            HasInvalidPixels = options.IgnoreIndex is not null,
            MayHaveSingleClass = options.Classes <= 1 && options.Activation != Activation.Softmax,
            Bounds = node => ranges.Of(node) is { } range ? (range.Low, range.High) : null,
        };
    }
}
