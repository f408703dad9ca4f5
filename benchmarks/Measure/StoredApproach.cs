using LossGen.Benchmarks.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Measure;

/// <summary>The span API with logits and gradient stored in another way: half, bfloat16, or the classes of a pixel adjacent.</summary>
internal sealed class StoredApproach(string name, Action value, Action valueAndGradient) : Approach(name)
{
    /// <summary>All of them, for a loss with labels.</summary>
    public static IEnumerable<StoredApproach> All(ILoss loss, Inputs inputs)
    {
        LossShape shape = inputs.Size.Shape, last = shape.WithClassesLast();
        long[] labels = inputs.Target.data<long>().ToArray();
        using DisposeScope scope = NewDisposeScope();
        float[] planes = inputs.Logits.detach().data<float>().ToArray(), adjacent = inputs.Logits.detach().movedim([1],
            [-1]).contiguous().data<float>().ToArray();
        float[] gradient = new float[planes.Length];
        Half[] halves = [.. planes.Select(x => (Half)x)], halfGradient = new Half[planes.Length];
        BFloat16[] brains = [.. planes.Select(x => (BFloat16)x)], brainGradient = new BFloat16[planes.Length];
        yield return new("lossgen-half", () => loss.Evaluate(halves, labels, shape), () => loss.EvaluateWithGradient(halves, labels, shape,
            halfGradient));
        yield return new("lossgen-bfloat16", () => loss.Evaluate(brains, labels, shape), () => loss.EvaluateWithGradient(brains, labels,
            shape, brainGradient));
        yield return new("lossgen-classes-last", () => loss.Evaluate(adjacent, labels, last), () => loss.EvaluateWithGradient(adjacent,
            labels, last, gradient));
    }

    public override Sample Run(int repeats) => Sample.Of(repeats, value, valueAndGradient);

    public override void RunTotal() => valueAndGradient();
}
