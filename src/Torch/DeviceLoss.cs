namespace LossGen.Generated;

using System;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LossGen.Gpu;
using LossGen.Kernels;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// The kernels of a kind of loss on a device and a stream. Memory is torch's, everything goes to torch's stream, and nothing waits.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class DeviceLoss
{
    private static readonly ConcurrentDictionary<(Type Loss, TensorDevice Device, nint Stream), DeviceLoss> s_all = new();
    private static readonly ConditionalWeakTable<ILoss, Note> s_notes = new();

    private readonly object gate = new();
    private readonly TensorDevice device;
    private readonly nint stream;
    private readonly GpuEvaluator evaluator;
    private readonly LossDefinition definition;
    private readonly DeviceFaults faults;

    // Why the kernels do not compile: they are not tried again.
    private volatile string? failure;

    private DeviceLoss(ILoss loss, TensorDevice device, nint stream)
    {
        this.device = device;
        this.stream = stream;
        definition = loss.Definition;
        evaluator = new GpuEvaluator(loss, device.Device, device.Allocate, device.Free);
        faults = new DeviceFaults(device);
    }

    /// <summary>Why the last call of a module on a GPU took torch's operations; null where its kernels ran, or there was none.</summary>
    public static string? Reason(ILoss loss) => s_notes.TryGetValue(loss, out Note? note) ? note.Reason : null;

    /// <summary>The device whose kernels a call takes; null where tensor operations are to be used, and the reason is noted.</summary>
    public static TensorDevice? Find(ILoss loss, Tensor logits)
    {
        if (TorchLoss.ForceTensorOperations || (TensorDevice.Forced is null && logits.device_type == DeviceType.CPU))
            return null;
        TensorDevice? device = null;
        string? reason = GpuEvaluator.WhyNot(loss);
        if (reason is null)
            device = TensorDevice.Of(logits, out reason);
        if (reason is null && s_all.TryGetValue((loss.GetType(), device!, device!.Stream), out DeviceLoss? known))
            reason = known.failure;
        Remember(loss, reason);
        return reason is null ? device : null;
    }

    /// <summary>The value into a tensor, and what the gradient needs; null where the kernels do not compile.</summary>
    public static Tensor? Forward(
        ILoss loss, TensorDevice device, BatchShape shape, in LabelGrid grid, Resize resize, Tensor logits, Tensor target, Tensor[] inputs,
            double[] parameters, Tensor value,
        LossComponents? components)
    {
        DeviceLoss own = Of(loss, device);
        own.Report(isEarlier: true);
        int classes = checked((int)shape.Classes);
        Tensor? shares = components is null
            ? null
            : torch.empty(new long[] { own.evaluator.ComponentLength(classes) }, dtype: ScalarType.Float64, device: logits.device);
        Tensor? sums = own.Forward(shape, grid, resize, logits, target, inputs, parameters, value, shares);
        if (sums is null)
            Remember(loss, own.failure);
        else if (shares is not null)
            Defer(loss, components!, classes, shares.DetachFromDisposeScope());
        return sums;
    }

    // The components stay on the device until somebody reads them: that is what waits for it.
    private static void Defer(ILoss loss, LossComponents components, int classes, Tensor shares) =>
        components.Defer(loss, classes, values =>
    {
        using (shares)
        {
            using Tensor read = shares.cpu();
            read.data<double>().ToArray().CopyTo(values, 0);
        }
    });

    /// <summary>The gradient, from what the value left.</summary>
    public static void Backward(
        ILoss loss, TensorDevice device, BatchShape shape, in LabelGrid grid, Resize resize, Tensor logits, Tensor target, Tensor[] inputs,
            double[] parameters, Tensor sums,
        Tensor upstream, Tensor gradient) =>
        Of(loss, device).Backward(shape, grid, resize, logits, target, inputs, parameters, sums, upstream, gradient);

    /// <summary>Says what was wrong with the target, once a value has been read that is NaN.</summary>
    public static void ReportFault(ILoss loss, Tensor logits)
    {
        if (GpuEvaluator.WhyNot(loss) is null
            && TensorDevice.Of(logits, out _) is { } device
            && s_all.TryGetValue((loss.GetType(), device, device.Stream), out DeviceLoss? own))
        {
            own.Report(isEarlier: false);
        }
    }

    /// <summary>A tensor whose pixels are evenly spaced, copied only where they are not.</summary>
    public static Tensor Readable(Tensor tensor, bool hasClasses)
    {
        tensor = TensorMemory.Stored(tensor);
        return DeviceTensor.Strides(tensor, hasClasses) is null ? tensor.contiguous() : tensor;
    }

    /// <summary>A target as the kernels read it: of a type that they know, its pixels evenly spaced.</summary>
    public static Tensor ReadableTarget(LossDefinition definition, BatchShape shape, Tensor logits, Tensor target)
    {
        target = TensorMemory.Stored(target);
        if (!shape.HasLabels && !TensorMemory.IsDenseType(target.dtype))
            target = target.to_type(TensorMemory.KernelType(logits));
        return TargetStrides(definition, shape, target) is null ? target.contiguous() : target;
    }

    private static DeviceLoss Of(ILoss loss, TensorDevice device)
    {
        var key = (loss.GetType(), device, device.Stream);
        return s_all.TryGetValue(key, out DeviceLoss? known)
            ? known
            : s_all.GetOrAdd(key, static (wanted, one) => new DeviceLoss(one, wanted.Item2, wanted.Item3), loss);
    }

    private static void Remember(ILoss loss, string? reason)
    {
        if (reason is null && !s_notes.TryGetValue(loss, out _))
            return;
        s_notes.GetValue(loss, static _ => new Note()).Reason = reason;
    }

    // Labels have one number a pixel; a dense target has its classes behind the images or last, or is of one class without an axis for it.
    private static GpuStrides? TargetStrides(LossDefinition definition, BatchShape shape, Tensor target)
    {
        if (shape.HasLabels || target.dim() == shape.Spatial.Length + 1)
            return DeviceTensor.Strides(target, hasClasses: false);
        if (definition.TargetClassAxis != ClassAxis.Last)
            return DeviceTensor.Strides(target, hasClasses: true);
        using Tensor second = target.movedim(new long[] { target.dim() - 1 }, new long[] { 1 });
        return DeviceTensor.Strides(second, hasClasses: true);
    }

    private Tensor? Forward(
        BatchShape shape, in LabelGrid grid, Resize resize, Tensor logits, Tensor target, Tensor[] inputs, double[] parameters,
            Tensor value, Tensor? shares)
    {
        lock (gate)
        {
            if (failure is not null)
                return null;
            device.Enter(stream);
            try
            {
                GpuBatch batch = Batch(shape, grid, resize, logits, target, inputs);
                try
                {
                    evaluator.Compile(batch);
                }
                catch (GpuException exception)
                {
                    failure = exception.Message;
                    return null;
                }

                Tensor sums = torch.empty(new[] { evaluator.SumLength(batch) }, dtype: ScalarType.Float64, device: logits.device);
                using Tensor fault = torch.empty(new long[] { 1 }, dtype: ScalarType.Int32, device: logits.device);
                evaluator.Forward(
                    batch, device.Address(value, isWritten: true), device.Address(sums, isWritten: true),
                        device.Address(fault, isWritten: true),
                    parameters, shares is null ? 0 : device.Address(shares, isWritten: true));
                device.Leave();
                faults.Watch(fault);
                return sums;
            }
            finally
            {
                device.Leave();
                KeepAlive(logits, target, inputs, value);
                GC.KeepAlive(shares);
            }
        }
    }

    private void Backward(
        BatchShape shape, in LabelGrid grid, Resize resize, Tensor logits, Tensor target, Tensor[] inputs, double[] parameters,
            Tensor sums, Tensor upstream, Tensor gradient)
    {
        lock (gate)
        {
            device.Enter(stream);
            try
            {
                GpuStrides strides = DeviceTensor.Strides(gradient, hasClasses: true)
                    ?? throw new InvalidOperationException("The gradient's pixels are not evenly spaced.");
                evaluator.Backward(
                    Batch(shape, grid, resize, logits, target, inputs), device.Address(sums, isWritten: true),
                        device.Address(gradient, isWritten: true), strides,
                    device.Address(upstream, isWritten: false), parameters: parameters);
            }
            finally
            {
                device.Leave();
                KeepAlive(logits, target, inputs, gradient);
                GC.KeepAlive(sums);
                GC.KeepAlive(upstream);
            }
        }
    }

    private static void KeepAlive(Tensor logits, Tensor target, Tensor[] inputs, Tensor result)
    {
        GC.KeepAlive(logits);
        GC.KeepAlive(target);
        GC.KeepAlive(inputs);
        GC.KeepAlive(result);
    }

    private GpuBatch Batch(BatchShape shape, in LabelGrid grid, Resize resize, Tensor logits, Tensor target, Tensor[] inputs)
    {
        CpuCall types = TensorMemory.NewCall(CpuMode.Measure, logits, target, shape.HasLabels, shape.ToResizedLossShape());
        return new GpuBatch
        {
            Shape = shape.ToLossShape(),
            Logits = device.Address(logits, isWritten: false),
            LogitElement = types.LogitElement,
            LogitStrides = DeviceTensor.Strides(logits, hasClasses: true),
            Target = PairTensors.ComparesColumns(definition.Pairs) ? 0 : device.Address(target, isWritten: false),
            TargetElement = types.TargetElement,
            TargetStrides = TargetStrides(definition, shape, target),
            Grid = grid,
            Resize = resize,
            Inputs = Array.ConvertAll(inputs, input => device.Address(input, isWritten: false)),
        };
    }

    private void Report(bool isEarlier)
    {
        if (!faults.Take())
            return;
        string when = isEarlier ? "An earlier call of" : "The call of";
        throw new ArgumentException(
            $"{when} {definition.Name} had a target with a label that there is no class for, or, where it was dense, a number that is no "
                + $"probability; its value is NaN. Labels are from 0 to C - 1{CallRules.OrIgnored(definition)}, dense targets from 0 to 1.",
            "target");
    }

    private sealed class Note
    {
        private volatile string? reason;

        public string? Reason
        {
            get => reason;
            set => reason = value;
        }
    }
}
