using LossGen.Cpu;
using LossGen.Differential.Checks;
using LossGen.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>
/// One call of a declared loss: logits over (N, C, S), class indices over (N, S) or a dense target over (N, C, S). Each of its maps is 1.
/// </summary>
internal sealed record RoadCall(LossShape Shape, double[] Logits, long[]? Labels, double[]? Dense);

/// <summary>The value and the gradient of a call on each road that a loss can take.</summary>
internal static class Roads
{
    /// <summary>The names of the roads, and the type that they compute in.</summary>
    public static readonly (string Name, ScalarType Type, Func<ILoss, RoadCall, Found> Run)[] All =
    [
        ("kernels in float", ScalarType.Float32, (loss, call) => Torch(loss, call, new(false, ScalarType.Float32))),
        ("kernels in double", ScalarType.Float64, (loss, call) => Torch(loss, call, TorchRoad.Kernel)),
        ("operations in float", ScalarType.Float32, (loss, call) => Torch(loss, call, TorchRoad.InSingle)),
        ("operations in double", ScalarType.Float64, (loss, call) => Torch(loss, call, TorchRoad.InOperations)),
        ("operations in half", ScalarType.Float16, (loss, call) => Torch(loss, call, new(true, ScalarType.Float16))),
    ];

    /// <summary>The reference's value.</summary>
    public static double Reference(ILoss loss, RoadCall call)
    {
        double[][] maps = [.. loss.Definition.Inputs.Select(input => Ones(call, input.Kind))];
        ReferenceCall reference = call.Labels is { } labels ? new(loss, call.Shape, labels, maps) : new(loss, call.Shape, call.Dense!,
            maps);
        return reference.Evaluate(call.Logits).Data[0];
    }

    public static Found Torch(ILoss loss, RoadCall call, TorchRoad road)
    {
        using var module = (nn.Module)loss;
        return TorchBackend.On(loss, road, () =>
        {
            long[] full = [call.Shape.Batch, call.Shape.Classes, call.Shape.Pixels], flat = [call.Shape.Batch, call.Shape.Pixels];
            Tensor logits = tensor(call.Logits, full).to_type(road.Type).requires_grad_();
            Tensor target = call.Labels is { } labels ? tensor(labels, flat) : tensor(call.Dense!, full).to_type(road.Type);
            Tensor[] maps = [.. loss.Definition.Inputs.Select(input => ones(input.Kind == InputKind.Element ? full : flat, road.Type))];
            Tensor value = ModuleCall.Forward(module, [logits, target, .. maps]);
            value.backward();
            return new Found(Numbers(value), Numbers(logits.grad!));
        });
    }

    private static double[] Ones(RoadCall call, InputKind kind) =>
        [.. Enumerable.Repeat(1.0, checked((int)(call.Shape.Batch * call.Shape.Pixels * (kind == InputKind.Element ? call.Shape.Classes
            : 1))))];

    private static double[] Numbers(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray();
}
