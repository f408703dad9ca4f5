using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Golden;

/// <summary>The TorchSharp module in double on the CPU: the kernels on the tensors' memory inside a custom autograd function.</summary>
internal class TorchBackend : Backend
{
    public override string Name => "torch";

    protected virtual ScalarType Type => ScalarType.Float64;

    public override Found Run(ILoss loss, Mapping mapping)
    {
        Feed feed = mapping.Feed;
        using IDisposable scope = NewDisposeScope();
        using var module = (nn.Module)loss;
        Tensor logits = tensor(feed.Logits.Data, Extents(feed.Logits), Type).requires_grad_(true);
        Tensor target = feed.HasLabels ? tensor(feed.LabelArray(), Extents(feed.Target)) : tensor(feed.Target.Data, Extents(feed.Target),
            Type);

        Tensor[] inputs = [.. feed.Inputs.Select((map, k) => Input(feed, map, loss.Definition.Inputs[k].Kind))];
        Tensor value = ModuleCall.Forward(module, [logits, target, .. inputs]);
        if (mapping.Elements is { } layout && value.numel() == layout.Count(feed.Shape.Classes))
            (value * tensor(layout.Upstream(feed.Shape.Classes), value.shape, Type)).sum().backward();
        else
            value.sum().backward();
        var found = new Found(Numbers(value), Numbers(logits.grad!));
        CheckDirectRoad(module, mapping, logits, [target, .. inputs], found);
        return found;
    }

    /// <summary>Value and gradient without autograd have to be the same.</summary>
    protected virtual void CheckDirectRoad(nn.Module module, Mapping mapping, Tensor logits, Tensor[] others, Found found)
    {
        if (mapping.Elements is not null)
            return;
        Tensor plain = logits.detach(), gradient = zeros_like(plain);
        double value = ModuleCall.EvaluateWithGradient(module, [plain, .. others, gradient]);
        double gap = Numbers(gradient).Zip(found.Gradient!, (a, b) => Math.Abs(a - b)).Append(Math.Abs(value - found.Value[0])).Max();
        if (!(gap <= 1e-12 * Math.Max(1, found.Gradient!.Max(Math.Abs))))
            throw new InvalidOperationException($"EvaluateWithGradient differs from the module's value and gradient by {gap:R}.");
    }

    private Tensor Input(Feed feed, double[] map, InputKind kind)
    {
        long[] logits = Extents(feed.Logits);
        return tensor(map, kind == InputKind.Element ? logits : [logits[0], .. logits[2..]], Type);
    }

    private static long[] Extents(CaseTensor data) => Array.ConvertAll(data.Shape, extent => (long)extent);

    private static double[] Numbers(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
}

/// <summary>The TorchSharp module in float on the CPU.</summary>
internal sealed class SingleTorchBackend : TorchBackend
{
    public override string Name => "torch float";

    protected override ScalarType Type => ScalarType.Float32;

    /// <summary>Nothing is compared in float.</summary>
    protected override void CheckDirectRoad(nn.Module module, Mapping mapping, Tensor logits, Tensor[] others, Found found)
    {
    }
}

/// <summary>The TorchSharp module forced to tensor operations, as on another device.</summary>
internal sealed class TorchOperationsBackend : TorchBackend
{
    public override string Name => "torch-ops";

    public override Found Run(ILoss loss, Mapping mapping) => ModuleCall.OnOperations(loss, () => base.Run(loss, mapping));

    /// <summary>There is none by tensor operations.</summary>
    protected override void CheckDirectRoad(nn.Module module, Mapping mapping, Tensor logits, Tensor[] others, Found found)
    {
    }
}
