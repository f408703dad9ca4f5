namespace LossGen.Generated;

using System;

/// <summary>The extents of a batch of tensors, checked: asked of the tensors once a call.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class BatchShape
{
    public BatchShape(long[] logits, long[] spatial, bool hasLabels)
    {
        Batch = logits[0];
        Classes = logits[1];
        LogitSpatial = logits.AsSpan(2).ToArray();
        Spatial = spatial;
        HasLabels = hasLabels;
        IsResized = !LogitSpatial.AsSpan().SequenceEqual(spatial);
        Pixels = 1;
        foreach (long extent in spatial)
            Pixels *= extent;
    }

    /// <summary>N.</summary>
    public long Batch { get; }

    /// <summary>C.</summary>
    public long Classes { get; }

    /// <summary>S: the pixels of an image of the target.</summary>
    public long Pixels { get; }

    /// <summary>The spatial extents of the target.</summary>
    public long[] Spatial { get; }

    /// <summary>The spatial extents of the logits as they come.</summary>
    public long[] LogitSpatial { get; }

    /// <summary>The target is class indices.</summary>
    public bool HasLabels { get; }

    /// <summary>The logits have another spatial size than the target.</summary>
    public bool IsResized { get; }

    /// <summary>The shape of logits of the target's size.</summary>
    public long[] FullShape()
    {
        var shape = new long[2 + Spatial.Length];
        shape[0] = Batch;
        shape[1] = Classes;
        Spatial.CopyTo(shape, 2);
        return shape;
    }

    /// <summary>The shape as the kernels take it, for logits as they come.</summary>
    public LossShape ToLossShape()
    {
        LossShape shape = ToResizedLossShape();
        if (!IsResized)
            return shape;
        int[] extents = Array.ConvertAll(LogitSpatial, extent => checked((int)extent));
        return extents.Length switch
        {
            1 => shape.WithLogits(extents[0]),
            2 => shape.WithLogits(extents[0], extents[1]),
            _ => shape.WithLogits(extents[0], extents[1], extents[2]),
        };
    }

    /// <summary>The shape as the kernels take it, for logits of the target's size.</summary>
    public LossShape ToResizedLossShape() => ToLossShape(Classes);

    /// <summary>The same with another number of channels.</summary>
    public LossShape ToLossShape(long channels)
    {
        int batch = checked((int)Batch), classes = checked((int)channels);
        return Spatial.Length switch
        {
            2 => new LossShape(batch, classes, checked((int)Spatial[0]), checked((int)Spatial[1])),
            3 => new LossShape(batch, classes, checked((int)Spatial[0]), checked((int)Spatial[1]), checked((int)Spatial[2])),
            _ => new LossShape(batch, classes, checked((int)Pixels)),
        };
    }
}
