using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Deep supervision is the weighted sum of the losses at labels resized by torch.</summary>
public class LevelTests
{
    [Theory]
    [InlineData(LabelSampling.Center, false)]
    [InlineData(LabelSampling.First, false)]
    [InlineData(LabelSampling.Center, true)]
    [InlineData(LabelSampling.First, true)]
    public void Value_and_gradients_are_those_of_resized_labels(LabelSampling sampling, bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new WithParts();
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Sampling = sampling };
        long[][] extents = [[8, 12], [4, 6], [3, 5]];
        Tensor target = Example.WithLabels([2, 3, 8, 12], 255, 5).Target;
        Tensor[] outputs = [.. extents.Select((e, k) => Example.WithLabels([2, 3, .. e], null, k).Logits.requires_grad_())];
        Tensor[] copies = [.. outputs.Select(x => x.detach().clone().requires_grad_())];
        loss.Components = loss.CreateComponents(3);
        Tensor value = Check.OnRoad(operations, () => loss.forward(outputs, target, supervision));
        double finest = loss.Components[0] + loss.Components[1];
        value.backward();
        loss.Components = null;
        Tensor expected = zeros(1, dtype: ScalarType.Float64).sum();
        for (int k = 0; k < 3; k++)
        {
            // nearest-exact is nearest at twice the size, its odd places.
            long[] e = extents[k];
            Tensor full = target.unsqueeze(1).to_type(ScalarType.Float64);
            Tensor labels = sampling == LabelSampling.First
                ? nn.functional.interpolate(full, size: e, mode: InterpolationMode.Nearest)
                : nn.functional.interpolate(full, size: [2 * e[0], 2 * e[1]], mode: InterpolationMode.Nearest).slice(2, 1, 2 * e[0], 2).slice(3, 1, 2 * e[1], 2);
            Tensor own = loss.call(copies[k], labels.squeeze(1).to_type(ScalarType.Int64));
            if (k == 0)
                Assert.Equal(own.item<double>(), finest, 1e-12);
            expected += own * supervision.Weights[k];
        }

        expected.backward();
        Check.Close(expected, value, 1e-13, "value");
        for (int k = 0; k < 3; k++)
            Check.Close(copies[k].grad!, outputs[k].grad!, 1e-12, $"gradient {k}");
    }

    [Fact]
    public void Volumes_and_targets_with_an_axis_of_one()
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Tensor target = randint(0, 3, [2, 1, 4, 4, 8], dtype: ScalarType.Int64);
        Tensor[] outputs = [rand([2, 3, 4, 4, 8]), rand([2, 3, 2, 2, 4])];
        Tensor labels = target[TensorIndex.Colon, 0].slice(1, 1, 4, 2).slice(2, 1, 4, 2).slice(3, 1, 8, 2).contiguous();
        double expected = (loss.call(outputs[0], target).item<float>() + (0.5 * loss.call(outputs[1], labels).item<float>())) / 1.5;
        Assert.Equal(expected, loss.forward(outputs, target, DeepSupervision.Halving(2, dropLast: false)).item<float>(), 1e-5);
        Assert.Equal(loss.call(outputs[0], target).item<float>(), loss.forward(outputs, target, DeepSupervision.Halving(2)).item<float>(), 1e-6);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Tensor target = zeros(2, 4, 4, dtype: ScalarType.Int64);
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 4, 4)], target, new DeepSupervision(1, 1))).ParamName);
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 8, 4)], target, new DeepSupervision(1))).ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 4, 4)], target.to_type(ScalarType.Float32), new DeepSupervision(1))).ParamName);
    }
}
