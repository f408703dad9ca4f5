namespace LossGen.Generated;

using System;
using static TorchSharp.torch;

/// <summary>
/// Logits, target and inputs of a call as (N, C or 1, S), of the types that they come in: views, where their layout lets them.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class LaidTensors
{
    public LaidTensors(LossDefinition definition, BatchShape shape, Tensor logits, Tensor target, Tensor[] inputs)
    {
        Shape = shape;
        Logits = logits.reshape(shape.Batch, shape.Classes, shape.Pixels);
        Target = shape.HasLabels ? target.reshape(shape.Batch, 1, shape.Pixels) : Dense(definition, shape, target);
        Inputs = new Tensor[inputs.Length];
        for (int k = 0; k < inputs.Length; k++)
        {
            long channels = definition.Inputs[k].Kind == InputKind.Element ? shape.Classes : 1;
            Inputs[k] = inputs[k].reshape(shape.Batch, channels, shape.Pixels);
        }
    }

    /// <summary>The extents.</summary>
    public BatchShape Shape { get; }

    /// <summary>Logits, (N, C, S).</summary>
    public Tensor Logits { get; }

    /// <summary>Class indices, (N, 1, S), or a dense target, (N, C, S).</summary>
    public Tensor Target { get; }

    /// <summary>The loss's own inputs, (N, 1, S) or (N, C, S).</summary>
    public Tensor[] Inputs { get; }

    // A dense target as (N, C, S), whatever its layout.
    private static Tensor Dense(LossDefinition definition, BatchShape shape, Tensor target)
    {
        long channels = shape.Classes + (definition.DropLastTargetChannel ? 1 : 0);
        Tensor layout = definition.TargetClassAxis == ClassAxis.Last
            ? target.reshape(shape.Batch, shape.Pixels, channels).transpose(1, 2)
            : target.reshape(shape.Batch, channels, shape.Pixels);
        return channels > shape.Classes ? layout.narrow(1, 0, shape.Classes) : layout;
    }
}
