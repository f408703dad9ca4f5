using LossGen.Generated;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Tensor operations part by part of the pixels, as those of a large batch of one class on the CPU.</summary>
public class PartTests
{
    /// <summary>Parts of an image, or of several images, with one left over.</summary>
    [Theory]
    [InlineData(700)]
    [InlineData(3100)]
    public void Value_and_gradient_are_those_of_all_pixels(long numbers)
    {
        using var scope = NewDisposeScope();
        int compared = 0;
        foreach (string name in PlainLosses.All.Keys)
        {
            (var create, _, int? ignored) = PlainLosses.All[name];
            using nn.Module<Tensor, Tensor, Tensor> loss = create();
            if (((ILoss)loss).Definition is not { Activation: Activation.Sigmoid or Activation.None, Classes: 0 or 1 })
                continue;
            compared++;
            foreach (bool dense in (bool[])[false, true])
            {
                long[] shape = [5, 1, 30, 50];
                Example example = dense ? Example.Dense(shape, ignored, 3) : Example.WithLabels(shape, ignored, 3);
                (Tensor value, Tensor gradient) = Run(1 << 20, loss, example);
                (Tensor own, Tensor ownGradient) = Run(numbers, loss, example);
                Check.Close(value, own, 1e-12, $"value of {name}");
                Check.Close(gradient, ownGradient, 1e-12, $"gradient of {name}");
            }
        }

        Assert.True(compared >= 8, $"{compared} losses");
    }

    /// <summary>What is kept stays where the graph does, and becomes the gradient where it does not.</summary>
    [Fact]
    public void A_retained_graph_has_its_gradient_again()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = PlainLosses.All[nameof(Losses.JaccardBinary)].Create();
        Example example = Example.Dense([5, 1, 30, 50], null, 4);
        Tensor x = example.Logits.detach().clone().requires_grad_();
        WithParts(700, () => Check.OnRoad(true, () =>
        {
            Tensor value = loss.call(x, example.Target);
            Tensor first = autograd.grad([value], [x], retain_graph: true)[0].clone(), second = autograd.grad([value], [x])[0];
            Check.Close(first, second, 0, "gradient");
            return 0;
        }));
    }

    private static (Tensor Value, Tensor Gradient) Run(long numbers, nn.Module<Tensor, Tensor, Tensor> loss, Example example) =>
        WithParts(numbers, () => Check.OnRoad(true, () => Check.Run(x => loss.call(x, example.Target), example.Logits)));

    private static T WithParts<T>(long numbers, Func<T> run)
    {
        (long usual, int threads) = (PixelPart.Numbers, get_num_threads());
        try
        {
            PixelPart.Numbers = numbers / threads;
            Assert.Equal(numbers < 3750, PixelPart.AreSeveral(new([5, 1, 30, 50], [30, 50], hasLabels: true)));
            return run();
        }
        finally
        {
            PixelPart.Numbers = usual;
        }
    }
}
