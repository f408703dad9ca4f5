using LossGen.Generated;

namespace LossGen.Torch.Tests.Support;

/// <summary>What tests compare, and how they run a loss.</summary>
internal static class Check
{
    /// <summary>Equal to within a share of the largest expected magnitude.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.shape, actual.shape);
        using var scope = NewDisposeScope();
        Tensor e = expected.detach().to_type(ScalarType.Float64), a = actual.detach().to_type(ScalarType.Float64);
        double scale = Math.Max(e.abs().max().item<double>(), 1e-12), error = (e - a).abs().max().item<double>();
        Assert.True(error <= tolerance * scale, $"{what}: off by {error:E2} of {scale:E2}");
    }

    /// <summary>The value and the gradient of its sum weighted by <paramref name="upstream"/>.</summary>
    public static (Tensor Value, Tensor Gradient) Run(Func<Tensor, Tensor> loss, Tensor logits, Tensor? upstream = null)
    {
        Tensor x = logits.detach().clone().requires_grad_();
        Tensor value = loss(x);
        if (upstream is null)
            value.sum().backward();
        else
            value.backward(new List<Tensor> { upstream });
        return (value.detach(), x.grad!.detach());
    }

    /// <summary>Each of some losses on the kernels, and on tensor operations.</summary>
    public static TheoryData<string, bool> OnEachRoad(IEnumerable<string> losses)
    {
        var cases = new TheoryData<string, bool>();
        foreach (string loss in losses)
        {
            cases.Add(loss, false);
            cases.Add(loss, true);
        }

        return cases;
    }

    /// <summary>
    /// On one of the two roads value and gradient are those of a formula in plain arithmetic, the gradient by its differences.
    /// </summary>
    public static void Peer(nn.Module<Tensor, Tensor, Tensor> loss, long[] shape, int seed, Func<PlainBatch, double> peer, bool operations,
        double tolerance = 1e-11)
    {
        Example example = Example.WithLabels(shape, ((ILoss)loss).Definition.IgnoreIndex, seed);
        (Tensor value, Tensor gradient) = OnRoad(operations, () => Run(x => loss.call(x, example.Target), example.Logits));
        var batch = PlainBatch.Of(example);
        Assert.Equal(peer(batch), value.item<double>(), tolerance);
        Close(tensor(batch.Differences(peer)).reshape(shape), gradient, 1e-7, "gradient");
    }

    /// <summary>The same numbers, contiguous or with the classes of a pixel adjacent (channels_last).</summary>
    public static Tensor Laid(Tensor logits, bool isLast) =>
        isLast ? logits.movedim([1], [-1]).contiguous().movedim([-1], [1]) : logits.contiguous();

    /// <summary>Runs on one of the two roads: the kernels, or tensor operations.</summary>
    public static T OnRoad<T>(bool operations, Func<T> run)
    {
        TorchLoss.ForceTensorOperations = operations;
        try
        {
            return run();
        }
        finally
        {
            TorchLoss.ForceTensorOperations = false;
        }
    }

    /// <summary>Runs on one of the two roads, in the graph by a node of its own or by TorchSharp's custom function.</summary>
    public static T OnRoad<T>(bool operations, bool function, Func<T> run)
    {
        LossBackward.ForceFunction = function;
        try
        {
            return OnRoad(operations, run);
        }
        finally
        {
            LossBackward.ForceFunction = false;
        }
    }
}
