using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>The road without autograd: value with the gradient in a tensor of one's own.</summary>
public class DirectTests
{
    [Fact]
    public void Value_and_gradient_are_those_of_the_module()
    {
        using var scope = NewDisposeScope();
        foreach (string name in PlainLosses.All.Keys)
        {
            (var create, _, int? ignored) = PlainLosses.All[name];
            using nn.Module<Tensor, Tensor, Tensor> loss = create();
            int classes = ((ILoss)loss).Definition.Classes;
            Example example = Example.WithLabels([2, classes > 0 ? classes : 4, 6, 5], ignored, 2);
            foreach ((ScalarType type, double tolerance) in ((ScalarType, double)[])[(ScalarType.Float32, 1e-5), (ScalarType.Float64, 1e-13), (ScalarType.Float16, 1e-3), (ScalarType.BFloat16, 1e-2)])
            {
                foreach (bool isLast in (bool[])[false, true])
                {
                    Tensor logits = Check.Laid(example.Logits.to_type(type), isLast), gradient = empty_like(logits);
                    (Tensor value, Tensor expected) = Check.Run(x => loss.call(x, example.Target), logits);
                    double own = (double)loss.GetType().GetMethod("EvaluateWithGradient")!.Invoke(loss, [logits, example.Target, gradient, 1.0])!;
                    double wanted = value.to_type(ScalarType.Float64).item<double>();
                    Assert.Equal(wanted, own, tolerance * Math.Max(1, Math.Abs(wanted)));
                    Check.Close(expected, gradient, tolerance, name);
                }
            }
        }
    }

    [Fact]
    public void Gradient_goes_on_through_the_network()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var net = nn.Conv2d(2, 3, 3, padding: 1);
        Tensor images = rand(2, 2, 6, 5), labels = randint(0, 3, [2, 6, 5], dtype: ScalarType.Int64);
        loss.call(net.call(images), labels).backward();
        Tensor expected = net.weight.grad!.clone();
        net.zero_grad();
        Tensor logits = net.call(images), gradient = empty_like(logits);
        loss.EvaluateWithGradient(logits, labels, gradient);
        logits.backward(new List<Tensor> { gradient });
        Check.Close(expected, net.weight.grad!, 1e-5, "weights");
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-13)]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.Float16, 2e-3)]
    public void A_factor_multiplies_the_gradient_and_not_the_value(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 6, 5], null, 2);
        Tensor logits = example.Logits.to_type(type), plain = empty_like(logits), scaled = empty_like(logits);
        double value = loss.EvaluateWithGradient(logits, example.Target, plain);
        Assert.Equal(value, loss.EvaluateWithGradient(logits, example.Target, scaled, upstream: 512));
        Check.Close(plain.to_type(ScalarType.Float64).mul(512), scaled, tolerance, "gradient");

        // As autograd does with the gradient that arrives.
        (_, Tensor expected) = Check.Run(x => loss.call(x, example.Target).to_type(ScalarType.Float64).mul(512), logits);
        Check.Close(expected, scaled, tolerance, "gradient");
        Assert.Equal("upstream", Assert.Throws<ArgumentException>(() => loss.EvaluateWithGradient(logits, example.Target, scaled, double.NaN)).ParamName);
    }

    [Fact]
    public void Wrong_gradient_tensors_are_named_and_nothing_is_written()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor logits = rand(2, 3, 4, 5), labels = zeros(2, 4, 5, dtype: ScalarType.Int64), bad = labels.clone();
        bad[1, 2, 3] = 3;
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, rand(2, 3, 4, 4)));
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, rand(2, 3, 4, 5, dtype: ScalarType.Float64)));
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, rand(2, 3, 5, 4).transpose(2, 3)));
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, logits));
        Fails("gradient", () => loss.EvaluateWithGradient(logits.to_type(ScalarType.Float16), labels, empty_like(logits)));
        Fails("gradient", () => loss.EvaluateWithGradient(Check.Laid(logits, true), labels, empty_like(logits)));
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, Check.Laid(logits, true)));
        Fails("logits", () => loss.EvaluateWithGradient(rand(2, 4, 3, 5).transpose(1, 2), labels, logits));
        Tensor untouched = full_like(logits, 7);
        Assert.Throws<ArgumentOutOfRangeException>(() => loss.EvaluateWithGradient(logits, bad, untouched));
        Assert.Equal(7 * 120, untouched.sum().item<float>());
        using var elements = new DicePerClass();
        Assert.Contains("Reduction.None", Assert.Throws<InvalidOperationException>(() => elements.EvaluateWithGradient(logits, labels, untouched)).Message);

        static void Fails(string argument, Action call) => Assert.Equal(argument, Assert.ThrowsAny<ArgumentException>(call).ParamName);
    }
}
