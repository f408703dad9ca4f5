using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Eager;

/// <summary>Losses of pairs, as their authors' PyTorch code reads in TorchSharp.</summary>
internal static class PairPorts
{
    private const double Temperature = 0.1;

    /// <summary>SupConLoss of the authors, for one view; rows without a positive are left out of the mean.</summary>
    public static Tensor SupervisedContrastive(Tensor embeddings, Tensor labels)
    {
        (Tensor logProbability, Tensor mask) = LogProbability(embeddings, labels);
        Tensor positives = mask.sum(1), counted = where(positives < 1e-6, 1, positives);
        Tensor mean = (mask * logProbability).sum(1) / counted;
        return -mean.sum() / (positives > 0).sum();
    }

    /// <summary>The mean over all positive pairs.</summary>
    public static Tensor NtXent(Tensor embeddings, Tensor labels)
    {
        (Tensor logProbability, Tensor mask) = LogProbability(embeddings, labels);
        return -(mask * logProbability).sum() / mask.sum();
    }

    /// <summary>The circle loss as in pytorch-metric-learning: a log-sum-exp of positives and of negatives a row.</summary>
    public static Tensor Circle(Tensor embeddings, Tensor labels)
    {
        const double Margin = 0.25, Scale = 32;
        Tensor features = nn.functional.normalize(embeddings, dim: 1), similarity = features.matmul(features.t());
        Tensor same = labels.unsqueeze(1).eq(labels.unsqueeze(0)), self = eye(labels.shape[0], dtype: ScalarType.Bool);
        Tensor positive = same.logical_and(self.logical_not()), negative = same.logical_not();
        Tensor ofPositive = -Scale * nn.functional.relu(1 + Margin - similarity.detach()) * (similarity - (1 - Margin));
        Tensor ofNegative = Scale * nn.functional.relu(similarity.detach() + Margin) * (similarity - Margin);
        Tensor p = logsumexp(ofPositive.masked_fill(positive.logical_not(), -1e30), 1),
            n = logsumexp(ofNegative.masked_fill(negative.logical_not(), -1e30), 1);
        Tensor both = positive.any(1).logical_and(negative.any(1)).to(embeddings.dtype);
        return (nn.functional.softplus(p + n) * both).sum() / both.sum();
    }

    private static (Tensor LogProbability, Tensor Mask) LogProbability(Tensor embeddings, Tensor labels)
    {
        Tensor features = nn.functional.normalize(embeddings, dim: 1);
        Tensor similarity = features.matmul(features.t()) / Temperature;
        Tensor logits = similarity - similarity.max(1, keepdim: true).values.detach();
        Tensor others = 1 - eye(labels.shape[0], dtype: embeddings.dtype);
        Tensor mask = labels.unsqueeze(1).eq(labels.unsqueeze(0)).to(embeddings.dtype) * others;
        Tensor exponentials = exp(logits) * others;
        return (logits - log(exponentials.sum(1, keepdim: true)), mask);
    }
}
