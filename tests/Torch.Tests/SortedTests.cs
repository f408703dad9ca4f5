using LossGen.Reference;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Losses that sort pixels, on both roads.</summary>
public class SortedTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Value_and_gradient_are_the_references(bool operations)
    {
        using var scope = NewDisposeScope();
        foreach (nn.Module<Tensor, Tensor, Tensor> loss in (nn.Module<Tensor, Tensor, Tensor>[])[new Hinge(), new LovaszTopK(),
            new TopKElements(), new TopKOfAll(), new TopKOfFew(), new TopKOfAllPixels(), new TopKBeyondValid(),
            new HingeBesideNeighbours()])
        {
            foreach (long[] shape in (long[][])[[2, 3, 4, 5], [3, 2, 2, 3], [1, 4, 9, 9]])
            {
                Example example = Example.WithLabels(shape, ((ILoss)loss).Definition.IgnoreIndex, 5);
                (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target),
                    example.Logits));
                var extents = new LossShape((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
                double[] logits = example.Logits.reshape(-1).data<double>().ToArray();
                long[] labels = example.Target.reshape(-1).data<long>().ToArray();
                Check.Close(tensor(ReferenceEvaluation.EvaluateElements((ILoss)loss, extents, logits, labels)).reshape(value.shape), value,
                    1e-11, "value");
                Check.Close(tensor(ReferenceEvaluation.NumericalGradient((ILoss)loss, extents, logits, labels)).reshape(shape), gradient,
                    1e-7, "gradient");
            }

            loss.Dispose();
        }
    }

    /// <summary>Of equal keys the first in the pixels' order are taken, on each road the same; what is not a number comes first.</summary>
    [Fact]
    public void Equal_keys_are_taken_in_the_pixels_order_on_each_road()
    {
        using var scope = NewDisposeScope();
        foreach (nn.Module<Tensor, Tensor, Tensor> loss in (nn.Module<Tensor, Tensor, Tensor>[])[new LovaszTopK(), new TopKElements(),
            new TopKOfAll(), new TopKOfFew()])
        {
            Tensor logits = randint(0, 2, [2, 3, 6, 7]).to_type(ScalarType.Float64), labels = zeros([2, 6, 7], ScalarType.Int64);
            (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, labels), logits);
            (Tensor other, Tensor found) = Check.OnRoad(true, () => Check.Run(x => loss.call(x, labels), logits));
            Check.Close(value, other, 1e-12, "value");
            Check.Close(gradient, found, 1e-12, "gradient");
            logits[0, 1, 2, 3] = double.NaN;
            Assert.True(Check.OnRoad(true, () => loss.call(logits, labels)).isnan().any().item<bool>(), loss.GetType().Name);
            loss.Dispose();
        }
    }

    [Fact]
    public void Half_precision_and_the_direct_road_agree()
    {
        using var scope = NewDisposeScope();
        using var loss = new LovaszTopK();
        Tensor logits = randn(2, 3, 8, 8), labels = randint(0, 3, [2, 8, 8], dtype: ScalarType.Int64), gradient = empty_like(logits);
        (Tensor value, Tensor expected) = Check.Run(x => loss.call(x, labels), logits);
        Assert.Equal(value.item<float>(), loss.EvaluateWithGradient(logits, labels, gradient), 1e-5);
        Check.Close(expected, gradient, 1e-5, "gradient");
        Assert.Equal(value.item<float>(), loss.call(logits.to_type(ScalarType.Float16), labels).to_type(ScalarType.Float32).item<float>(),
            2e-2);
    }
}
