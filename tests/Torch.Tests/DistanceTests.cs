namespace LossGen.Torch.Tests;

/// <summary>Distance maps and surface distances of tensors are those of spans, whatever type and layout the tensors have.</summary>
public class DistanceTests
{
    [Fact]
    public void Maps_are_those_of_spans()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor labels = randint(0, 4, [2, 3, 7, 5], dtype: ScalarType.Int64);
        var shape = new LossShape(2, 3, 3, 7, 5);
        var signed = new float[2 * 3 * 105];
        DistanceMap.Signed(labels.data<long>().ToArray(), signed, shape, [3, 1, 0.5]);
        foreach (Tensor same in (Tensor[])[labels, labels.to_type(ScalarType.Byte), labels.transpose(1, 3).contiguous().transpose(1, 3)])
        {
            Tensor map = same.SignedDistances(3, 3, 1, 0.5);
            Assert.Equal([2, 3, 3, 7, 5], map.shape);
            Assert.Equal(signed, map.data<float>().ToArray());
        }

        Tensor condition = labels.unsqueeze(1).ne(2);
        var distances = new float[2 * 105];
        DistanceMap.Euclidean(condition.data<bool>().ToArray(), distances, new LossShape(2, 1, 3, 7, 5));
        Assert.Equal(distances, condition.EuclideanDistances().data<float>().ToArray());
        Assert.Equal([2, 1, 3, 7, 5], condition.EuclideanDistances().shape);
    }

    [Fact]
    public void Surfaces_are_measured_like_spans()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        Tensor logits = randn(3, 4, 9, 11), labels = randint(0, 4, [3, 9, 11], dtype: ScalarType.Int64), predicted = logits.argmax(1);
        SurfaceMetrics spans = new(4), tensors = new(4), masks = new(4);
        spans.Accumulate(predicted.data<long>().ToArray(), labels.data<long>().ToArray(), new LossShape(3, 4, 9, 11), [1, 2]);
        tensors.Accumulate(predicted, labels.to_type(ScalarType.Int32), 1, 2);
        Tensor classes = arange(4).reshape(1, 4, 1, 1);
        masks.Accumulate(predicted.unsqueeze(1).eq(classes), labels.unsqueeze(1).eq(classes), 1, 2);
        Assert.Equal(spans.Values.ToArray(), tensors.Values.ToArray());
        Assert.Equal(spans.Values.ToArray(), masks.Values.ToArray());
        Assert.True(spans.MeanHausdorff() > 0);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var scope = NewDisposeScope();
        Tensor labels = zeros([2, 3, 3], ScalarType.Int64), logits = zeros(2, 3, 3);
        void Fails(string message, Action call) => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(call).Message,
            StringComparison.Ordinal);
        Fails("labels is Float32; class indices need an integer type. Of logits they are logits.argmax(1).",
            () => logits.SignedDistances(2));
        Fails("condition is Int64; it needs Bool", () => labels.EuclideanDistances());
        Fails("condition has the shape (2, 3); it must be (N, C, spatial...)", () => zeros([2, 3], ScalarType.Bool).EuclideanDistances());
        Fails("The spacing is 3 numbers, and images of the shape have 2 axes", () => labels.SignedDistances(2, 1, 1, 1));
        Fails("There are 0 classes", () => labels.SignedDistances(0));
        Fails("predicted has the shape (2, 3) and labels (2, 3, 3)", () => new SurfaceMetrics(2).Accumulate(labels[.., 0], labels));
        Fails("predicted is Float32; class indices need an integer type, and masks are Bool, both", () => new SurfaceMetrics(2)
            .Accumulate(logits, labels));
    }
}
