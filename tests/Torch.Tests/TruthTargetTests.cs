using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Targets of Bool, as <c>mask &gt; 0</c> gives them: one a pixel is class indices, one a class and pixel is dense.</summary>
public class TruthTargetTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_are_what_numbers_are(bool operations)
    {
        using var scope = NewDisposeScope();
        using var sigmoid = new LogCoshDice();
        using var softmax = new DiceCrossEntropy();
        using var index = new FBetaFocal();
        Tensor mask = rand(2, 6, 7) > 0.5, channel = mask.unsqueeze(1), elements = rand(2, 4, 6, 7) > 0.5;
        Same(sigmoid, rand(2, 1, 6, 7), mask, mask.to_type(ScalarType.Int64));
        Same(sigmoid, rand(2, 1, 6, 7), channel, channel.to_type(ScalarType.Float32));
        Same(sigmoid, rand(2, 4, 6, 7), elements, elements.to_type(ScalarType.Float32));
        Same(softmax, rand(2, 2, 6, 7), mask, mask.to_type(ScalarType.Byte));
        Same(softmax, rand(2, 4, 6, 7), elements, elements.to_type(ScalarType.Float32));
        Same(softmax, rand(2, 4, 6, 7).to_type(ScalarType.Float64), elements, elements.to_type(ScalarType.Float64));
        Same(softmax, rand(2, 4, 6, 7).to_type(ScalarType.BFloat16), elements, elements.to_type(ScalarType.Float32));
        Same(softmax, rand(2, 4, 6, 7), elements.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2),
            elements.to_type(ScalarType.Float32));
        Same(index, rand(2, 4, 6, 7), mask, mask.to_type(ScalarType.Int16));

        void Same(nn.Module<Tensor, Tensor, Tensor> loss, Tensor logits, Tensor truths, Tensor numbers)
        {
            (Tensor expected, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, numbers), logits));
            (Tensor found, Tensor own) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, truths), logits));
            Check.Close(expected, found, 1e-6, "value");
            Check.Close(gradient, own, 1e-6, "gradient");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Levels_take_them(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        DeepSupervision supervision = DeepSupervision.Halving(2);
        Tensor mask = rand(2, 8, 12) > 0.5, elements = rand(2, 2, 8, 12) > 0.5;
        Tensor[] outputs = [rand(2, 2, 8, 12), rand(2, 2, 4, 6)];
        foreach ((Tensor truths, ScalarType type) in ((Tensor, ScalarType)[])[(mask, ScalarType.Int64), (elements, ScalarType.Float32)])
        {
            Tensor expected = Check.OnRoad(operations, () => loss.forward(outputs, truths.to_type(type), supervision));
            Check.Close(expected, Check.OnRoad(operations, () => loss.forward(outputs, truths, supervision)), 1e-6, "value");
        }
    }

    [Fact]
    public void The_direct_road_and_metrics_take_them()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor logits = rand(2, 2, 6, 7), gradient = empty_like(logits), expected = empty_like(logits);
        foreach ((Tensor truths, ScalarType type) in ((Tensor, ScalarType)[])[(rand(2, 6, 7) > 0.5, ScalarType.Int64),
            (rand(2, 2, 6, 7) > 0.5, ScalarType.Float32)])
        {
            Assert.Equal(loss.EvaluateWithGradient(logits, truths.to_type(type), expected), loss.EvaluateWithGradient(logits, truths,
                gradient));
            Assert.True(expected.eq(gradient).all().item<bool>());
            SegmentationMetrics hard = loss.CreateMetrics(2), sameHard = loss.CreateMetrics(2);
            SoftMetrics soft = loss.CreateSoftMetrics(2), sameSoft = loss.CreateSoftMetrics(2);
            hard.Accumulate(logits, truths.to_type(type));
            sameHard.Accumulate(logits, truths);
            soft.Accumulate(logits, truths.to_type(type));
            sameSoft.Accumulate(logits, truths);
            Assert.Equal(hard.Values.ToArray(), sameHard.Values.ToArray());
            Assert.Equal(soft.Values.ToArray(), sameSoft.Values.ToArray());
        }
    }
}
