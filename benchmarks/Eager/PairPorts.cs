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

    /// <summary>Barlow twins of the authors: both views by a batch normalisation without weights.</summary>
    public static Tensor BarlowTwins(Tensor first, Tensor second)
    {
        const double Lambda = 0.0051;
        Tensor correlation = Standard(first).t().mm(Standard(second)) / first.shape[0];
        return (torch.diagonal(correlation) - 1).pow(2).sum() + Lambda * OffDiagonal(correlation).pow(2).sum();

        static Tensor Standard(Tensor x) => nn.functional.batch_norm(x, zeros(x.shape[1], dtype: x.dtype),
            ones(x.shape[1], dtype: x.dtype), training: true);
    }

    /// <summary>VICReg of the authors without its invariance.</summary>
    public static Tensor VarianceCovariance(Tensor first, Tensor second)
    {
        const double Variance = 25, Covariance = 1;
        Tensor x = first - first.mean([0]), y = second - second.mean([0]);
        Tensor variance = nn.functional.relu(1 - sqrt(x.var(0) + 1e-4)).mean() / 2 + nn.functional.relu(1 - sqrt(y.var(0) + 1e-4)).mean() / 2;
        return Variance * variance + Covariance * (OfColumns(x) + OfColumns(y));

        static Tensor OfColumns(Tensor x) => OffDiagonal(x.t().mm(x) / (x.shape[0] - 1)).pow(2).sum().div(x.shape[1]);
    }

    // A matrix less its diagonal: read as rows of n + 1 numbers, each begins with an entry of it.
    private static Tensor OffDiagonal(Tensor square)
    {
        long n = square.shape[0];
        return square.flatten().narrow(0, 0, n * n - 1).view(n - 1, n + 1).narrow(1, 1, n).flatten();
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
