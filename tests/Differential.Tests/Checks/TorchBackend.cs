using System.Reflection;
using LossGen.Differential.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Differential.Checks;

/// <summary>
/// One of the two roads of a module: the kernels inside a custom autograd function, or tensor operations as on another device.
/// </summary>
/// <param name="Operations">Tensor operations.</param>
/// <param name="Type">The floating type of logits and dense target.</param>
internal readonly record struct TorchRoad(bool Operations, ScalarType Type)
{
    public static readonly TorchRoad Kernel = new(false, ScalarType.Float64);

    public static readonly TorchRoad InOperations = new(true, ScalarType.Float64);

    public static readonly TorchRoad InSingle = new(true, ScalarType.Float32);

    public override string ToString() =>
        $"TorchSharp {(Operations ? "operations" : "kernel")} in {(Type == ScalarType.Float64 ? "double" : "float")}";
}

/// <summary>The generated TorchSharp modules.</summary>
internal static class TorchBackend
{
    // Formulas are tried on several threads at once.
    static TorchBackend() => set_num_threads(1);

    public static Found Run(ILoss loss, Batch batch, double[] upstream, TorchRoad road) => On(loss, road, () =>
    {
        Tensor logits = Logits(batch, road.Type).requires_grad_();
        Tensor value = Call(loss, batch, logits, road.Type);
        if (value.dtype != road.Type)
            throw new CheckFailedException($"the value is {value.dtype}");
        double[] elements = Numbers(value);
        if (upstream.Length != elements.Length)
            upstream = [.. Enumerable.Repeat(1.0, elements.Length)];
        value.backward([tensor(upstream, value.shape, road.Type)]);
        return new Found(elements, Numbers(logits.grad ?? zeros_like(logits)));
    });

    /// <summary>The derivative, along one direction, of the gradient's part in another: what a second backward pass gives.</summary>
    public static double Curvature(ILoss loss, Batch batch, double[] upstream, double[] direction, double[] probe, TorchRoad road) =>
        On(loss, road, () =>
    {
        Tensor logits = Logits(batch, road.Type).requires_grad_();
        Tensor value = Call(loss, batch, logits, road.Type);
        Tensor gradient = autograd.grad([value], [logits], [tensor(upstream, value.shape, road.Type)], retain_graph: true,
            create_graph: true)[0];
        if (!gradient.requires_grad)
            return 0;
        Tensor along = tensor(probe, logits.shape, road.Type);
        gradient.mul(along).sum().backward();
        return logits.grad is { } second ? second.mul(tensor(direction, logits.shape, road.Type)).sum().item<double>() : 0;
    });

    /// <summary>Runs something with a loss on a road.</summary>
    public static T On<T>(ILoss loss, TorchRoad road, Func<T> run)
    {
        PropertyInfo force = loss.GetType().Assembly.GetType("LossGen.Generated.TorchLoss", throwOnError: true)!
            .GetProperty("ForceTensorOperations", BindingFlags.Static | BindingFlags.NonPublic)!;
        using DisposeScope scope = NewDisposeScope();
        force.SetValue(null, road.Operations);
        try
        {
            return run();
        }
        finally
        {
            force.SetValue(null, false);
        }
    }

    private static Tensor Call(ILoss loss, Batch batch, Tensor logits, ScalarType type)
    {
        Tensor target = Target(loss, batch, type);
        if (batch.Maps.Length == 0)
            return ((nn.Module<Tensor, Tensor, Tensor>)loss).call(logits, target);
        LossShape shape = batch.Shape;
        IEnumerable<Tensor> maps = batch.Maps.Zip(loss.Definition.Inputs, (map, input) => tensor(
            map, input.Kind == InputKind.Element ? [shape.Batch, shape.Classes, .. batch.Spatial] : [shape.Batch, .. batch.Spatial], type));
        return ModuleCall.Forward((nn.Module)loss, [logits, target, .. maps]);
    }

    private static Tensor Logits(Batch batch, ScalarType type) =>
        tensor(batch.Logits, [batch.Shape.Batch, batch.Shape.Classes, .. batch.LogitSpatial], type);

    private static Tensor Target(ILoss loss, Batch batch, ScalarType type)
    {
        LossShape shape = batch.Shape;
        if (batch.Labels is { } labels)
            return tensor(labels, [shape.Batch, .. batch.Spatial]);
        int channels = shape.Classes + (loss.Definition.DropLastTargetChannel ? 1 : 0);
        return tensor(batch.Dense!, loss.Definition.TargetClassAxis == ClassAxis.Last
            ? [shape.Batch, .. batch.Spatial, channels]
            : [shape.Batch, channels, .. batch.Spatial], type);
    }

    private static double[] Numbers(Tensor of) => of.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
}
