using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;
using F = TorchSharp.torch.nn.functional;

namespace LossGen.Torch.Tests;

/// <summary>Weights of terms that are properties, and maps of weights, as a person writes them in TorchSharp.</summary>
public class WeightTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_of_terms_may_change_between_steps_and_count_as_they_were(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Scheduled();
        Example example = Example.WithLabels([2, 4, 5, 6], 255, 1);
        foreach (double weight in (double[])[1, 0.25, 0])
        {
            (Tensor value, Tensor gradient) = Check.Run(x => (weight * Dice(x, example, ones(2, 1, 30, dtype: ScalarType.Float64), [0, 2]))
                + (0.5 * Entropy(x, example).mean()), example.Logits);
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(
                x =>
                {
                    loss.DiceWeight = weight;
                    Tensor result = loss.call(x, example.Target);
                    loss.DiceWeight = 99; // before the backward pass
                    return result;
                },
                example.Logits));
            Check.Close(value, own, 1e-12, "value");
            Check.Close(gradient, ownGradient, 1e-12, "gradient");
        }
    }

    [Fact]
    public void A_weight_that_is_none_is_named_on_every_road()
    {
        using var scope = NewDisposeScope();
        using var loss = new Scheduled { DiceWeight = -1 };
        Example example = Example.WithLabels([2, 4, 5, 6], 255, 1);
        Action[] calls =
        [
            () => loss.call(example.Logits, example.Target),
            () => Check.OnRoad(true, () => loss.call(example.Logits, example.Target)),
            () => loss.EvaluateWithGradient(example.Logits, example.Target, empty_like(example.Logits)),
            () => loss.forward([example.Logits], example.Target, new DeepSupervision(1)),
        ];
        foreach (Action call in calls)
            Assert.Contains("DiceWeight of Scheduled is -1; the weight of a term must be finite and at least 0.",
                Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Maps_of_weights_are_those_of_plain_operations(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new WeighedPixels();
        Example example = Example.WithLabels([2, 4, 5, 6], 255, 1);
        Tensor weights = rand(2, 5, 6, dtype: ScalarType.Float64), map = weights.reshape(2, 1, 30), valid = map * example.Valid!;
        (Tensor value, Tensor gradient) = Check.Run(
            x => Dice(x, example, map, [2]) + (F.cross_entropy(x, example.Target, ignore_index: 255, reduction: nn.Reduction.None)
                * weights).sum() / valid.sum(), example.Logits);
        (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target, weights),
            example.Logits));
        Check.Close(value, own, 1e-12, "value");
        Check.Close(gradient, ownGradient, 1e-12, "gradient");
    }

    private static Tensor Dice(Tensor x, Example example, Tensor weights, long[] sums)
    {
        Tensor p = x.softmax(1).reshape(2, 4, 30), y = example.OneHot, w = weights * example.Valid!;
        Tensor overlap = (w * p * y).sum(sums), sizes = (w * (p + y)).sum(sums);
        return (1 - (2 * overlap + 1e-5) / (sizes + 1e-5)).mean();
    }

    private static Tensor Entropy(Tensor x, Example example) =>
        F.cross_entropy(x, example.Target, ignore_index: 255, reduction: nn.Reduction.None).masked_select(example.Target.ne(255));
}
