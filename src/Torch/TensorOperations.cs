namespace LossGen.Generated;

using TorchSharp;
using static TorchSharp.torch;

/// <summary>The emitted tensor operations of a loss for one kind of target: any device, any floating type, no waiting.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal abstract class TensorOperations
{
    /// <summary>The value: (N or 1, C or 1, S or 1), or a number without axes.</summary>
    public abstract Tensor Value(TensorInput input);

    /// <summary>The value, the terms' shares in it, then for each term that has them the values of its classes, (1, C or 1, 1).</summary>
    public virtual Tensor[] Components(TensorInput input)
    {
        Tensor value = Value(input);
        return new[] { value, value };
    }

    /// <summary>The gradient at the logits, (N, C, S) or what broadcasts to it, given the one that arrives.</summary>
    public abstract Tensor Gradient(TensorInput input, Tensor upstream);
}
