using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Hard and soft scores of tensors are those of spans.</summary>
public class MetricTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tensors_are_counted_like_spans(bool dense)
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Example example = dense ? Example.Dense([2, 4, 6, 5], -100, 3) : Example.WithLabels([2, 4, 6, 5], -100, 3);
        double[] logits = example.Logits.reshape(-1).data<double>().ToArray();
        var shape = new LossShape(2, 4, 30);
        SegmentationMetrics hard = loss.CreateMetrics(4), hardOfTensors = loss.CreateMetrics(4);
        SoftMetrics soft = loss.CreateSoftMetrics(4), softOfTensors = loss.CreateSoftMetrics(4);
        if (dense)
        {
            double[] target = example.Target.reshape(-1).data<double>().ToArray();
            hard.Accumulate(logits, target, shape);
            soft.Accumulate(logits, target, shape);
        }
        else
        {
            long[] target = example.Target.reshape(-1).data<long>().ToArray();
            hard.Accumulate(logits, target, shape);
            soft.Accumulate(logits, target, shape);
        }

        hardOfTensors.Accumulate(example.Logits.requires_grad_(), example.Target);
        softOfTensors.Accumulate(example.Logits, example.Target);
        Assert.Equal(hard.Values.ToArray(), hardOfTensors.Values.ToArray());
        Assert.Equal(soft.Values.ToArray(), softOfTensors.Values.ToArray());
        Assert.Equal(hard.MeanDice(), hardOfTensors.MeanDice());
    }

    [Fact]
    public void Other_types_and_layouts_are_counted_too()
    {
        using var scope = NewDisposeScope();
        Example example = Example.WithLabels([2, 3, 6, 5], null, 3);
        SoftMetrics expected = new(3), found = new(3);
        expected.Accumulate(example.Logits, example.Target);
        found.Accumulate(example.Logits.to_type(ScalarType.BFloat16), example.Target.unsqueeze(1).to_type(ScalarType.Byte));
        Assert.Equal(expected.Dice(1), found.Dice(1), 1e-2);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float16, ScalarType.BFloat16])
        {
            SoftMetrics stored = new(3), read = new(3);
            Tensor narrow = example.Logits.to_type(type);
            stored.Accumulate(narrow, example.Target);
            read.Accumulate(narrow.to_type(ScalarType.Float32), example.Target);
            Assert.Equal(read.Values.ToArray(), stored.Values.ToArray());
        }

        SegmentationMetrics hard = new(3), turned = new(3);
        hard.Accumulate(example.Logits, example.Target);
        turned.Accumulate(example.Logits.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2), example.Target.to_type(ScalarType.Int16));
        Assert.Equal(hard.Values.ToArray(), turned.Values.ToArray());
    }

    [Fact]
    public void Wrong_tensors_are_named()
    {
        using var scope = NewDisposeScope();
        var metrics = new SoftMetrics(3);
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => metrics.Accumulate(rand(2, 3, 4, 4), zeros(2, 5, 4, dtype: ScalarType.Int64))).ParamName);
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => metrics.Accumulate(rand(2, 4, 4, 4), zeros(2, 4, 4, dtype: ScalarType.Int64))).ParamName);
        Assert.Throws<ArgumentNullException>(() => metrics.Accumulate(rand(2, 3, 4, 4), null!));
    }
}
