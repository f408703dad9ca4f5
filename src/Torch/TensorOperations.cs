namespace LossGen.Generated;

using System;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>The emitted tensor operations of a loss for one kind of target: any device, any floating type, no waiting.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal abstract class TensorOperations
{
    /// <summary>
    /// What the value reads and the gradient reads again: sums over the pixels, and running sums. Computed once a call, and kept for the
    /// backward pass.
    /// </summary>
    public virtual Tensor[] Statistics(TensorInput input) => Array.Empty<Tensor>();

    /// <summary>
    /// What each statistic of a part of the pixels is to that of all; null where they are not made part by part, or where the value reads
    /// more than statistics.
    /// </summary>
    public virtual StatisticPart[]? StatisticParts => null;

    /// <summary>The gradient at a pixel reads other pixels through the statistics alone.</summary>
    public virtual bool HasGradientOfParts => false;

    /// <summary>The value: (N or 1, C or 1, S or 1), or a number without axes.</summary>
    public abstract Tensor Value(TensorInput input, Tensor[] statistics);

    /// <summary>The value, the terms' shares in it, then for each term that has them the values of its classes, (1, C or 1, 1).</summary>
    public virtual Tensor[] Components(TensorInput input, Tensor[] statistics)
    {
        Tensor value = Value(input, statistics);
        return new[] { value, value };
    }

    /// <summary>What the gradient at every pixel reads and has no pixels, given the one that arrives.</summary>
    public virtual Tensor[] Slopes(TensorInput input, Tensor[] statistics, Tensor upstream) => Array.Empty<Tensor>();

    /// <summary>
    /// The gradient at the logits, (N, C, S) or what broadcasts to it, given the one that arrives and, behind the statistics, the slopes.
    /// </summary>
    public abstract Tensor Gradient(TensorInput input, Tensor[] statistics, Tensor upstream);

    /// <summary>Statistics and slopes, as the gradient takes them.</summary>
    public Tensor[] WithSlopes(TensorInput input, Tensor[] statistics, Tensor upstream)
    {
        Tensor[] slopes = input.KeepAll(Slopes(input, statistics, upstream));
        if (slopes.Length == 0)
            return statistics;
        var all = new Tensor[statistics.Length + slopes.Length];
        statistics.CopyTo(all, 0);
        slopes.CopyTo(all, statistics.Length);
        return all;
    }
}
