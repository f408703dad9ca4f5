namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using LossGen.Kernels;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>Deep supervision: outputs at several resolutions against the target of the finest.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TorchLevels
{
    /// <summary>The weighted sum of the losses of the outputs: part of the autograd graph where they are.</summary>
    public static Tensor Forward(
        ILoss loss, TensorOperations? index, TensorOperations? dense, LossComponents? components, IReadOnlyList<Tensor> outputs,
        Tensor target, DeepSupervision supervision, params Tensor[] maps)
    {
        Check(loss.Definition, outputs, target, supervision, maps);
        using var scope = torch.NewDisposeScope();
        Tensor? total = null;
        for (int k = 0; k < outputs.Count; k++)
        {
            double weight = supervision.Weights[k];
            bool isLogged = k == 0 && components is not null;
            if (weight == 0)
            {
                // An output of weight 0 has neither share nor gradient, but components are those of the finest.
                if (isLogged)
                {
                    using var noGradient = torch.no_grad();
                    Level(loss, index, dense, components, outputs[k], target, maps, supervision, k);
                }

                continue;
            }

            Tensor value = Level(loss, index, dense, isLogged ? components : null, outputs[k], target, maps, supervision, k);
            Tensor share = weight == 1 ? value : value.mul(Hold(weight));
            total = total is null ? share : total.add(share, Hold(1));
        }

        return total!.MoveToOuterDisposeScope();
    }

    /// <summary>What a coarser grid takes of numbers whose last axes are spatial: a view where the extents divide.</summary>
    public static Tensor Sample(Tensor target, long[] spatial, LabelSampling sampling) =>
        Sample(target, (int)target.dim() - spatial.Length, spatial, sampling);

    // The spatial axes begin at the first.
    private static Tensor Sample(Tensor target, int first, long[] spatial, LabelSampling sampling)
    {
        for (int k = 0; k < spatial.Length; k++)
        {
            long extent = spatial[k], full = target.shape[first + k];
            if (extent == full)
                continue;
            if (full % extent == 0)
            {
                target = target.slice(first + k, LabelGrid.At(0, extent, full, sampling), full, full / extent);
                continue;
            }

            var places = new long[extent];
            for (long i = 0; i < extent; i++)
                places[i] = LabelGrid.At(i, extent, full, sampling);
            target = target.index_select(first + k, torch.tensor(places, device: target.device));
        }

        return target;
    }

    private static Tensor Level(
        ILoss loss, TensorOperations? index, TensorOperations? dense, LossComponents? components, Tensor output, Tensor target,
        Tensor[] maps, DeepSupervision supervision, int level)
    {
        LabelSampling sampling = supervision.Sampling;
        string name = $"inputs[{level}]";
        bool hasLabels = TorchChecks.HasLabels(loss.Definition, output, target);
        long[] spatial = output.shape.AsSpan(2).ToArray(), full = Spatial(loss.Definition, target, hasLabels, spatial.Length);
        bool isSampled = !spatial.AsSpan().SequenceEqual(full);
        bool usesKernel = TorchLoss.UsesKernel(output);
        TensorDevice? device = isSampled && !usesKernel ? DeviceLoss.Find(loss, output) : null;
        if (isSampled && supervision.Resize != Resize.None)
        {
            return usesKernel || device is not null
                ? ResizedLevel(loss, (hasLabels ? index : dense)!, components, output, target, maps, supervision.Resize, full, device)
                : TorchLoss.Forward(loss, index, dense, components, TorchLoss.Resized(output, full, supervision.Resize), target,
                    maps.AsSpan().ToArray());
        }

        int first = FirstAxis(loss.Definition, target, hasLabels, spatial.Length);
        if (device is null && (!usesKernel || !isSampled || !hasLabels || maps.Length > 0))
        {
            var own = new Tensor[maps.Length];
            for (int k = 0; k < maps.Length; k++)
                own[k] = Sample(maps[k], spatial, sampling);
            Tensor picked = isSampled ? Sample(target, first, spatial, sampling) : target;
            return TorchLoss.Forward(loss, index, dense, components, output, picked, own);
        }

        // Of the size of the output, for the checks; the kernels read target and maps as they are.
        BatchShape shape = TorchChecks.Batch(loss.Definition, output, Part(target, first, spatial), name);
        TorchChecks.Inputs(loss.Definition, shape, output, Array.ConvertAll(maps, map => Part(map, (int)map.dim() - spatial.Length,
            spatial)));
        Tensor[] inputs = maps.AsSpan().ToArray();
        TorchLoss.Prepare(loss.Definition, shape, usesKernel, device is not null, ref output, ref target, inputs);
        var grid = new LabelGrid(spatial, full, sampling);
        var call = new LossCall(loss, TorchLoss.Parameters(loss, shape), (hasLabels ? index : dense)!, shape, usesKernel, output.dtype,
            grid, device);
        return LossBackward.Value(output, target, call, inputs, components);
    }

    // Kernels resize by themselves. The checks are those of an output of the target's size, which none is made for.
    private static Tensor ResizedLevel(
        ILoss loss, TensorOperations operations, LossComponents? components, Tensor output, Tensor target, Tensor[] maps, Resize resize,
        long[] full, TensorDevice? device)
    {
        LossDefinition definition = loss.Definition;
        long[] extents = output.shape;
        Tensor size = output.detach();
        for (int axis = 2; axis < extents.Length; axis++)
        {
            size = size.narrow(axis, 0, 1);
            extents[axis] = full[axis - 2];
        }

        size = size.expand(extents);
        BatchShape checkedShape = TorchChecks.Batch(definition, size, target, "input");
        TorchChecks.Inputs(definition, checkedShape, size, maps);
        var shape = new BatchShape(output.shape, full, checkedShape.HasLabels);
        Tensor[] inputs = maps.AsSpan().ToArray();
        TorchLoss.Prepare(definition, shape, device is null, device is not null, ref output, ref target, inputs);
        var call = new LossCall(loss, TorchLoss.Parameters(loss, shape), operations, shape, device is null, output.dtype, device: device,
            resize: resize);
        return LossBackward.Value(output, target, call, inputs, components);
    }

    /// <summary>What a coarser grid takes of a target.</summary>
    public static Tensor SampleTarget(LossDefinition definition, Tensor target, BatchShape shape, LabelSampling sampling) =>
        Sample(target, FirstAxis(definition, target, shape.HasLabels, shape.Spatial.Length), shape.Spatial, sampling);

    private static Tensor Part(Tensor tensor, int first, long[] spatial)
    {
        for (int k = 0; k < spatial.Length; k++)
            tensor = tensor.narrow(first + k, 0, spatial[k]);
        return tensor;
    }

    // Where the spatial axes of a target begin: behind the images of labels, or their axis of 1, and the channels of a dense target, if
    // these are not last.
    private static int FirstAxis(LossDefinition definition, Tensor target, bool hasLabels, int axes) =>
        !hasLabels && definition.TargetClassAxis == ClassAxis.Last ? (int)target.dim() - axes - 1 : (int)target.dim() - axes;

    private static long[] Spatial(LossDefinition definition, Tensor target, bool hasLabels, int axes)
    {
        int first = FirstAxis(definition, target, hasLabels, axes);
        return axes < 1 || first < 1 ? Array.Empty<long>() : target.shape.AsSpan(first, axes).ToArray();
    }

    private static void Check(
        LossDefinition definition, IReadOnlyList<Tensor> outputs, Tensor target, DeepSupervision supervision, Tensor[] maps)
    {
        if (outputs is null)
            throw new ArgumentNullException("inputs");
        ArgumentNullException.ThrowIfNull(target);
        CallRules.Levels(definition, supervision, outputs.Count, "inputs");
        for (int k = 0; k < outputs.Count; k++)
        {
            if (outputs[k] is null)
                throw new ArgumentNullException($"inputs[{k}]");
            bool hasLabels = TorchChecks.HasLabels(definition, outputs[k], target);
            long[] own = outputs[k].shape, full = Spatial(definition, target, hasLabels, own.Length - 2);
            if (full.Length == 0 || target.shape[0] != own[0] || !CallRules.IsLevel(own.AsSpan(2), full))
            {
                throw new ArgumentException(
                    $"Output {k} has the shape {TorchChecks.Text(own)} and the target {TorchChecks.Text(target.shape)}; it must be "
                        + $"(N, C, spatial...) with one to {CallRules.MostSpatialAxes} spatial axes, as many as the target, none larger "
                        + "than its.",
                    "inputs");
            }

            if (own[1] != outputs[0].shape[1])
            {
                throw new ArgumentException(
                    $"Output {k} has {own[1]} classes (axis 1 of {TorchChecks.Text(own)}) and output 0 has {outputs[0].shape[1]}; "
                        + "all must have the same.",
                    "inputs");
            }

            for (int m = 0; m < maps.Length; m++)
            {
                string name = definition.Inputs[m].Name;
                if (maps[m] is null)
                    throw new ArgumentNullException(name);
                long[] map = maps[m].shape;
                if (map.Length > full.Length && map.AsSpan(map.Length - full.Length).SequenceEqual(full))
                    continue;
                throw new ArgumentException(
                    $"{name} has the shape {TorchChecks.Text(map)} and the target the spatial size {TorchChecks.Text(full)}; with several "
                        + "outputs a map has the target's, and coarser outputs take their part of it.",
                    name);
            }
        }
    }
}
