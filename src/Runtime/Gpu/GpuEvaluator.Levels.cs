using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <content>Deep supervision: outputs at several resolutions against the target of the finest.</content>
public sealed partial class GpuEvaluator
{
    /// <summary>The weighted sum of the losses of a network's outputs. Target and inputs are read at the places that a coarser output needs, without a copy.</summary>
    /// <param name="supervision">The weights, which resize nothing.</param>
    /// <param name="outputs">As many as weights: each with its own shape and logits, and with the one target and the inputs, which are of the finest extents.</param>
    /// <param name="spatial">The spatial extents of the target, one to three, as many as those of each shape.</param>
    /// <param name="value">Receives the value, a double: NaN after a label that there is no class for.</param>
    public void EvaluateLevels(DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value) =>
        Levels(supervision, outputs, spatial, value, null, 0, 1);

    /// <summary>The weighted sum of the losses of a network's outputs, and its gradient at each of them.</summary>
    /// <param name="supervision">The weights, which resize nothing.</param>
    /// <param name="outputs">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="spatial">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="value">As for <see cref="EvaluateLevels"/>.</param>
    /// <param name="gradients">For each output what receives the gradient, of the type of its logits and without gaps: (N, C, S), or (N, S, C) with <see cref="LossShape.ClassesLast"/>.</param>
    /// <param name="upstream">The gradient that arrives, one number: double where the logits are, else float. 0 stands for 1.</param>
    /// <param name="scale">A number that the gradients are multiplied by.</param>
    public void EvaluateLevelsWithGradient(
        DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value, IReadOnlyList<nint> gradients, nint upstream = 0,
        double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(gradients);
        CallRules.Upstream(scale);
        if (gradients.Count != outputs.Count)
            throw new ArgumentException($"There are {gradients.Count} gradients and {outputs.Count} outputs; there must be as many.", nameof(gradients));
        foreach (nint gradient in gradients)
            GradientAt(gradient);
        Levels(supervision, outputs, spatial, value, gradients, upstream, scale);
    }

    private void Levels(
        DeepSupervision supervision, IReadOnlyList<GpuBatch> outputs, IReadOnlyList<int> spatial, nint value, IReadOnlyList<nint>? gradients, nint upstream, double scale)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(spatial);
        CallRules.Levels(loss.Definition, supervision, outputs.Count, nameof(outputs));
        if (supervision.Resize != Resize.None)
            throw new NotSupportedException($"The supervision has Resize = {supervision.Resize}, which kernels for GPUs do not do; resize the outputs before, and leave Resize as it is.");
        GpuBatch[] levels = [.. outputs.Select((output, k) => Level(output, k, spatial, supervision.Sampling))];
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
                    device.Clear(gradient, shape.Batch * shape.Classes * shape.Pixels * Size(level.LogitElement));
                continue;
            }

            var places = new Places
            {
                Value = value,
                Gradient = gradient,
                Strides = shape.ClassesLast ? GpuStrides.ClassesLast(shape.Classes, shape.Pixels) : GpuStrides.ClassesFirst(shape.Classes, shape.Pixels),
                Upstream = upstream,
                Scale = weight * scale,
                Weight = weight,
                Adds = adds,
            };
            Run(gradient == 0 ? Part.Value : Part.Both, level, places, null);
            adds = true;
        }
    }

    // With the grid of the target over that of its pixels.
    private static GpuBatch Level(GpuBatch output, int level, IReadOnlyList<int> spatial, LabelSampling sampling)
    {
        ArgumentNullException.ThrowIfNull(output, $"outputs[{level}]");
        LossShape shape = output.Shape;
        int axes = shape.Dimensions;
        int[] every = [shape.Depth, shape.Height, shape.Width];
        long[] own = [.. every[^axes..].Select(extent => (long)extent)], full = [.. spatial.Select(extent => (long)extent)];
        return CallRules.IsLevel(own, full) ? output with { Grid = new LabelGrid(own, full, sampling) }
            : throw new ArgumentException(
                $"Output {level} has the spatial extents ({string.Join(", ", own)}) and the target ({string.Join(", ", full)}); there must be as many, each from 1 to that of the target.", "outputs");
    }

    private static int Size(LogitElement element) => element switch
    {
        LogitElement.Double => sizeof(double),
        LogitElement.Single => sizeof(float),
        _ => sizeof(ushort),
    };
}
