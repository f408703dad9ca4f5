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
        Assert.Equal("target", Assert.Throws<ArgumentException>(() => metrics.Accumulate(rand(2, 3, 4, 4),
            zeros(2, 5, 4, dtype: ScalarType.Int64))).ParamName);
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => metrics.Accumulate(rand(2, 4, 4, 4),
            zeros(2, 4, 4, dtype: ScalarType.Int64))).ParamName);
        Assert.Throws<ArgumentNullException>(() => metrics.Accumulate(rand(2, 3, 4, 4), null!));
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    public void Predicted_classes_are_counted_like_their_logits(ScalarType type)
    {
        using var scope = NewDisposeScope();
        Example example = Example.WithLabels([2, 4, 6, 5], -100, 3), dense = Example.Dense([2, 4, 6, 5], -100, 3);
        Tensor predicted = example.Logits.argmax(1).to_type(type), kept = example.Logits.argmax(1, keepdim: true).to_type(type);
        foreach (Tensor target in (Tensor[])[example.Target, example.Target.unsqueeze(1), dense.Target])
        {
            foreach (Func<PixelMetric> create in (Func<PixelMetric>[])[
                () => new SegmentationMetrics(4, ignoreIndex: -100), () => new ImageMetrics(4, ignoreIndex: -100), () =>
                    new ConfusionMatrix(4, ignoreIndex: -100)])
            {
                PixelMetric expected = create();
                if (expected is ConfusionMatrix && ReferenceEquals(target, dense.Target))
                    continue;
                expected.Accumulate(example.Logits, target);
                foreach (Tensor given in (Tensor[])[predicted, kept])
                {
                    PixelMetric found = create();
                    found.Accumulate(given, target);
                    Assert.Equal(Values(expected), Values(found));
                }
            }
        }
    }

    [Fact]
    public void Predicted_masks_may_hold_several_classes()
    {
        using var scope = NewDisposeScope();
        Tensor logits = randn(2, 3, 4, 5), target = randn(2, 3, 4, 5).gt(0);
        ImageMetrics expected = new(3, Activation.Sigmoid), found = new(3, Activation.Sigmoid), floats = new(3, Activation.Sigmoid);
        expected.Accumulate(logits, target);
        found.Accumulate(logits.gt(0), target);
        floats.Accumulate(logits.gt(0), target.to_type(ScalarType.Float32));
        Assert.Equal(Values(expected), Values(found));
        Assert.Equal(Values(expected), Values(floats));
        SegmentationMetrics one = new(1, Activation.Sigmoid), oneOfLogits = new(1, Activation.Sigmoid);
        oneOfLogits.Accumulate(logits[.., ..1], target[.., 0]);
        foreach (Tensor given in (Tensor[])[logits[.., ..1].gt(0), logits[.., 0].gt(0), logits[.., 0].gt(0).to_type(ScalarType.Int32)])
        {
            one.Clear();
            one.Accumulate(given, target[.., 0]);
            Assert.Equal(Values(oneOfLogits), Values(one));
        }
    }

    // The examples of torchmetrics 1.6's documentation: functional dice_score and generalized_dice_score, one-hot and of indices, and
    // mean_iou, whose random numbers are torch's after manual_seed(42).
    [Fact]
    public void Scores_are_those_of_the_documentation_of_torchmetrics()
    {
        using var scope = NewDisposeScope();
        manual_seed(42);
        Tensor predicted = randint(0, 2, [4, 5, 16, 16]), target = randint(0, 2, [4, 5, 16, 16]);
        var masks = new ImageMetrics(5, Activation.Sigmoid);
        masks.Accumulate(predicted.to_type(ScalarType.Bool), target.to_type(ScalarType.Bool));
        Close(
            [0.4724, 0.5185, 0.4710, 0.5062, 0.4500, 0.4571, 0.4980, 0.5191, 0.4380, 0.5649, 0.5428, 0.4904, 0.5358, 0.4830, 0.4724, 0.4715, 0.4925, 0.4797, 0.5267, 0.4788],
            masks.SelectMany(image => Enumerable.Range(0, 5).Select(image.Dice)));
        Close([0.4842, 0.4968, 0.5053, 0.4902], masks.Select(image => image.MeanDice(average: ClassAverage.Micro)));
        Close([0.4830, 0.4935, 0.5044, 0.4880], masks.Select(image => image.GeneralizedDice()));
        Close([0.3193, 0.3305, 0.3382, 0.3246], masks.Select(image => image.MeanIou()));
        Close([0.4941], [masks.MeanDice(average: ClassAverage.Micro)]);
        Close([0.4860, 0.4999, 0.5014, 0.4885, 0.4915], Enumerable.Range(0, 5).Select(masks.Dice));

        predicted = randint(0, 5, [4, 16, 16]);
        target = randint(0, 5, [4, 16, 16]);
        var indices = new ImageMetrics(5);
        indices.Accumulate(predicted, target);
        Close([0.2031, 0.1914, 0.2500, 0.2266], indices.Select(image => image.MeanDice(average: ClassAverage.Micro)));
        Close([0.1991, 0.1971, 0.2350, 0.2216], indices.Select(image => image.GeneralizedDice()));
        Close([0.1714, 0.2500, 0.1304, 0.2524, 0.2069], Enumerable.Range(0, 5).Select(indices[0].Dice));

        static void Close(double[] expected, IEnumerable<double> found) =>
            Assert.Equal(expected, found, (a, b) => Math.Abs(a - b) < 5.1e-5);
    }

    [Fact]
    public void Wrong_predictions_are_named()
    {
        using var scope = NewDisposeScope();
        Tensor labels = zeros(2, 3, 3, dtype: ScalarType.Int64);
        Fails("logits is Int64; logits must be", () => new SoftMetrics(4).Accumulate(labels, labels));
        Fails("target has the shape (2, 3, 4)", () => new SegmentationMetrics(4).Accumulate(labels,
            zeros(2, 3, 4, dtype: ScalarType.Int64)));
        Fails("logits has the shape ()", () => new SegmentationMetrics(4).Accumulate(labels[0, 0, 0], labels));
        Fails("The predicted class at image 0, pixel 0 is 4; it must be from 0 to 3.", () => new SegmentationMetrics(4)
            .Accumulate(labels + 4, labels));
        Fails("The target is dense, so that a pixel may be of several of 2 classes", () => new ConfusionMatrix(2)
            .Accumulate(zeros(2, 2, 3, 3), zeros(2, 2, 3, 3)));

        static void Fails(string start, Action act) => Assert.StartsWith(start, Assert.ThrowsAny<ArgumentException>(act).Message,
            StringComparison.Ordinal);
    }

    private static long[] Values(PixelMetric metric) => metric switch
    {
        SegmentationMetrics counts => counts.Values.ToArray(),
        ImageMetrics images => images.Values.ToArray(),
        _ => ((ConfusionMatrix)metric).Values.ToArray(),
    };
}
