namespace LossGen.Generated;

using System;
using LossGen.Kernels;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>
/// Checks of a module's arguments: one exception that names the argument, what it has and what is needed, before anything is written.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TorchChecks
{
    /// <summary>Types, devices and shapes of logits and target.</summary>
    public static BatchShape Batch(LossDefinition definition, Tensor logits, Tensor target, string name)
    {
        if (logits is null)
            throw new ArgumentNullException(name);
        if (target is null)
            throw new ArgumentNullException(nameof(target));
        Strided(logits, name);
        Strided(target, nameof(target));
        ScalarType type = logits.dtype, targetType = target.dtype;
        if (!TensorMemory.IsFloating(type))
            throw new ArgumentException($"{name} is {type}; logits must be Float16, BFloat16, Float32 or Float64.", name);
        bool hasLabels = HasLabels(definition, logits, target);
        if (!hasLabels && !TensorMemory.IsFloating(targetType) && targetType != ScalarType.Bool)
        {
            throw new ArgumentException(
                $"target is {targetType}; class indices need an integer type and dense targets a floating one, or either is Bool. "
                    + "Convert it, for example with to_type(ScalarType.Int64).",
                nameof(target));
        }

        if (hasLabels && definition.Target == TargetKind.Dense)
        {
            throw new ArgumentException(
                $"target is {targetType}, so class indices; {definition.Name} declares Target = TargetKind.Dense and needs a floating type "
                    + "or Bool, one number a class and pixel. Convert it, for example with to_type(ScalarType.Float32).",
                nameof(target));
        }

        if (!hasLabels && definition.Target == TargetKind.Index)
        {
            throw new ArgumentException(
                $"target is {targetType}, so dense; {definition.Name} declares Target = TargetKind.Index and needs an integer type, one "
                    + "class index a pixel.",
                nameof(target));
        }

        Together(target, nameof(target), logits, name);
        Constant(target, nameof(target));

        long[] x = Shape(logits), y = Shape(target);
        if (x.Length < 2)
            throw new ArgumentException($"{name} has the shape {Text(x)}; logits must be (N, C, spatial...) or (N, C).", name);
        if (Array.IndexOf(x, 0) >= 0)
            throw new ArgumentException($"{name} has the shape {Text(x)}; each extent must be at least 1.", name);
        CallRules.Classes(definition, x[1], x, name);
        CallRules.Dimensions(definition, x.Length - 2, x, name);
        if (!hasLabels && IsWithoutChannels(definition, x, y))
        {
            throw new ArgumentException(
                $"{name} and target have the shape {Text(x)}, so that axis 1 is {x[1]} classes of one spatial axis. Images of one class "
                    + $"need their channel: pass {name}.unsqueeze(1). Where axis 1 is the classes, declare Classes = {x[1]}.",
                name);
        }

        return new BatchShape(x, Spatial(definition, x, y, hasLabels, name), hasLabels);
    }

    /// <summary>
    /// The target is class indices. Truth values are where they are one a pixel, and dense where they are one a class and pixel.
    /// </summary>
    public static bool HasLabels(LossDefinition definition, Tensor logits, Tensor target)
    {
        if (target.dtype != ScalarType.Bool || definition.Target == TargetKind.Dense)
            return TensorMemory.IsInteger(target.dtype);
        long axes = logits.dim();
        return definition.Target == TargetKind.Index
            || target.dim() == axes - 1
            || (target.dim() == axes && axes > 1 && target.shape[1] == 1);
    }

    // Images (N, H, W) whose channel was squeezed away: what a mask of one class is often stored as. A row of many labels (N, C, L) looks
    // the same, and says how many they are; fewer than so many are no image's rows.
    private const long LeastRows = 16;

    private static bool IsWithoutChannels(LossDefinition definition, long[] x, long[] y) =>
        definition is { Activation: Activation.Sigmoid, Classes: 0, TargetClassAxis: ClassAxis.Second }
        && x.Length == 3
        && x[1] >= LeastRows
        && x.AsSpan().SequenceEqual(y);

    /// <summary>Types, devices and shapes of the loss's own inputs.</summary>
    public static void Inputs(LossDefinition definition, BatchShape shape, Tensor logits, Tensor[] inputs)
    {
        for (int k = 0; k < inputs.Length; k++)
        {
            Tensor map = inputs[k];
            string name = definition.Inputs[k].Name;
            if (map is null)
                throw new ArgumentNullException(name);
            Strided(map, name);
            if (!TensorMemory.IsFloating(map.dtype) && map.dtype != ScalarType.Bool)
            {
                throw new ArgumentException(
                    $"{name} is {map.dtype}; it must be Float16, BFloat16, Float32, Float64 or Bool. "
                        + "Convert it, for example with to_type(ScalarType.Float32).",
                    name);
            }

            Together(map, name, logits, "the logits");
            Constant(map, name);

            bool isElement = definition.Inputs[k].Kind == InputKind.Element;
            long channels = isElement ? shape.Classes : 1;
            long[] found = Shape(map);
            int axes = found.Length - shape.Spatial.Length;
            bool hasChannels = axes == 2 && found[1] == channels, isWithout = axes == 1 && channels == 1;
            if ((hasChannels || isWithout) && found[0] == shape.Batch && found.AsSpan(axes).SequenceEqual(shape.Spatial))
                continue;
            string spatial = string.Concat(Array.ConvertAll(shape.Spatial, extent => $", {extent}"));
            string needed = isElement
                ? $"({shape.Batch}, {shape.Classes}{spatial}), one number a class and pixel"
                : $"({shape.Batch}{spatial}), one number a pixel";
            throw new ArgumentException($"{name} has the shape {Text(found)}; {definition.Name} needs {needed}.", name);
        }
    }

    /// <summary>The direct road works on the tensors' memory as it is.</summary>
    public static void Direct(LossDefinition definition, BatchShape shape, Tensor logits, Tensor target, Tensor[] inputs, Tensor gradient)
    {
        if (definition.Reduction == Reduction.None)
        {
            throw new InvalidOperationException(
                $"{definition.Name} declares Reduction.None and has many values; call forward, then backward.");
        }

        if (logits.device_type != DeviceType.CPU)
        {
            throw new ArgumentException(
                $"logits are on {logits.device}; this call needs the CPU. Call forward, then backward.", nameof(logits));
        }

        AsStored(logits, nameof(logits));
        AsStored(target, nameof(target));
        if (!logits.is_contiguous() && !TensorMemory.IsClassesLast(logits))
        {
            throw new ArgumentException(
                "logits are not contiguous, nor channels_last. Pass logits.contiguous(), or call forward, then backward.", nameof(logits));
        }

        if (!shape.HasLabels && !TensorMemory.IsDenseType(target.dtype))
            throw new ArgumentException($"target is {target.dtype}; this call needs integers, Bool, Float32 or Float64.", nameof(target));
        Contiguous(target, nameof(target));
        ScalarType read = TensorMemory.KernelType(logits);
        for (int k = 0; k < inputs.Length; k++)
        {
            string name = definition.Inputs[k].Name;
            if (inputs[k].dtype != read)
            {
                throw new ArgumentException(
                    $"{name} is {inputs[k].dtype}; with logits of {logits.dtype} this call needs {read}. Call forward, then backward.",
                    name);
            }

            AsStored(inputs[k], name);
            Contiguous(inputs[k], name);
        }

        if (gradient is null)
            throw new ArgumentNullException(nameof(gradient));
        Strided(gradient, nameof(gradient));
        bool isLast = TensorMemory.IsClassesLast(logits), fits = isLast ? TensorMemory.IsClassesLast(gradient) : gradient.is_contiguous();
        bool isAlike = gradient.dtype == logits.dtype && gradient.shape.AsSpan().SequenceEqual(logits.shape);
        if (!fits || !isAlike || gradient.device_type != DeviceType.CPU)
        {
            string layout = isLast ? "channels_last" : "contiguous";
            throw new ArgumentException(
                $"gradient is {gradient.dtype} {Text(gradient.shape)} on {gradient.device}{(fits ? "" : $", not {layout}")}; "
                    + $"it must be {layout} {logits.dtype} {Text(logits.shape)} on the CPU, like the logits.",
                nameof(gradient));
        }

        if (gradient.is_neg())
        {
            throw new ArgumentException(
                "gradient is a tensor that is negated when it is read; it cannot be written. Pass a tensor of its own, such as "
                    + "torch.empty_like(logits).",
                nameof(gradient));
        }

        if (gradient.requires_grad)
        {
            throw new ArgumentException(
                "gradient requires a gradient itself; it is written by the call. Pass a tensor of its own, such as "
                    + "torch.empty_like(logits), detached.",
                nameof(gradient));
        }

        Separate(gradient, logits, nameof(logits));
        Separate(gradient, target, nameof(target));
        for (int k = 0; k < inputs.Length; k++)
            Separate(gradient, inputs[k], definition.Inputs[k].Name);
    }

    /// <summary>The range of the labels. Only asked where that waits for no device.</summary>
    public static void LabelRange(LossDefinition definition, BatchShape shape, Tensor target)
    {
        if (target.dtype == ScalarType.Bool)
            return;
        long largest = definition.IsSingleForeground(shape.Classes) ? 1 : shape.Classes - 1;
        using var scope = torch.NewDisposeScope();

        // As a type that holds IgnoreIndex: torch compares in the type of the tensor, where -1 of int8 is 255.
        target = target.to_type(ScalarType.Int64);
        if (target.numel() == 0)
            return;
        (Tensor lowest, Tensor highest) = target.aminmax();
        if (lowest.item<long>() >= 0 && highest.item<long>() <= largest)
            return;
        Tensor isBad = target.lt(Hold(0)).logical_or(target.gt(Hold(largest)));
        if (definition.IgnoreIndex is int ignored)
            isBad = isBad.logical_and(target.ne(Hold(ignored)));
        foreach (int other in definition.OtherIgnoreIndices)
            isBad = isBad.logical_and(target.ne(Hold(other)));
        if (isBad.any().item<bool>())
            throw CallRules.BadLabel(definition, shape.Classes, target.masked_select(isBad)[0].item<long>());
    }

    /// <summary>The range of a dense target that is a probability. Only asked where that waits for no device.</summary>
    public static void UnitTarget(LossDefinition definition, Tensor target)
    {
        if (!definition.UnitTarget || target.dtype == ScalarType.Bool)
            return;
        using var scope = torch.NewDisposeScope();

        // One pass says that all are in range, or that one has to be looked for, as where one is not a number.
        if (target.numel() == 0)
            return;
        (Tensor lowest, Tensor highest) = target.aminmax();
        if (lowest.to_type(ScalarType.Float64).item<double>() >= UnitTargets.Least
            && highest.to_type(ScalarType.Float64).item<double>() < UnitTargets.Most)
            return;
        Tensor isBad = target.lt(Hold(UnitTargets.Least)).logical_or(target.ge(Hold(UnitTargets.Most)));
        if (definition.IgnoreIndex is int ignored)
            isBad = isBad.logical_and(target.ne(Hold(ignored)));
        if (isBad.any().item<bool>())
            throw UnitTargets.Bad(definition, target.masked_select(isBad)[0].to_type(ScalarType.Float64).item<double>());
    }

    // The target's spatial extents.
    private static long[] Spatial(LossDefinition definition, long[] x, long[] y, bool hasLabels, string name)
    {
        long n = x[0], c = x[1], channels = c + (definition.DropLastTargetChannel ? 1 : 0);
        long[]? spatial = null;
        string needed;
        if (hasLabels)
        {
            needed = $"(N, spatial...) or (N, 1, spatial...) with N = {n}";
            if (y.Length == x.Length - 1 && y[0] == n)
                spatial = y.AsSpan(1).ToArray();
            else if (y.Length == x.Length && y[0] == n && y[1] == 1)
                spatial = y.AsSpan(2).ToArray();
        }
        else if (definition.TargetClassAxis == ClassAxis.Last)
        {
            needed = $"(N, spatial..., {channels}) with N = {n}";
            if (y.Length == x.Length && y[0] == n && y[y.Length - 1] == channels)
                spatial = y.AsSpan(1, y.Length - 2).ToArray();
        }
        else
        {
            needed = $"(N, {channels}, spatial...) with N = {n}";
            if (y.Length == x.Length && y[0] == n && y[1] == channels)
                spatial = y.AsSpan(2).ToArray();
            else if (channels == 1 && y.Length == x.Length - 1 && y[0] == n)
                spatial = y.AsSpan(1).ToArray();
        }

        if (spatial is null)
        {
            string dropped = channels > c ? $" ({c} classes and the channel that is dropped)" : "";
            string hint = hasLabels ? OneHotHint(definition, x, y, channels) : "";
            throw new ArgumentException(
                $"target has the shape {Text(y)}; with {name} of shape {Text(x)} it must be {needed}{dropped}.{hint}", "target");
        }

        if (Array.IndexOf(spatial, 0) >= 0)
            throw new ArgumentException($"target has the shape {Text(y)}; each extent must be at least 1.", "target");
        CallRules.Sizes(definition, x.AsSpan(2), spatial, "target");
        return spatial;
    }

    // Integers where a dense target would fit, as one_hot gives them.
    private static string OneHotHint(LossDefinition definition, long[] x, long[] y, long channels)
    {
        bool isLast = definition.TargetClassAxis == ClassAxis.Last;
        if (y.Length != x.Length || y[isLast ? y.Length - 1 : 1] != channels)
            return "";
        return definition.Target == TargetKind.Index
            ? " Of a one-hot target take the indices: target.argmax(1)."
            : " Integers are class indices; a one-hot target is of a floating type or Bool: "
                + "convert it with target.to_type(ScalarType.Float32).";
    }

    /// <summary>
    /// The tensor's numbers are in memory. Others have the types and shapes of such, and most of what can be asked of them ends in an
    /// exception of libtorch's.
    /// </summary>
    public static void Strided(Tensor tensor, string name)
    {
        if (tensor.is_sparse)
            throw new ArgumentException($"{name} is sparse; a loss needs all elements in memory. Pass {name}.to_dense().", name);
        if (tensor.is_quantized())
            throw new ArgumentException($"{name} is quantized; a loss needs numbers. Pass {name}.dequantize().", name);
        if (tensor.is_meta)
            throw new ArgumentException($"{name} is on the meta device and has no numbers; a loss needs them.", name);
    }

    private static void AsStored(Tensor tensor, string name)
    {
        if (tensor.is_neg())
        {
            throw new ArgumentException(
                $"{name} is a tensor that is negated when it is read (an imaginary part of a conjugate). Pass {name}.resolve_neg(), "
                    + "or call forward, then backward.",
                name);
        }
    }

    private static void Contiguous(Tensor tensor, string name)
    {
        if (!tensor.is_contiguous())
            throw new ArgumentException($"{name} is not contiguous. Pass {name}.contiguous(), or call forward, then backward.", name);
    }

    /// <summary>Two tensors are on the same device.</summary>
    public static void Together(Tensor tensor, string name, Tensor logits, string logitsName)
    {
        if (logits.device_type == tensor.device_type && logits.device_index == tensor.device_index)
            return;
        throw new ArgumentException(
            $"{name} is on {tensor.device} and {logitsName} on {logits.device}; they must be on the same device.", name);
    }

    private static void Constant(Tensor tensor, string name)
    {
        if (tensor.requires_grad && torch.is_grad_enabled())
        {
            throw new ArgumentException(
                $"{name} requires a gradient, but a loss has one only at its logits. Pass {name}.detach().", name);
        }
    }

    // Nothing that is read may be written, whichever of both is larger.
    private static void Separate(Tensor gradient, Tensor other, string name)
    {
        long first = TensorMemory.Data(gradient), second = TensorMemory.Data(other);
        if (first < second + (other.numel() * other.element_size()) && second < first + (gradient.numel() * gradient.element_size()))
            throw new ArgumentException($"gradient and {name} share memory; the gradient needs its own.", nameof(gradient));
    }

    // TorchSharp's own property takes a hundred times as long.
    private static long[] Shape(Tensor tensor)
    {
        var shape = new long[tensor.dim()];
        for (int axis = 0; axis < shape.Length; axis++)
            shape[axis] = tensor.size(axis);
        return shape;
    }

    /// <summary>A shape as messages give it.</summary>
    public static string Text(long[] shape) => "(" + string.Join(", ", shape) + ")";
}
