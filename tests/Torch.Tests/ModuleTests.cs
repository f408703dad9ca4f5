using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>A declared loss is a module like TorchSharp's own.</summary>
public class ModuleTests
{
    [Fact]
    public void It_looks_like_a_built_in_loss()
    {
        using var loss = new DiceCrossEntropy();
        using var sum = new TverskyForeground();
        using var none = new DicePerClass();
        Assert.IsAssignableFrom<Loss<Tensor, Tensor, Tensor>>(loss);
        Assert.Equal(nameof(DiceCrossEntropy), loss.GetName());
        Assert.Equal((nn.Reduction.Mean, nn.Reduction.Sum, nn.Reduction.None), (loss.reduction, sum.reduction, none.reduction));
        Assert.Empty(loss.parameters());
        Assert.Empty(loss.state_dict());
        loss.to(ScalarType.Float64);
    }

    [Fact]
    public void A_declared_constructor_is_the_only_one()
    {
        using var scope = NewDisposeScope();
        using var strict = new FBetaWithConstructor(3);
        using var loss = new FBetaOfTwo();
        Example example = Example.WithLabels([2, 4, 5, 6], null, 1);
        double three = strict.call(example.Logits, example.Target).item<double>();
        strict.Beta = 2;
        Assert.NotEqual(three, strict.call(example.Logits, example.Target).item<double>());
        Assert.Equal(loss.call(example.Logits, example.Target).item<double>(), strict.call(example.Logits, example.Target).item<double>(),
            1e-12);
        Assert.Single(typeof(FBetaWithConstructor).GetConstructors());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Parameters_may_change_between_steps_and_count_as_they_were(bool operations)
    {
        using var scope = NewDisposeScope();
        using var changing = new FBetaWithConstructor(1);
        Example example = Example.WithLabels([2, 4, 5, 6], null, 1);
        foreach (double beta in (double[])[1, 2, 0.5])
        {
            using var constant = new FBetaWithConstructor(beta);
            (Tensor value, Tensor gradient) = Check.Run(x => constant.call(x, example.Target), example.Logits);
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(
                x =>
                {
                    changing.Beta = beta;
                    Tensor result = changing.call(x, example.Target);
                    changing.Beta = 99; // before the backward pass
                    return result;
                },
                example.Logits));
            Check.Close(value, own, 1e-12, "value");
            Check.Close(gradient, ownGradient, 1e-12, "gradient");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Several_calls_before_backward_keep_their_own_sums(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example a = Example.WithLabels([2, 4, 5, 6], null, 1), b = Example.WithLabels([3, 4, 2, 7], null, 2);
        Tensor expectedA = Check.Run(x => loss.call(x, a.Target), a.Logits).Gradient, expectedB = Check.Run(x => loss.call(x, b.Target),
            b.Logits).Gradient;
        Tensor xa = a.Logits.requires_grad_(), xb = b.Logits.requires_grad_();
        Check.OnRoad(operations, () =>
        {
            Tensor sum = loss.call(xa, a.Target) + 3 * loss.call(xb, b.Target);
            sum.backward(retain_graph: true);
            sum.backward();
            return 0;
        });
        Check.Close(2 * expectedA, xa.grad!, 1e-12, "first");
        Check.Close(6 * expectedB, xb.grad!, 1e-12, "second");
    }

    [Fact]
    public void Without_gradients_no_graph_is_made()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor x = rand(2, 3, 4).requires_grad_(), y = zeros(2, 4, dtype: ScalarType.Int64);
        Assert.True(loss.call(x, y).requires_grad);
        Assert.False(loss.call(x.detach(), y).requires_grad);
        using (no_grad())
            Assert.False(loss.call(x, y).requires_grad);
    }

    [Fact]
    public void Training_lowers_the_loss()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var net = nn.Conv2d(1, 2, 3, padding: 1);
        using var loss = new DiceCrossEntropy();
        using var optimizer = optim.SGD(net.parameters(), 0.5);
        Tensor images = randn(4, 1, 12, 12), labels = images.squeeze(1).gt(0.3).to_type(ScalarType.Int64);
        float first = 0, last = 0;
        for (int k = 0; k < 40; k++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            Tensor value = loss.call(net.call(images), labels);
            value.backward();
            optimizer.step();
            last = value.item<float>();
            first = k == 0 ? last : first;
        }

        Assert.True(last < 0.3 * first, $"{first} to {last}");
    }
}
