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
                : nn.functional.interpolate(full, size: [2 * e[0], 2 * e[1]], mode: InterpolationMode.Nearest).slice(2, 1, 2 * e[0],
                2).slice(3, 1, 2 * e[1], 2);
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

    [Theory]
    [InlineData(Resize.LinearUnaligned, false)]
    [InlineData(Resize.LinearUnaligned, true)]
    [InlineData(Resize.LinearAligned, false)]
    [InlineData(Resize.LinearAligned, true)]
    public void Outputs_are_resized_where_asked_for(Resize resize, bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Resize = resize };
        foreach (long[][] extents in (long[][][])[[[12], [6], [5]], [[8, 12], [4, 6], [3, 12]], [[4, 8, 12], [2, 4, 6], [1, 8, 5]]])
        {
            InterpolationMode mode = extents[0].Length switch
            {
                1 => InterpolationMode.Linear,
                2 => InterpolationMode.Bilinear,
                _ => InterpolationMode.Trilinear
            };
            foreach (bool dense in (bool[])[false, true])
            {
                Tensor target = (dense ? Example.Dense([2, 3, .. extents[0]], null, 5) : Example.WithLabels([2, 3, .. extents[0]], null, 5))
                    .Target;
                Tensor mask = rand([2, .. extents[0]], dtype: ScalarType.Float64), weights = rand([2, 1, .. extents[0]],
                    dtype: ScalarType.Float64);
                Tensor[] outputs = [.. extents.Select((e, k) => Example.WithLabels([2, 3, .. e], null, k).Logits.requires_grad_())];
                Tensor[] copies = [.. outputs.Select(x => x.detach().clone().requires_grad_())];
                Tensor value = Check.OnRoad(operations, () => loss.forward(outputs, target, mask, weights, supervision));
                value.backward();
                Tensor expected = zeros(1, dtype: ScalarType.Float64).sum();
                for (int k = 0; k < 3; k++)
                {
                    Tensor resized = k == 0 ? copies[k] : nn.functional.interpolate(copies[k], size: extents[0], mode: mode,
                        align_corners: resize == Resize.LinearAligned);
                    expected += loss.call(resized, target, mask, weights) * supervision.Weights[k];
                }

                expected.backward();
                Check.Close(expected, value, 1e-13, "value");
                for (int k = 0; k < 3; k++)
                    Check.Close(copies[k].grad!, outputs[k].grad!, 1e-12, $"gradient {k}");
            }
        }
    }

    /// <summary>The kernels stretch an output as they do where the loss declares it: the same bits, which torch's resize has not.</summary>
    [Fact]
    public void Outputs_are_resized_by_the_kernels()
    {
        using var scope = NewDisposeScope();
        using var loss = new SizedDiceCrossEntropy();
        using var declared = new UnalignedDiceCrossEntropy();
        Tensor target = Example.WithLabels([2, 3, 40, 60], null, 5).Target;
        Tensor finest = randn(2, 3, 40, 60).requires_grad_(), coarse = randn(2, 3, 13, 17).requires_grad_();
        Tensor copy = coarse.detach().clone().requires_grad_();
        Tensor value = loss.forward([finest, coarse], target, new DeepSupervision(0, 1) { Resize = Resize.LinearUnaligned });
        Tensor right = declared.call(copy, target);
        value.backward();
        right.backward();
        Assert.True(value.Equals(right) && coarse.grad!.Equals(copy.grad!));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Dense_targets_and_maps_are_taken_at_the_same_places(bool dense, bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        var supervision = new DeepSupervision(1, 0.5);
        Tensor target = (dense ? Example.Dense([2, 3, 8, 12], null, 5) : Example.WithLabels([2, 3, 8, 12], null, 5)).Target;
        Tensor mask = rand(2, 8, 12, dtype: ScalarType.Float64), weights = rand(2, 1, 8, 12, dtype: ScalarType.Float64);
        Tensor[] outputs = [Example.WithLabels([2, 3, 8, 12], null, 1).Logits.requires_grad_(), Example.WithLabels([2, 3, 4, 6], null, 2)
            .Logits.requires_grad_()];
        Tensor[] copies = [.. outputs.Select(x => x.detach().clone().requires_grad_())];
        Tensor value = Check.OnRoad(operations, () => loss.forward(outputs, target, mask, weights, supervision));
        value.backward();

        // In the middle of two by two is the second of each.
        Tensor Half(Tensor full) => full.slice(-2, 1, 8, 2).slice(-1, 1, 12, 2).contiguous();
        Tensor expected = loss.call(copies[0], target, mask, weights) + (0.5 * loss.call(copies[1], Half(target), Half(mask),
            Half(weights)));
        expected.backward();
        Check.Close(expected, value, 1e-13, "value");
        for (int k = 0; k < 2; k++)
            Check.Close(copies[k].grad!, outputs[k].grad!, 1e-12, $"gradient {k}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dense_targets_may_have_their_classes_last(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new ChannelsLastDice();
        Tensor target = rand(2, 8, 8, 3, dtype: ScalarType.Float64), output = Example.WithLabels([2, 3, 4, 4], null, 2).Logits;
        Tensor own = target.slice(1, 1, 8, 2).slice(2, 1, 8, 2).contiguous();
        Check.Close(loss.call(output, own), Check.OnRoad(operations, () => loss.forward([output], target, new DeepSupervision(1))), 1e-13,
            "value");
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
        Assert.Equal(loss.call(outputs[0], target).item<float>(), loss.forward(outputs, target, DeepSupervision.Halving(2)).item<float>(),
            1e-6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Components_are_those_of_the_finest_output_whatever_its_weight(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new WithParts();
        Tensor target = Example.WithLabels([2, 3, 8, 12], 255, 5).Target, fine = Example.WithLabels([2, 3, 8, 12], null, 1).Logits,
            coarse = Example.WithLabels([2, 3, 4, 6], null, 2).Logits.requires_grad_();
        loss.Components = loss.CreateComponents(3);
        loss.call(fine, target);
        double dice = loss.Components["Dice"];
        loss.call(fine * 2, target); // another call between
        Assert.NotEqual(dice, loss.Components["Dice"]);
        Tensor leaf = fine.detach().clone().requires_grad_();
        Check.OnRoad(operations, () => loss.forward([leaf, coarse], target, new DeepSupervision(0, 1))).backward();
        Assert.Equal(dice, loss.Components["Dice"], 1e-12);
        Assert.True(leaf.grad is null);
        Assert.True(coarse.grad!.abs().sum().item<double>() > 0);
    }

    [Fact]
    public void Outputs_of_other_classes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Tensor target = zeros(2, 4, 4, dtype: ScalarType.Int64);
        foreach (bool operations in (bool[])[false, true])
        {
            var error = Check.OnRoad(operations,
                () => Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 4, 4), rand(2, 4, 2, 2)], target,
                new DeepSupervision(1, 1))));
            Assert.Equal("inputs", error.ParamName);
            Assert.Contains("Output 1 has 4 classes", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Tensor target = zeros(2, 4, 4, dtype: ScalarType.Int64);
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 4, 4)], target, new DeepSupervision(1, 1)))
            .ParamName);
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => loss.forward([rand(2, 3, 8, 4)], target, new DeepSupervision(1)))
            .ParamName);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => new IndexOnly().forward([rand(2, 3, 4, 4)], rand(2, 3, 4, 4),
            new DeepSupervision(1))).ParamName);
        Assert.Equal("mask", Assert.Throws<ArgumentException>(() => new Mapped().forward([rand(2, 3, 4, 4)], target, rand(2, 2, 2),
            rand(2, 4, 4), new DeepSupervision(1))).ParamName);
    }
}
