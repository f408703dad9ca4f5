using LossGen.Generated;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>The order of float keys on the CPU, which is found by their digits, against that of the same keys by comparison.</summary>
public class OrderTests
{
    // Few values, so that many keys are equal; infinities, zeros of both signs, and, where it is said, what is not a number.
    private static Tensor Keys(long rows, long count, bool withNaN)
    {
        manual_seed(3);
        Tensor keys = cat([randn(rows, count / 2), randint(-3, 3, [rows, count - (count / 2)]).to_type(ScalarType.Float32)], 1);
        foreach ((int place, float key) in ((int, float)[])[(1, float.PositiveInfinity), (5, float.NegativeInfinity), (7, -0f), (11, 0f),
            (12, -0f), (13, 1e-42f), (14, -1e-42f), (15, float.MaxValue), (16, float.MinValue)])
            keys[TensorIndex.Colon, place] = key;
        if (withNaN)
        {
            keys[TensorIndex.Colon, 3] = float.NaN;
            keys[TensorIndex.Colon, 9] = BitConverter.Int32BitsToSingle(unchecked((int)0xFFC00000));
        }

        return keys;
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(3, 1000)]
    [InlineData(2, 70000)]
    public void Keys_are_in_the_order_of_a_stable_sort(long rows, long count)
    {
        using var scope = NewDisposeScope();
        Tensor keys = Keys(rows, count, withNaN: false);
        Tensor expected = keys.to_type(ScalarType.Float64).sort(dim: -1, descending: true, stable: true).Indices;
        Assert.True(stack(TensorOrder.Descending(keys)).eq(expected).all().item<bool>());

        // What is not a number comes first, of either sign, and does not change the order of the others.
        Tensor broken = Keys(rows, count, withNaN: true), order = stack(TensorOrder.Descending(broken));
        Assert.True(broken.gather(1, order.narrow(1, 0, 2)).isnan().all().item<bool>());
        Tensor others = broken.gather(1, order.narrow(1, 2, count - 2));
        Assert.True(others.narrow(1, 0, count - 3).ge(others.narrow(1, 1, count - 3)).all().item<bool>());
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(3, 1000)]
    [InlineData(2, 70000)]
    public void The_first_keys_are_those_of_the_order(long rows, long count)
    {
        using var scope = NewDisposeScope();
        foreach (bool withNaN in (bool[])[false, true])
        {
            Tensor keys = Keys(rows, count, withNaN), order = stack(TensorOrder.Descending(keys));
            foreach (int taken in (int[])[1, 2, 3, (int)count / 10, (int)(count / 2), (int)(0.7 * count), (int)count - 1])
            {
                Tensor expected = zeros([rows, count], ScalarType.Bool).scatter(1, order.narrow(1, 0, taken),
                    ones([rows, taken], ScalarType.Bool));
                Assert.True(TensorOrder.First(keys, taken).eq(expected).all().item<bool>(), $"{taken} of {count}");
            }
        }
    }

    /// <summary>A layout with equal keys only: all but the last few.</summary>
    [Fact]
    public void Equal_keys_are_taken_in_their_own_order()
    {
        using var scope = NewDisposeScope();
        Tensor first = TensorOrder.First(zeros(2, 40000), 39990);
        Assert.True(first.narrow(1, 0, 39990).all().item<bool>());
        Assert.False(first.narrow(1, 39990, 10).any().item<bool>());
    }

    /// <summary>Lovász and top-k of float logits are sorted by digits on this road, and by the runtime's own sort on the other.</summary>
    [Fact]
    public void Both_roads_take_the_same_pixels()
    {
        using var scope = NewDisposeScope();
        foreach (nn.Module<Tensor, Tensor, Tensor> loss in (nn.Module<Tensor, Tensor, Tensor>[])[new LovaszTopK(), new TopKElements(),
            new TopKOfAll(), new TopKOfFew()])
        {
            Tensor logits = randn(2, 3, 160, 170), labels = randint(0, 3, [2, 160, 170], dtype: ScalarType.Int64);
            (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, labels), logits);
            (Tensor other, Tensor found) = Check.OnRoad(true, () => Check.Run(x => loss.call(x, labels), logits));
            Check.Close(value, other, 2e-5, "value");
            Check.Close(gradient, found, 2e-4, "gradient");
            loss.Dispose();
        }
    }
}
