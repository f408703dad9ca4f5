using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

public class IgnoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_valid_is_0_with_gradient_0(bool operations)
    {
        using var scope = NewDisposeScope();
        foreach ((nn.Module<Tensor, Tensor, Tensor> loss, int ignored, Tensor like) in ((nn.Module<Tensor, Tensor, Tensor>, int, Tensor)[])
                 [
                     (new FBetaFocal(), 255, empty(2, 3, 5, dtype: ScalarType.Int64)),
                         (new CrossEntropyLoss(), -100, empty(2, 3, 5, dtype: ScalarType.Int64)),
                     (new SigmoidFocal(), 7, empty(2, 3, 5, dtype: ScalarType.Int32)), (new SigmoidFocal(), 7, empty(2, 4, 3, 5)),
                     (new CrossEntropyPerPixel(), 255, empty(2, 3, 5, dtype: ScalarType.Byte)),
                 ])
        {
            Tensor target = full_like(like, ignored);
            (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), rand(2, 4, 3, 5)));
            Assert.Equal(0, value.abs().sum().item<float>());
            Assert.Equal(0, gradient.abs().sum().item<float>());
            loss.Dispose();
        }
    }

    /// <summary>Of every type of labels that has them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Several_ignored_labels_are_one(bool operations)
    {
        using var scope = NewDisposeScope();
        using var one = new FBetaFocal();
        using var several = new IgnoringSeveral();
        Example example = Example.WithLabels([2, 4, 5, 6], 255, 4);
        Tensor labels = where(arange(60).reshape(2, 5, 6).remainder(3).eq(0).logical_and(example.Target.eq(255)), 254, example.Target);
        (Tensor value, Tensor gradient) = Run(one, labels.masked_fill(labels.eq(254), 255));
        foreach (ScalarType type in new[] { ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Byte })
            Same(labels.to_type(type));
        Tensor negative = labels.masked_fill(labels.ge(254), -1);
        foreach (ScalarType type in new[] { ScalarType.Int64, ScalarType.Int8 })
            Same(negative.to_type(type));
        Assert.Contains("from 0 to 3 or 255 or -1 or 254 (ignored)",
            Assert.Throws<ArgumentOutOfRangeException>(() => Run(several, labels.masked_fill(labels.eq(254), 253))).Message);

        void Same(Tensor target)
        {
            (Tensor other, Tensor otherGradient) = Run(several, target);
            Check.Close(value, other, 0, "value");
            Check.Close(gradient, otherGradient, 0, "gradient");
        }

        (Tensor, Tensor) Run(nn.Module<Tensor, Tensor, Tensor> loss, Tensor target) =>
            Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), example.Logits));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ignored_pixels_may_hold_anything(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        Example example = Example.WithLabels([2, 4, 5, 6], 255, 4);
        (Tensor value, Tensor gradient) = Run(example.Logits);
        Tensor isIgnored = example.Target.eq(255).unsqueeze(1);
        (Tensor other, Tensor otherGradient) = Run(example.Logits.masked_fill(isIgnored, double.NaN));
        Check.Close(value, other, 0, "value");
        Check.Close(gradient, otherGradient, 0, "gradient");
        Assert.Equal(0, gradient.masked_select(isIgnored).abs().sum().item<double>());

        (Tensor, Tensor) Run(Tensor logits) => Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), logits));
    }
}
