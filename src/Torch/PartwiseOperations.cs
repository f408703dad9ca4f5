namespace LossGen.Generated;

using System;
using System.Collections.Generic;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Tensor operations part by part: what is made on the way is as large as a part, and what one operation writes the next one reads from the
/// cache. On the CPU; other devices have more to lose by small operations.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed class PartwiseOperations
{
    private readonly TensorOperations operations;
    private readonly LossDefinition definition;
    private readonly double[] parameters;
    private readonly LaidTensors tensors;

    public PartwiseOperations(TensorOperations operations, LossDefinition definition, double[] parameters, LaidTensors tensors)
    {
        this.operations = operations;
        this.definition = definition;
        this.parameters = parameters;
        this.tensors = tensors;
    }

    /// <summary>There are several parts, and it is worth while to go by them.</summary>
    public static bool AreWorthwhile(LaidTensors tensors) =>
        tensors.Logits.device_type == DeviceType.CPU && !torch.is_grad_enabled() && PixelPart.AreSeveral(tensors.Shape);

    /// <summary>The statistics of all pixels, for the scope around.</summary>
    public Tensor[] Statistics(StatisticPart[] kinds)
    {
        var found = new List<Tensor>[kinds.Length];
        foreach (PixelPart part in PixelPart.All(tensors.Shape))
        {
            using var input = new TensorInput(definition, parameters, tensors, part);
            Tensor[] own = input.KeepAll(operations.Statistics(input));
            for (int k = 0; k < kinds.Length; k++)
            {
                found[k] ??= new List<Tensor>();
                if (kinds[k] != StatisticPart.Pixels)
                {
                    found[k].Add(input.Return(own[k]));
                    continue;
                }

                if (found[k].Count == 0)
                    found[k].Add(input.Return(Whole(own[k].shape[1], own[k].dtype)));
                part.Of(found[k][0]).copy_(own[k]);
            }
        }

        var joined = new Tensor[kinds.Length];
        for (int k = 0; k < kinds.Length; k++)
            joined[k] = kinds[k] == StatisticPart.Pixels ? found[k][0] : Sum(found[k], kinds[k] == StatisticPart.SummandOfImages);
        return joined;
    }

    /// <summary>The gradient at the logits, (N, C, S), for the scope around.</summary>
    /// <param name="statistics">The statistics of all pixels.</param>
    /// <param name="upstream">The gradient that arrives, (N or 1, C or 1, S or 1).</param>
    /// <param name="mayTakeStatistics">Nobody needs the statistics any more.</param>
    public Tensor Gradient(Tensor[] statistics, Tensor upstream, bool mayTakeStatistics)
    {
        Tensor gradient = (mayTakeStatistics ? Array.Find(statistics, IsLikeLogits)?.alias() : null)
            ?? Whole(tensors.Shape.Classes, tensors.Logits.dtype);
        using TensorInput numbers = TensorInput.OfNumbers(definition, parameters, tensors);
        Tensor[] all = operations.WithSlopes(numbers, statistics, upstream);
        foreach (PixelPart part in PixelPart.All(tensors.Shape))
        {
            using var scope = torch.NewDisposeScope();
            Tensor[] own = Array.ConvertAll(all, part.Of);
            Tensor arrived = part.Of(upstream), place = part.Of(gradient);
            using var input = new TensorInput(definition, parameters, tensors, part) { MayTakeStatistics = mayTakeStatistics };
            Tensor found = operations.Gradient(input, own, arrived);
            if (!IsSameMemory(found, place))
                place.copy_(found);
        }

        return gradient;
    }

    // A statistic whose memory the gradient may have: each part of it is read before that of the gradient is written.
    private bool IsLikeLogits(Tensor statistic) =>
        statistic.dtype == tensors.Logits.dtype && statistic.numel() == tensors.Logits.numel() && statistic.is_contiguous();

    private static bool IsSameMemory(Tensor a, Tensor b) =>
        a.dtype == b.dtype && a.numel() == b.numel() && a.is_contiguous() && b.is_contiguous()
            && TensorMemory.Data(a) == TensorMemory.Data(b);

    private Tensor Whole(long classes, ScalarType type) =>
        torch.empty(tensors.Shape.Batch, classes, tensors.Shape.Pixels, dtype: type, device: torch.CPU);

    // Those of an image follow each other.
    private Tensor Sum(List<Tensor> parts, bool perImage)
    {
        using Tensor all = torch.cat(parts);
        long images = perImage ? tensors.Shape.Batch : 1;
        using Tensor sums = all.reshape(images, -1, all.shape[1], 1).sum(new long[] { 1 }, type: ScalarType.Float64);
        parts.ForEach(static part => part.Dispose());
        return sums.to_type(all.dtype);
    }
}
