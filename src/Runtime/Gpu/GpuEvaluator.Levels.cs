using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <content>Deep supervision: outputs at several resolutions against the target of the finest.</content>
public sealed partial class GpuEvaluator
{
    /// <summary>
    /// The weighted sum of the losses of a network's outputs. Target and inputs are read at the places that a coarser output needs, without
    /// a copy, unless the supervision says that outputs are resized.
    /// </summary>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">
    /// As many as weights: each with its own shape and logits, and with the one target and the inputs, which are of the finest extents.
    /// </param>
    /// <param name="spatial">The spatial extents of the target, one to three, as many as those of each shape.</param>
    /// <param name="value">Receives the value, a double: NaN after a label that there is no class for.</param>
    public void EvaluateLevels(DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value) =>
        Levels(supervision, outputs, spatial, value, null, 0, 1);

    /// <summary>The weighted sum of the losses of a network's outputs, and its gradient at each of them.</summary>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="spatial">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="value">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="gradients">
    /// For each output what receives the gradient, of the type of its logits and without gaps: (N, C, S), or (N, S, C) with
    /// <see cref="LossShape.ClassesLast"/>.
    /// </param>
    /// <param name="upstream">The gradient that arrives, one number: double where the logits are, else float. 0 stands for 1.</param>
    /// <param name="scale">A number that the gradients are multiplied by.</param>
    public void EvaluateLevelsWithGradient(
        DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value, IReadOnlyList<nint> gradients,
            nint upstream = 0,
        double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(gradients);
        CallRules.Upstream(scale);
        if (gradients.Count != outputs.Count)
            throw new ArgumentException($"There are {gradients.Count} gradients and {outputs.Count} outputs; there must be as many.",
                nameof(gradients));
        foreach (nint gradient in gradients)
            GradientAt(gradient);
        Levels(supervision, outputs, spatial, value, gradients, upstream, scale);
    }

    private void Levels(
        DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value,
            IReadOnlyList<nint>? gradients, nint upstream, double scale)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(spatial);
        CallRules.Levels(loss.Definition, supervision, outputs.Count, nameof(outputs));
        GpuBatch[] levels = [.. outputs.Select((output, k) => Level(output, k, spatial, supervision))];
        bool adds = false;
        for (int k = 0; k < levels.Length; k++)
        {
            GpuBatch level = levels[k];
            LossShape shape = level.Shape;
            double weight = supervision.Weights[k];
            nint gradient = gradients?[k] ?? 0;
            if (weight == 0)
            {
                if (gradient != 0)
                    device.Clear(gradient, shape.Batch * shape.Classes * shape.LogitPixels * Size(level.LogitElement));
                continue;
            }

            var places = new Places
            {
                Value = value,
                Gradient = gradient,
                Strides = GpuStrides.OfLogits(shape),
                Upstream = upstream,
                Scale = weight * scale,
                Weight = weight,
                Adds = adds,
            };
            Run(gradient == 0 ? Part.Value : Part.Both, level, places, null, OpenFull(GpuResizing.Full(level)));
            adds = true;
        }
    }

    // With the grid of the target over that of its pixels, or with logits that are resized to it.
    private GpuBatch Level(GpuBatch output, int level, IReadOnlyList<int> spatial, DeepSupervision supervision)
    {
        ArgumentNullException.ThrowIfNull(output, $"outputs[{level}]");
        LossShape shape = output.Shape;
        int axes = shape.Dimensions;
        int[] every = [shape.Depth, shape.Height, shape.Width];
        long[] own = [.. every[^axes..].Select(extent => (long)extent)], full = [.. spatial.Select(extent => (long)extent)];
        if (!CallRules.IsLevel(own, full))
        {
            throw new ArgumentException(
                $"Output {level} has the spatial extents ({string.Join(", ", own)}) and the target ({string.Join(", ", full)}); there must be as many, each from 1 to that of the target.", "outputs");
        }

        if (shape.IsResized)
        {
            throw new ArgumentException(
                $"Output {level} has the spatial extents ({string.Join(", ", own)}) and logits of "
                    + $"{shape.LogitDepth} x {shape.LogitHeight} x {shape.LogitWidth}; of several outputs each has the extents of its own "
                    + "logits, and the supervision says whether they are resized.",
                "outputs");
        }

        CallChecks.Shape(loss.Definition, shape);
        return supervision.Resize == Resize.None
            ? output with { Grid = new LabelGrid(own, full, supervision.Sampling) }
            : output with
            {
                Resize = supervision.Resize,
                Shape = LossExtensions.ResizedShape(shape.Batch, shape.Classes, own, full) with { ClassesLast = shape.ClassesLast },
            };
    }

    private static int Size(LogitElement element) => element switch
    {
        LogitElement.Double => sizeof(double),
        LogitElement.Single => sizeof(float),
        _ => sizeof(ushort),
    };
}
