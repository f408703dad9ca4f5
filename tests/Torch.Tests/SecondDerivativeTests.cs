using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Gradient penalties: what <c>create_graph</c> is for.</summary>
public class SecondDerivativeTests
{
    /// <summary>
    /// A network learns under a penalty on the gradient at its logits, the same way on both roads and with a loss written out in
    /// TorchSharp.
    /// </summary>
    [Fact]
    public void A_gradient_penalty_trains()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 4, 5], null, 21);
        Tensor images = example.OneHot.reshape(2, 3, 4, 5) + (0.3 * randn(2, 3, 4, 5, dtype: ScalarType.Float64,
            generator: new Generator(5)));
        double[] kernel = Train(x => loss.call(x, example.Target), images, operations: false);
        double[] operations = Train(x => loss.call(x, example.Target), images, operations: true);
        double[] plain = Train(x => PlainLosses.All[nameof(DiceCrossEntropy)].Formula(x.reshape(2, 3, -1), example), images,
            operations: false);
        Assert.True(kernel[^1] < 0.5 * kernel[0], $"from {kernel[0]} to {kernel[^1]}");
        for (int step = 0; step < plain.Length; step++)
        {
            Assert.Equal(plain[step], kernel[step], 1e-8);
            Assert.Equal(plain[step], operations[step], 1e-8);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_valid_has_second_derivative_0(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        Tensor x = randn(2, 4, 3, 5, dtype: ScalarType.Float64).requires_grad_(), target = full([2, 3, 5], 255, dtype: ScalarType.Int64);
        Tensor gradient = Check.OnRoad(operations, () => autograd.grad([loss.call(x, target)], [x], create_graph: true,
            retain_graph: true)[0]);
        gradient.square().sum().backward();
        Assert.Equal(0, x.grad!.abs().sum().item<double>());
    }

    // The losses of the steps of one linear layer over the channels.
    private static double[] Train(Func<Tensor, Tensor> loss, Tensor images, bool operations)
    {
        Tensor weight = zeros([3, 3], dtype: ScalarType.Float64).requires_grad_();
        return [.. Enumerable.Range(0, 30).Select(_ =>
        {
            using var step = NewDisposeScope();
            Tensor logits = einsum("oc,nchw->nohw", weight, images);
            return Check.OnRoad(operations, () =>
            {
                Tensor value = loss(logits);
                Tensor gradient = autograd.grad([value], [logits], create_graph: true, retain_graph: true)[0];
                Tensor slope = autograd.grad([value + (10 * gradient.square().sum())], [weight])[0];
                using (no_grad())
                    weight.sub_(slope * 2);
                return value.item<double>();
            });
        })];
    }
}
