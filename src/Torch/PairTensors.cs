namespace LossGen.Generated;

using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>The matrix of the pairs of embeddings as tensor operations, which autograd differentiates, and its target.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class PairTensors
{
    // What is added to the variance of a column that is standardised.
    private const double VarianceFloor = 1e-5;

    /// <summary>Columns are compared, not rows.</summary>
    public static bool ComparesColumns(Pairs pairs) => pairs is Pairs.Correlation or Pairs.Covariance;

    /// <summary>The matrix, (1, side, side), of a covariance (2, side, side), in the type that is computed in.</summary>
    public static Tensor Matrix(Pairs pairs, Tensor embeddings)
    {
        using var scope = torch.NewDisposeScope();
        Tensor z = embeddings.to_type(TensorMemory.KernelType(embeddings));
        return Made(pairs, z).MoveToOuterDisposeScope();
    }

    /// <summary>Its target: 1 where two belong together, 0 where they do not, and -1 where they are no pair.</summary>
    public static Tensor Target(LossDefinition definition, Tensor embeddings, Tensor labels)
    {
        using var scope = torch.NewDisposeScope();
        ScalarType type = TensorMemory.KernelType(embeddings);
        bool ofColumns = ComparesColumns(definition.Pairs);
        Tensor self = torch.eye(embeddings.shape[ofColumns ? 1 : 0], dtype: ScalarType.Bool, device: embeddings.device);
        if (ofColumns)
        {
            long views = definition.Pairs == Pairs.Covariance ? 2 : 1;
            return self.to_type(type).unsqueeze(0).repeat(views, 1, 1).MoveToOuterDisposeScope();
        }

        Tensor numbers = labels.reshape(-1).to_type(ScalarType.Int64), none = self;
        if (definition.IgnoredRowLabel is int ignored)
        {
            Tensor isIgnored = numbers.eq(Hold(ignored));
            none = none.logical_or(isIgnored.unsqueeze(0)).logical_or(isIgnored.unsqueeze(1));
        }

        Tensor same = numbers.unsqueeze(0).eq(numbers.unsqueeze(1)).to_type(type);
        return same.masked_fill(none, Hold(-1)).unsqueeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>The labels of two views of the same samples, one after the other.</summary>
    public static Tensor ViewLabels(Tensor embeddings)
    {
        using Tensor samples = torch.arange(Hold(0), Hold(embeddings.shape[0] / 2), Hold(1), dtype: ScalarType.Int64,
            device: embeddings.device);
        return samples.repeat(2);
    }

    private static Tensor Made(Pairs pairs, Tensor z)
    {
        switch (pairs)
        {
            case Pairs.Cosine:
                Tensor unit = Unit(z);
                return unit.mm(unit.t()).unsqueeze(0);
            case Pairs.Dot:
                return z.mm(z.t()).unsqueeze(0);
        }

        long samples = z.shape[0] / 2;
        Tensor first = Centred(z.narrow(0, 0, samples)), second = Centred(z.narrow(0, samples, samples));
        if (pairs == Pairs.Correlation)
            return Standardised(second).t().mm(Standardised(first)).div(Hold(samples)).unsqueeze(0);
        return torch.stack(new[] { first.t().mm(first), second.t().mm(second) }).div(Hold(samples - 1));
    }

    // Rows of length 1; those of zeros stay so and pass no gradient. A number that all are divided by first changes no direction, and keeps
    // squares in range.
    private static Tensor Unit(Tensor z)
    {
        Tensor largest = z.detach().abs().amax(new long[] { 1 }, keepdim: true), isZero = largest.eq(Hold(0));
        Tensor scaled = z.masked_fill(isZero, Hold(0)).div(largest.masked_fill(isZero, Hold(1)));
        return scaled.div((scaled * scaled).sum(1, keepdim: true).masked_fill(isZero, Hold(1)).sqrt());
    }

    private static Tensor Centred(Tensor view) => view.sub(view.mean(new long[] { 0 }, keepdim: true));

    private static Tensor Standardised(Tensor centred) =>
        centred.div((centred * centred).mean(new long[] { 0 }, keepdim: true).add(Hold(VarianceFloor), Hold(1)).sqrt());
}
