using LossGen.Generated;
using LossGen.Kernels;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;
using F = TorchSharp.torch.nn.functional;

namespace LossGen.Torch.Tests;

/// <summary>Shapes, strides and types that a batch may come in.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Strides_do_not_matter(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 4, 5], null, 1);
        (Tensor value, Tensor gradient) = Run(x => loss.call(x, example.Target), example.Logits);
        Tensor labels = example.Target.transpose(1, 2).contiguous().transpose(1, 2), last = example.Logits.permute(0, 2, 3, 1).contiguous();
        Assert.False(labels.is_contiguous());
        (Tensor own, Tensor ownGradient) = Run(x => loss.call(x.permute(0, 3, 1, 2), labels), last);
        Check.Close(value, own, 0, "value");
        Check.Close(gradient, ownGradient.permute(0, 3, 1, 2), 0, "gradient");

        Example dense = Example.Dense([2, 3, 4, 5], null, 1);
        Tensor strided = dense.Target.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Check.Close(loss.call(dense.Logits, dense.Target), Check.OnRoad(operations, () => loss.call(dense.Logits, strided)), 1e-14,
            "value");

        (Tensor, Tensor) Run(Func<Tensor, Tensor> run, Tensor logits) => Check.OnRoad(operations, () => Check.Run(run, logits));
    }

    public static TheoryData<ScalarType> Types => [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Channels_last_logits_have_a_channels_last_gradient(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var ignoring = new FBetaFocal();
        foreach (long[] shape in (long[][])[[2, 4, 9, 11], [1, 4, 130, 7], [3, 4, 2, 3], [2, 4, 5, 6, 7], [5, 4, 8], [1, 4, 1, 1],
            [2, 4, 1, 9]])
        {
            foreach (nn.Module<Tensor, Tensor, Tensor> module in (nn.Module<Tensor, Tensor, Tensor>[])[loss, ignoring])
            {
                Example example = Example.WithLabels(shape, module == ignoring ? 255 : null, 3);
                Tensor logits = example.Logits.to_type(type), last = Check.Laid(logits, true);
                (Tensor value, Tensor gradient) = Check.Run(x => module.call(x, example.Target), logits);
                (Tensor own, Tensor ownGradient) = Check.Run(x => module.call(x, example.Target), last);
                Assert.Equal(last.stride(), ownGradient.stride());
                Check.Close(value, own, 0, "value");
                Check.Close(gradient, ownGradient, 0, "gradient");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Channels_last_logits_are_not_copied(ScalarType type)
    {
        using var scope = NewDisposeScope();
        Tensor last = Check.Laid(rand(2, 3, 4, 5).to_type(type), true);
        Assert.False(last.is_contiguous());
        Assert.Same(last, TensorMemory.Readable(last));
        Assert.NotSame(last, TensorMemory.Readable(last.transpose(2, 3)));
        Assert.True(TensorMemory.NewCall(CpuMode.Value, last, zeros(2, 4, 5, dtype: ScalarType.Int64), true, new(2, 3, 4, 5))
            .Shape.ClassesLast);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_view_into_a_larger_tensor_is_read_at_its_place(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor logits = randn(6, 3, 4, 5, dtype: ScalarType.Float64), labels = randint(0, 3, [6, 4, 5], dtype: ScalarType.Int64);
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, labels[2..4].clone()), logits[2..4].clone());
        (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x[2..4], labels[2..4]), logits));
        Check.Close(value, own, 1e-14, "value");
        Check.Close(gradient, ownGradient[2..4], 1e-14, "gradient");
        Assert.Equal(0, ownGradient[4..].abs().sum().item<double>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Labels_may_be_of_any_integer_type_and_have_a_channel_axis(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        using var entropy = new CrossEntropyLoss();
        Example example = Example.WithLabels([2, 4, 4, 5], 255, 1);
        Tensor expected = loss.call(example.Logits, example.Target);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Byte, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64])
        {
            Tensor labels = example.Target.to_type(type);
            Check.Close(expected, Check.OnRoad(operations, () => loss.call(example.Logits, labels)), 1e-12, $"{type}");
            Check.Close(expected, Check.OnRoad(operations, () => loss.call(example.Logits, labels.unsqueeze(1))), 1e-12,
                $"{type}, (N, 1, H, W)");
        }

        Example other = Example.WithLabels([2, 4, 4, 5], -100, 1);
        Check.Close(
            entropy.call(other.Logits, other.Target),
            Check.OnRoad(operations, () => entropy.call(other.Logits, other.Target.to_type(ScalarType.Int8))), 1e-12, "signed bytes");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_single_foreground_class_takes_labels_of_0_and_1_or_a_mask(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new JaccardBinary();
        Tensor labels = randint(0, 2, [3, 4, 5], dtype: ScalarType.Int64), mask = labels.to_type(ScalarType.Float64),
            logits = randn(3, 1, 4, 5, dtype: ScalarType.Float64);
        Tensor p = logits.sigmoid().squeeze(1), tp = (p * mask).sum();
        Tensor expected = -((tp + 1) / (p.sum() + mask.sum() - tp + 1)).log() + 2 * F.binary_cross_entropy(p, mask);
        foreach (Tensor target in (Tensor[])[labels, labels.unsqueeze(1), mask, mask.unsqueeze(1)])
            Check.Close(expected, Check.OnRoad(operations, () => loss.call(logits, target)), 1e-12, $"{target.dtype}, {target.dim()} axes");
    }

    public static TheoryData<bool, Resize, long[]> Resizes()
    {
        var data = new TheoryData<bool, Resize, long[]>();
        foreach (bool operations in (bool[])[false, true])
        {
            data.Add(operations, Resize.Bilinear, [9, 7]);
            foreach (long[] spatial in (long[][])[[9], [9, 7], [4, 9, 7]])
            {
                data.Add(operations, Resize.LinearAligned, spatial);
                data.Add(operations, Resize.LinearUnaligned, spatial);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Resizes))]
    public void Resized_logits_have_a_gradient_through_the_resize(bool operations, Resize resize, long[] spatial)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = resize switch
        {
            Resize.Bilinear => new ResizedDiceCrossEntropy(),
            Resize.LinearAligned => new AlignedDiceCrossEntropy(),
            _ => new UnalignedDiceCrossEntropy(),
        };
        InterpolationMode mode = spatial.Length switch
        {
            1 => InterpolationMode.Linear,
            2 => InterpolationMode.Bilinear,
            _ => InterpolationMode.Trilinear
        };
        Example example = Example.WithLabels([2, 3, .. spatial], resize == Resize.Bilinear ? null : 255, 1);
        foreach (long[] all in (long[][])[[2, 4, 5], [1, 1, 1], [4, 13, 3], [7, 9, 7], [4, 9, 7]])
        {
            long[] size = spatial.Length == 1 ? [all[1]] : all[^spatial.Length..];
            Tensor logits = randn([2, 3, .. size], dtype: ScalarType.Float64);
            (Tensor value, Tensor gradient) = Check.Run(
                x => loss.call(F.interpolate(x, spatial, mode: mode, align_corners: resize != Resize.LinearUnaligned), example.Target),
                    logits);
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), logits));
            Check.Close(value, own, 1e-12, "value");
            Check.Close(gradient, ownGradient, 1e-12, "gradient");
            Tensor direct = empty_like(logits);
            Assert.Equal(value.item<double>(), Direct(logits, direct), 1e-12);
            Check.Close(gradient, direct, 1e-11, "direct gradient");

            // In the types that networks train in, by both roads and the direct one.
            foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16])
            {
                double tolerance = type switch { ScalarType.Float32 => 1e-5, ScalarType.Float16 => 2e-2, _ => 1e-1 };
                Tensor small = logits.to_type(type), smallDirect = empty_like(small);
                (own, ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), small));
                Assert.Equal(type, ownGradient.dtype);
                Check.Close(value, own, tolerance, $"value in {type}");
                Check.Close(gradient, ownGradient, tolerance, $"gradient in {type}");
                Assert.Equal(value.item<double>(), Direct(small, smallDirect), tolerance);
                Check.Close(gradient, smallDirect, tolerance, $"direct gradient in {type}");
            }
        }

        double Direct(Tensor x, Tensor direct) => loss switch
        {
            ResizedDiceCrossEntropy bilinear => bilinear.EvaluateWithGradient(x, example.Target, direct),
            AlignedDiceCrossEntropy aligned => aligned.EvaluateWithGradient(x, example.Target, direct),
            UnalignedDiceCrossEntropy unaligned => unaligned.EvaluateWithGradient(x, example.Target, direct),
            _ => throw new InvalidOperationException(),
        };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Channels_last_target_with_a_channel_to_drop(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new SeedFBeta();
        Tensor target = rand(2, 8, 6, 4, dtype: ScalarType.Float64), logits = randn(2, 3, 4, 3, dtype: ScalarType.Float64);
        (Tensor value, Tensor gradient) = Check.Run(Formula, logits);
        (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), logits));
        Check.Close(value, own, 1e-12, "value");
        Check.Close(gradient, ownGradient, 1e-12, "gradient");

        using var dice = new ChannelsLastDice();
        using var usual = new DicePerClass();
        Tensor whole = randn(2, 4, 8, 6, dtype: ScalarType.Float64);
        Check.Close(usual.call(whole, target.permute(0, 3, 1, 2)).mean(), Check.OnRoad(operations, () => dice.call(whole, target)), 1e-12,
            "channels last");

        Tensor Formula(Tensor x)
        {
            Tensor p = F.interpolate(x, [8, 6], mode: InterpolationMode.Bilinear, align_corners: true).softmax(1),
                y = target.narrow(3, 0, 3).permute(0, 3, 1, 2);
            Tensor tp = (p * y).sum([0, 2, 3]), fp = (p * (1 - y)).sum([0, 2, 3]), fn = ((1 - p) * y).sum([0, 2, 3]);
            return (1 - (5 * tp + 1e-5) / (5 * tp + 4 * fn + fp + 1e-5)).mean();
        }
    }
}
