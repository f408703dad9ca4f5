namespace LossGen.Generated;

using System;
using LossGen.Kernels;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>What the generated modules call: checks, then the road that fits the tensors.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TorchLoss
{
    /// <summary>Makes tensors on the CPU take the tensor operations too, on this thread. For tests.</summary>
    [field: ThreadStatic]
    internal static bool ForceTensorOperations { get; set; }

    /// <summary>The loss of a batch: part of the autograd graph where the logits are.</summary>
    public static Tensor Forward(
        ILoss loss, TensorOperations? index, TensorOperations? dense, LossComponents? components, Tensor input, Tensor target,
        params Tensor[] inputs)
    {
        LossDefinition definition = loss.Definition;
        BatchShape shape = TorchChecks.Batch(definition, input, target, nameof(input));
        TorchChecks.Inputs(definition, shape, input, inputs);
        double[] parameters = Parameters(loss, shape);
        using var scope = torch.NewDisposeScope();
        bool usesKernel = UsesKernel(input);
        TensorDevice? device = usesKernel ? null : DeviceLoss.Find(loss, input);

        // Kernels resize by themselves.
        if (shape.IsResized && !usesKernel && device is null)
            input = Resized(input, shape.Spatial, definition.Resize);
        Prepare(definition, shape, usesKernel, device is not null, ref input, ref target, inputs);
        var call = new LossCall(loss, parameters, (shape.HasLabels ? index : dense)!, shape, usesKernel, input.dtype, device: device);
        return LossBackward.Value(input, target, call, inputs, components).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The value, and the backward pass of what made the logits: what forward and backward do, but for a node of the graph and the calls to
    /// and from it.
    /// </summary>
    public static double Backward(
        ILoss loss, TensorOperations? index, TensorOperations? dense, LossComponents? components, Tensor logits, Tensor target,
        double upstream, params Tensor[] inputs)
    {
        LossDefinition definition = loss.Definition;
        BatchShape shape = TorchChecks.Batch(definition, logits, target, nameof(logits));
        TorchChecks.Inputs(definition, shape, logits, inputs);
        if (definition.Reduction == Reduction.None)
        {
            throw new InvalidOperationException(
                $"{definition.Name} declares Reduction.None and has many values; call forward, then backward with a gradient of the "
                    + "values' shape.");
        }

        if (!logits.requires_grad)
        {
            throw new InvalidOperationException(
                "logits do not require a gradient, so there is nothing to go back to: were they made under no_grad, or detached? "
                    + "For the value alone call forward; for the gradient at the logits, EvaluateWithGradient.");
        }

        CallRules.Upstream(upstream);
        using var scope = torch.NewDisposeScope();
        if (!UsesKernel(logits))
        {
            using var recorded = torch.enable_grad();
            Tensor value = Forward(loss, index, dense, components, logits, target, inputs);
            value.backward(new[] { torch.full_like(value, Hold(upstream)) });
            double result = value.to_type(ScalarType.Float64).item<double>();
            if (double.IsNaN(result))
                DeviceLoss.ReportFault(loss, logits);
            return result;
        }

        Tensor read = logits.detach();
        Prepare(definition, shape, usesKernel: true, usesDevice: false, ref read, ref target, inputs);

        // New memory each time: a leaf that reaches the logits through a view keeps what it is handed as its own gradient.
        Tensor gradient = TensorMemory.NewGradient(read);
        double number = Run(loss, shape, components, read, target, gradient, upstream, inputs);
        logits.backward(new[] { gradient });
        return number;
    }

    /// <summary>The run-time parameters as they are now: the backward pass takes the same.</summary>
    public static double[] Parameters(ILoss loss, BatchShape shape)
    {
        int classes = checked((int)shape.Classes), count = loss.ParameterCount(classes);
        if (count == 0)
            return Array.Empty<double>();
        var parameters = new double[count];
        loss.WriteParameters(parameters, classes);
        return parameters;
    }

    /// <summary>The value, and its gradient into a tensor of the caller's: no autograd graph, no callback.</summary>
    public static double EvaluateWithGradient(
        ILoss loss, LossComponents? components, Tensor logits, Tensor target, Tensor gradient, double upstream, params Tensor[] inputs)
    {
        LossDefinition definition = loss.Definition;
        BatchShape shape = TorchChecks.Batch(definition, logits, target, nameof(logits));
        TorchChecks.Inputs(definition, shape, logits, inputs);
        TorchChecks.Direct(definition, shape, logits, target, inputs, gradient);
        CallRules.Upstream(upstream);
        return Run(loss, shape, components, logits, target, gradient, upstream, inputs);
    }

    /// <summary>Whether logits are for the kernels of the CPU.</summary>
    public static bool UsesKernel(Tensor logits) =>
        logits.device_type == DeviceType.CPU && !ForceTensorOperations && TensorDevice.Forced is null;

    /// <summary>Logits of the target's spatial size, a part of the graph.</summary>
    public static Tensor Resized(Tensor logits, long[] spatial, Resize resize)
    {
        InterpolationMode mode = spatial.Length switch
        {
            1 => InterpolationMode.Linear,
            2 => InterpolationMode.Bilinear,
            _ => InterpolationMode.Trilinear
        };
        return torch.nn.functional.interpolate(logits, size: spatial, mode: mode, align_corners: resize != Resize.LinearUnaligned);
    }

    /// <summary>Tensors as the road reads them: of its types and layouts. Those that are so already are the same objects.</summary>
    public static void Prepare(
        LossDefinition definition, BatchShape shape, bool usesKernel, bool usesDevice, ref Tensor input, ref Tensor target, Tensor[] inputs)
    {
        if (usesDevice)
        {
            input = DeviceLoss.Readable(input, hasClasses: true);
            target = DeviceLoss.ReadableTarget(definition, shape, input, target);
        }
        else
        {
            input = usesKernel ? TensorMemory.Readable(input) : TensorMemory.Contiguous(input);
            target = TensorMemory.Contiguous(target);
        }

        bool isChecked = input.device_type == DeviceType.CPU && !usesKernel && !usesDevice;
        if (usesKernel && !shape.HasLabels && !TensorMemory.IsDenseType(target.dtype))
            target = target.to_type(TensorMemory.KernelType(input));
        if (isChecked && shape.HasLabels)
            TorchChecks.LabelRange(definition, shape, target);
        if (isChecked && !shape.HasLabels)
            TorchChecks.UnitTarget(definition, target);
        for (int k = 0; k < inputs.Length; k++)
        {
            if ((usesKernel || usesDevice) && inputs[k].dtype != TensorMemory.KernelType(input))
                inputs[k] = inputs[k].to_type(TensorMemory.KernelType(input));
            inputs[k] = TensorMemory.Contiguous(inputs[k]);
        }
    }

    /// <summary>Value and gradient in one call of the kernels.</summary>
    public static double Run(
        ILoss loss, BatchShape shape, LossComponents? components, Tensor logits, Tensor target, Tensor gradient, double upstream,
        Tensor[] inputs)
    {
        CpuCall call = TensorMemory.NewCall(CpuMode.ValueAndGradient, logits, target, shape.HasLabels, shape.ToLossShape());
        call.SetAddresses(TensorMemory.Data(logits), TensorMemory.Data(target), gradient: TensorMemory.Data(gradient));
        Span<nint> addresses = stackalloc nint[inputs.Length];
        TensorMemory.Data(inputs, addresses);
        call.SetInputs(addresses);
        double[] arriving = upstream == 1 ? Array.Empty<double>() : new[] { upstream };
        call.Run(loss, Array.Empty<double>(), arriving, Array.Empty<double>(), Array.Empty<double>(), components);
        GC.KeepAlive(logits);
        GC.KeepAlive(target);
        GC.KeepAlive(inputs);
        GC.KeepAlive(gradient);
        return call.Value;
    }
}
