using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LossGen.Benchmarks.Eager;

/// <summary>Losses that sort pixels, as their authors' PyTorch code reads in TorchSharp.</summary>
internal static class SortedPorts
{
    /// <summary>The mean over the classes that the labels have, of the whole batch at once.</summary>
    public static Tensor LovaszSoftmax(Tensor logits, Tensor target)
    {
        long classes = logits.shape[1];
        Tensor probability = softmax(logits, 1).movedim([1], [0]).reshape(classes, -1), labels = target.reshape(-1);
        var losses = new List<Tensor>();
        for (long c = 0; c < classes; c++)
        {
            Tensor foreground = (labels == c).to(logits.dtype);
            if (foreground.count_nonzero().item<long>() == 0)
                continue;
            (Tensor errors, Tensor order) = sort((foreground - probability[c]).abs(), 0, true);
            losses.Add(dot(errors, JaccardGradient(foreground[order])));
        }

        return stack(losses).mean();
    }

    /// <summary>Of one channel, with a target of zeros and ones.</summary>
    public static Tensor LovaszHinge(Tensor logits, Tensor target)
    {
        Tensor labels = target.reshape(-1);
        (Tensor errors, Tensor order) = sort(1 - logits.reshape(-1) * (2 * labels - 1), 0, true);
        return dot(relu(errors), JaccardGradient(labels[order]));
    }

    /// <summary>nnU-Net's TopKLoss with k = 10 %.</summary>
    public static Tensor TopK(Tensor logits, Tensor target)
    {
        Tensor losses = cross_entropy(logits, target, reduction: nn.Reduction.None).reshape(-1);
        return topk(losses, (int)(losses.numel() / 10), sorted: false).values.mean();
    }

    /// <summary>OHEM as in HRNet: the pixels below a probability of 0.7, and at least a sixteenth of all.</summary>
    public static Tensor Ohem(Tensor logits, Tensor target)
    {
        Tensor losses = cross_entropy(logits, target, reduction: nn.Reduction.None).reshape(-1);
        Tensor probability = softmax(logits, 1).gather(1, target.unsqueeze(1)).reshape(-1);
        (Tensor sorted, Tensor order) = probability.sort();
        double threshold = Math.Max(0.7, sorted[(losses.numel() / 16) - 1].to(float64).item<double>());
        return losses[order][sorted < threshold].mean();
    }

    private static Tensor JaccardGradient(Tensor foreground)
    {
        Tensor total = foreground.sum();
        Tensor intersection = total - foreground.cumsum(0), union = total + (1 - foreground).cumsum(0);
        Tensor jaccard = 1 - intersection / union;
        return cat([jaccard[..1], jaccard[1..] - jaccard[..^1]]).detach();
    }
}
