namespace LossGen.Generated;

using System;
using LossGen.Kernels;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// One call of a loss: what the backward pass needs besides logits and target, which are a few sums and the parameters as they
/// were.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class LossCall
{
    private readonly ILoss loss;
    private readonly double[] parameters;
    private readonly TensorOperations operations;
    private readonly BatchShape shape;
    private readonly bool usesKernel;

    // Logits come as they are: what has no kernels after all resizes them here.
    private readonly bool resizes;
    private readonly Resize resize;

    // Embeddings come as they are: what has no kernels after all makes the matrix of their pairs here.
    private readonly bool makesPairs;
    private readonly ElementAxes axes;
    private readonly double[] statistics;
    private readonly LabelGrid grid;
    private readonly long keptBytes;
    private Tensor? value;
    private Tensor? memory;
    private Tensor[]? kept;
    private TensorDevice? device;
    private Tensor? sums;

    public LossCall(
        ILoss loss, double[] parameters, TensorOperations operations, BatchShape shape, bool usesKernel, ScalarType type,
        LabelGrid grid = default, TensorDevice? device = null, bool isMatrix = false, Resize resize = Resize.None)
    {
        this.grid = grid;
        this.resize = resize != Resize.None ? resize : loss.Definition.Resize;
        this.device = device;
        this.loss = loss;
        this.parameters = parameters;
        this.operations = operations;
        this.shape = shape;
        this.usesKernel = usesKernel;
        resizes = shape.IsResized && (usesKernel || device is not null);
        makesPairs = loss.Definition.Pairs != Pairs.None && !isMatrix;
        var measure = new CpuCall
        {
            Mode = CpuMode.Measure,
            IsMatrix = isMatrix,
            Shape = shape.ToResizedLossShape(),
            TargetElement = shape.HasLabels ? TargetElement.Int64 : TargetElement.Single,
            LogitElement = type == ScalarType.Float64 ? LogitElement.Double : LogitElement.Single,
        };
        loss.Run(ref measure);
        axes = measure.ElementAxes;
        keptBytes = measure.KeptBytes;
        statistics = usesKernel ? new double[measure.StatisticsLength] : Array.Empty<double>();
    }

    /// <summary>Tells whether the graph behind the value is retained.</summary>
    public GraphToken Token { get; } = new();

    /// <summary>The name of the loss.</summary>
    public string Name => loss.Definition.Name;

    /// <summary>How many inputs the loss has beside logits and target.</summary>
    public int InputCount => loss.Definition.Inputs.Count;

    private bool IsReduced => axes == ElementAxes.None;

    /// <summary>Computes the value.</summary>
    /// <param name="logits">Logits as the road reads them.</param>
    /// <param name="target">The target, too.</param>
    /// <param name="inputs">The loss's own inputs, too.</param>
    /// <param name="components">Where to leave the components.</param>
    /// <param name="isRecorded">A backward pass may follow: what was sorted, or found around each pixel, is left for it.</param>
    public void Evaluate(Tensor logits, Tensor target, Tensor[] inputs, LossComponents? components, bool isRecorded)
    {
        if (usesKernel && isRecorded && keptBytes > 0)
            memory = TensorMemory.NewBytes(keptBytes).DetachFromDisposeScope();
        try
        {
            if (device is not null)
                value = DeviceValue(device, logits, target, inputs, components, isRecorded);
            value ??= usesKernel
                ? KernelValue(logits, target, inputs, components)
                : OperationsValue(logits, target, inputs, components, isRecorded);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Lets go of what was kept for the backward pass.</summary>
    public void Release()
    {
        memory?.Dispose();
        memory = null;
        sums?.Dispose();
        sums = null;
        foreach (Tensor statistic in kept ?? Array.Empty<Tensor>())
            statistic.Dispose();
        kept = null;
    }

    /// <summary>
    /// Hands over the value, which has no graph and is no view, so that it may be changed in place as that of torch's losses.
    /// </summary>
    public Tensor TakeValue()
    {
        Tensor taken = value!;
        value = null;
        return taken;
    }

    /// <summary>The gradient at the logits. It can be differentiated again where that was asked for.</summary>
    public Tensor Gradient(Tensor logits, Tensor target, Tensor[] inputs, Tensor upstream)
    {
        if (usesKernel && !torch.is_grad_enabled())
            return KernelGradient(logits, target, inputs, upstream);
        if (device is not null && sums is not null && !torch.is_grad_enabled())
            return DeviceGradient(device, sums, logits, target, inputs, upstream);
        if (makesPairs)
            return PairGradient(logits, target, upstream);
        (Tensor sampled, inputs) = Sampled(target, inputs);

        // The kernels resize by themselves; what is differentiated again, or has none, goes through torch's resize.
        bool isDifferentiated = torch.is_grad_enabled();
        Tensor small = resizes && !isDifferentiated ? logits.detach().requires_grad_() : logits;
        Tensor full = resizes ? Resized(small) : logits;
        using var scope = torch.NewDisposeScope();
        Tensor arrived = upstream.to_type(TensorMemory.KernelType(logits)).reshape(AxisExtents());
        Tensor gradient = OperationsGradient(new LaidTensors(loss.Definition, shape, full, sampled, inputs), arrived, isDifferentiated)
            .reshape(shape.FullShape()).to_type(logits.dtype);
        if (resizes)
            gradient = torch.autograd.grad(new[] { full }, new[] { small }, new[] { gradient }, create_graph: isDifferentiated)[0];
        return scope.MoveToOuter(gradient);
    }

    // At logits of the target's size, (N, C, S). What is to be differentiated again has to be made anew, as a part of the graph.
    private Tensor OperationsGradient(LaidTensors tensors, Tensor upstream, bool isDifferentiated)
    {
        if (kept is not null && !isDifferentiated && operations.HasGradientOfParts && PartwiseOperations.AreWorthwhile(tensors))
            return Partwise(tensors).Gradient(kept, upstream, Token.IsReleased);
        using var input = new TensorInput(loss.Definition, parameters, tensors, PixelPart.Whole(tensors.Shape))
        { MayTakeStatistics = Token.IsReleased };
        Tensor[] statistics = kept is not null && !isDifferentiated ? kept : input.KeepAll(operations.Statistics(input));
        Tensor[] read = operations.WithSlopes(input, statistics, upstream);
        Tensor gradient = input.Keep(operations.Gradient(input, read, upstream));
        return input.Return(gradient.expand(shape.Batch, shape.Classes, shape.Pixels));
    }

    private PartwiseOperations Partwise(LaidTensors tensors) => new(operations, loss.Definition, parameters, tensors);

    // Of the target's size, with what takes the gradient back.
    private Tensor Resized(Tensor logits)
    {
        using var recorded = torch.enable_grad();
        return TorchLoss.Resized(logits, shape.Spatial, resize);
    }

    // At embeddings: the gradient at their matrix, which is made anew, and then that of the matrix.
    private Tensor PairGradient(Tensor embeddings, Tensor labels, Tensor upstream)
    {
        bool isDifferentiated = torch.is_grad_enabled();
        using var scope = torch.NewDisposeScope();
        LossDefinition definition = loss.Definition;
        Tensor at = isDifferentiated ? embeddings : embeddings.detach().requires_grad_(), matrix;
        using (torch.enable_grad())
            matrix = PairTensors.Matrix(definition.Pairs, at);
        Tensor same = PairTensors.Target(definition, embeddings, labels);
        using var input = new TensorInput(definition, parameters, PairLoss.MatrixShape(matrix), matrix, same, Array.Empty<Tensor>());
        Tensor arrived = input.Keep(upstream.to_type(input.X.dtype).reshape(AxisExtents()));
        Tensor[] read = operations.WithSlopes(input, input.KeepAll(operations.Statistics(input)), arrived);
        Tensor gradient = input.Keep(operations.Gradient(input, read, arrived)).expand(matrix.shape);
        return input.Return(torch.autograd.grad(new[] { matrix }, new[] { at }, new[] { gradient }, retain_graph: isDifferentiated,
            create_graph: isDifferentiated)[0]).MoveToOuterDisposeScope();
    }

    // Kernels read a finer target, and maps of its size, as they are; operations take what a coarser grid reads of them.
    private (Tensor Target, Tensor[] Inputs) Sampled(Tensor target, Tensor[] inputs) => grid.IsSampled
        ? (TorchLevels.SampleTarget(loss.Definition, target, shape, grid.Sampling),
        Array.ConvertAll(inputs, map => TorchLevels.Sample(map, shape.Spatial, grid.Sampling)))
        : (target, inputs);

    private Tensor OperationsValue(Tensor logits, Tensor target, Tensor[] inputs, LossComponents? components, bool isRecorded)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        (target, inputs) = Sampled(target, inputs);
        Tensor full = makesPairs ? PairTensors.Matrix(loss.Definition.Pairs, logits)
            : resizes ? TorchLoss.Resized(logits, shape.Spatial, resize) : logits;
        if (makesPairs)
            target = PairTensors.Target(loss.Definition, logits, target);
        BatchShape extents = makesPairs ? PairLoss.MatrixShape(full) : shape;
        var tensors = new LaidTensors(loss.Definition, extents, full, target, inputs);
        StatisticPart[]? parts = PartwiseOperations.AreWorthwhile(tensors) ? operations.StatisticParts : null;
        using TensorInput input = parts is null ? new TensorInput(loss.Definition, parameters, tensors, PixelPart.Whole(extents))
            : TensorInput.OfNumbers(loss.Definition, parameters, tensors);
        Tensor[] statistics = input.KeepAll(parts is null ? operations.Statistics(input) : Partwise(tensors).Statistics(parts));
        Tensor result = components is null
            ? input.Keep(operations.Value(input, statistics))
            : OperationsComponents(input, statistics, components);
        Tensor value = result.expand(AxisExtents()).reshape(ElementShape()).to_type(logits.dtype).contiguous().detach();

        // What a formula leaves as it is would be the caller's own memory, or what is kept, and the value may be changed in place.
        value = scope.MoveToOuter(input.Return(value.clone()));
        if (isRecorded && !makesPairs)
            kept = Array.ConvertAll(statistics, statistic => input.Return(statistic).DetachFromDisposeScope());
        return value;
    }

    // Null where the kernels do not compile: from then on the call is one of tensor operations.
    private Tensor? DeviceValue(TensorDevice device, Tensor logits, Tensor target, Tensor[] inputs, LossComponents? components,
        bool isRecorded)
    {
        using var noGradient = torch.no_grad();
        ScalarType type = IsReduced ? ScalarType.Float64 : TensorMemory.KernelType(logits);
        Tensor value = torch.empty(ElementShape(), dtype: type, device: logits.device);
        Tensor? left = DeviceLoss.Forward(loss, device, shape, grid, resize, logits, target, inputs, parameters, value, components);
        if (left is null)
        {
            this.device = null;
            value.Dispose();
            return null;
        }

        if (isRecorded)
            sums = left.DetachFromDisposeScope();
        else
            left.Dispose();
        if (type == logits.dtype)
            return value;
        using (value)
            return value.to_type(logits.dtype);
    }

    private Tensor DeviceGradient(TensorDevice device, Tensor sums, Tensor logits, Tensor target, Tensor[] inputs, Tensor upstream)
    {
        Tensor gradient = torch.empty_like(logits);
        if (DeviceTensor.Strides(gradient, hasClasses: true) is null)
            gradient = torch.empty(logits.shape, dtype: logits.dtype, device: logits.device);
        Tensor arrived = TensorMemory.Contiguous(upstream.to_type(TensorMemory.KernelType(logits)));
        DeviceLoss.Backward(loss, device, shape, grid, resize, logits, target, inputs, parameters, sums, arrived, gradient);
        return gradient;
    }

    // The components stay where they are until somebody reads them: that is what waits for the device.
    private Tensor OperationsComponents(TensorInput input, Tensor[] statistics, LossComponents components)
    {
        Tensor[] parts = operations.Components(input, statistics);
        int terms = loss.Definition.Components.Count;
        for (int k = 0; k < parts.Length; k++)
            parts[k] = k <= terms ? parts[k].reshape(1) : parts[k].expand(1, shape.Classes, 1).reshape(shape.Classes);
        Tensor all = input.Keep(torch.cat(parts));
        Tensor others = all.narrow(0, 1, all.shape[0] - 1).clone().DetachFromDisposeScope();
        components.Defer(loss, checked((int)shape.Classes), values =>
        {
            using var scope = torch.NewDisposeScope();
            Numbers(others.cpu()).CopyTo(values, 0);
            others.Dispose();
        });
        return input.Keep(all.narrow(0, 0, 1).clone());
    }

    private Tensor KernelValue(Tensor logits, Tensor target, Tensor[] inputs, LossComponents? components)
    {
        Tensor? elements = null;
        double[] small = Array.Empty<double>();
        if (axes.HasFlag(ElementAxes.Pixel))
            elements = torch.empty(ElementShape(), dtype: TensorMemory.KernelType(logits), device: torch.CPU);
        else if (!IsReduced)
            small = new double[ElementCount()];

        CpuCall call = TensorMemory.NewCall(CpuMode.Value, logits, target, shape.HasLabels, shape.ToLossShape());
        call.Grid = grid;
        call.Resize = resize;
        call.SetAddresses(
            TensorMemory.Data(logits), TensorMemory.Data(target), elements: elements is null ? 0 : TensorMemory.Data(elements));
        Span<nint> addresses = stackalloc nint[inputs.Length];
        TensorMemory.Data(inputs, addresses);
        call.SetInputs(addresses);
        call.SetKept(memory is null ? 0 : TensorMemory.Data(memory));
        call.Run(loss, statistics, Array.Empty<double>(), small, parameters, components);
        GC.KeepAlive(logits);
        GC.KeepAlive(target);
        GC.KeepAlive(inputs);
        GC.KeepAlive(elements);
        GC.KeepAlive(memory);
        return elements?.to_type(logits.dtype) ?? (IsReduced
            ? TensorMemory.NewNumber(call.Value, logits.dtype)
            : torch.tensor(small, ElementShape(), dtype: logits.dtype, device: torch.CPU));
    }

    // One pass over the pixels, from the sums that the value left.
    private Tensor KernelGradient(Tensor logits, Tensor target, Tensor[] inputs, Tensor upstream)
    {
        Tensor gradient = TensorMemory.NewGradient(logits);
        bool isPixel = axes.HasFlag(ElementAxes.Pixel);
        Tensor? arrived = isPixel ? upstream.to_type(TensorMemory.KernelType(logits)).contiguous() : null;
        double[] small = isPixel ? Array.Empty<double>() : Numbers(upstream);

        CpuCall call = TensorMemory.NewCall(CpuMode.Gradient, logits, target, shape.HasLabels, shape.ToLossShape());
        call.LabelsChecked = true;
        call.Grid = grid;
        call.Resize = resize;
        call.SetAddresses(
            TensorMemory.Data(logits), TensorMemory.Data(target), TensorMemory.Data(gradient),
            upstreamElements: arrived is null ? 0 : TensorMemory.Data(arrived));
        Span<nint> addresses = stackalloc nint[inputs.Length];
        TensorMemory.Data(inputs, addresses);
        call.SetInputs(addresses);
        call.SetKept(memory is null ? 0 : TensorMemory.Data(memory));
        call.Run(loss, statistics, small, Array.Empty<double>(), parameters);
        GC.KeepAlive(logits);
        GC.KeepAlive(target);
        GC.KeepAlive(inputs);
        GC.KeepAlive(arrived);
        GC.KeepAlive(memory);
        return gradient;
    }

    private static double[] Numbers(Tensor tensor) => tensor.numel() == 1 && TensorMemory.Number(tensor) is double one
        ? new[] { one }
        : tensor.to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray();

    // The extents of the value among (N, C, S): 1 where it does not vary.
    private long[] AxisExtents() => new[]
    {
        axes.HasFlag(ElementAxes.Batch) ? shape.Batch : 1,
        axes.HasFlag(ElementAxes.Class) ? shape.Classes : 1,
        axes.HasFlag(ElementAxes.Pixel) ? shape.Pixels : 1,
    };

    private long ElementCount()
    {
        long[] extents = AxisExtents();
        return extents[0] * extents[1] * extents[2];
    }

    // The shape of the value as the user gets it: only the axes that it has, the pixels as the images have them.
    private long[] ElementShape()
    {
        int rank = 0;
        var result = new long[2 + shape.Spatial.Length];
        if (axes.HasFlag(ElementAxes.Batch))
            result[rank++] = shape.Batch;
        if (axes.HasFlag(ElementAxes.Class))
            result[rank++] = shape.Classes;
        if (axes.HasFlag(ElementAxes.Pixel))
        {
            shape.Spatial.CopyTo(result, rank);
            rank += shape.Spatial.Length;
        }

        return result.AsSpan(0, rank).ToArray();
    }
}
