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
            foreach ((ScalarType type, double tolerance) in ((ScalarType, double)[])[(ScalarType.Float32, 1e-5),
                (ScalarType.Float64, 1e-13), (ScalarType.Float16, 1e-3), (ScalarType.BFloat16, 1e-2)])
            {
                foreach (bool isLast in (bool[])[false, true])
                {
                    Tensor logits = Check.Laid(example.Logits.to_type(type), isLast), gradient = empty_like(logits);
                    (Tensor value, Tensor expected) = Check.Run(x => loss.call(x, example.Target), logits);
                    double own = (double)loss.GetType().GetMethod("EvaluateWithGradient")!.Invoke(loss, [logits, example.Target, gradient,
                        1.0])!;
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
        using var net = nn.Conv2d(16, 16, 3, padding: 1);
        Tensor images = rand(2, 16, 6, 5), labels = randint(0, 16, [2, 6, 5], dtype: ScalarType.Int64);
        loss.call(net.call(images), labels).backward();
        Tensor expected = net.weight.grad!.clone();
        net.zero_grad();
        Tensor logits = net.call(images), gradient = empty_like(logits);
        loss.EvaluateWithGradient(logits, labels, gradient);
        logits.backward([gradient]);
        Check.Close(expected, net.weight.grad!, 1e-5, "weights");
        net.zero_grad();
        logits = net.call(images);
        Assert.Equal(loss.call(logits.detach(), labels).item<float>(), loss.Backward(logits, labels), 1e-6);
        Check.Close(expected, net.weight.grad!, 1e-5, "weights by Backward");
    }

    public static TheoryData<string, bool> Ways()
    {
        var ways = new TheoryData<string, bool>();
        foreach (string way in (string[])["the leaf", "unsqueeze", "permute", "cat of one", "narrow", "channels last"])
        {
            ways.Add(way, false);
            ways.Add(way, true);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Backward_trains_whichever_way_a_leaf_reaches_the_logits(string way, bool operations)
    {
        // 3 x 400 x 300 floats: memory that is used again.
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor leaf = (way == "permute" ? rand(400, 300, 3) : rand(3, 400, 300)).unsqueeze(0);
        leaf = (way is "the leaf" or "narrow" or "channels last" ? leaf : leaf.squeeze(0)).clone().requires_grad_();
        Tensor labels = randint(0, 3, [1, 400, 300], dtype: ScalarType.Int64);
        Tensor Logits(Tensor x) => way switch
        {
            "the leaf" => x,
            "narrow" => x.narrow(3, 0, 300),
            "permute" => x.permute(2, 0, 1).unsqueeze(0),
            "cat of one" => cat([x.unsqueeze(0)], 0),
            "channels last" => x.movedim([1], [-1]).contiguous().movedim([-1], [1]),
            _ => x.unsqueeze(0),
        };
        Tensor expected = Check.Run(x => loss.call(Logits(x), labels), leaf).Gradient;
        for (int step = 0; step < 4; step++)
        {
            using var inner = NewDisposeScope();
            leaf.grad?.zero_(); // as optimizer.zero_grad() does
            Check.OnRoad(operations, () => loss.Backward(Logits(leaf), labels));
            Check.Close(expected, leaf.grad!, 1e-5, $"step {step}");
        }
    }

    [Fact]
    public void Backward_takes_every_type_layout_and_map()
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        foreach ((ScalarType type, double tolerance) in ((ScalarType, double)[])[(ScalarType.Float32, 1e-5), (ScalarType.Float64, 1e-12),
            (ScalarType.Float16, 1e-2), (ScalarType.BFloat16, 3e-2)])
        {
            foreach (int layout in (int[])[0, 1, 2])
            {
                Example example = Example.WithLabels([2, 3, 6, 5], null, 3);
                Tensor mask = rand(2, 6, 5).gt(0.5), weights = rand(2, 5, 6).transpose(1, 2),
                    target = example.Target.to_type(ScalarType.Byte).transpose(1, 2).contiguous().transpose(1, 2);
                Tensor Logits(Tensor x) => layout == 2 ? x.transpose(2, 3).contiguous().transpose(2, 3) : Check.Laid(x, layout == 1);
                (Tensor value, Tensor gradient) = Check.Run(x => loss.call(Logits(x), target, mask, weights), example.Logits.to_type(type));
                Tensor leaf = example.Logits.to_type(type).detach().clone().requires_grad_();
                foreach (bool operations in (bool[])[false, true])
                {
                    leaf.grad = null;
                    Assert.Equal("upstream", Assert.Throws<ArgumentException>(() => loss.Backward(Logits(leaf), target, mask, weights,
                        double.NaN)).ParamName);
                    Check.OnRoad(operations, () => loss.Backward(Logits(leaf), target, mask, weights, 0.5));
                    Check.Close(gradient * 0.5, leaf.grad!, tolerance, $"half, {type}, layout {layout}");
                    leaf.grad = null;
                    double number = Check.OnRoad(operations, () => loss.Backward(Logits(leaf), target, mask, weights));
                    Check.Close(value.to_type(ScalarType.Float64), tensor(number, dtype: ScalarType.Float64), tolerance, "value");
                    Check.Close(gradient, leaf.grad!, tolerance, $"{type}, layout {layout}");
                }
            }
        }
    }

    [Fact]
    public void Backward_says_what_is_missing()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var elements = new DicePerClass();
        Tensor logits = rand(2, 3, 4, 5), labels = zeros(2, 4, 5, dtype: ScalarType.Int64);
        Assert.Contains("do not require a gradient", Assert.Throws<InvalidOperationException>(() => loss.Backward(logits, labels)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Reduction.None", Assert.Throws<InvalidOperationException>(() => elements.Backward(logits.requires_grad_(), labels))
            .Message, StringComparison.Ordinal);
        Assert.Equal("target", Assert.Throws<ArgumentNullException>(() => loss.Backward(logits, null!)).ParamName);
        loss.Components = loss.CreateComponents(3);
        double value = loss.Backward(logits, labels);
        Assert.Equal(value, loss.Components["Dice"] + loss.Components["CrossEntropy"], 1e-12);
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
        Assert.Equal("upstream", Assert.Throws<ArgumentException>(() => loss.EvaluateWithGradient(logits, example.Target, scaled,
            double.NaN)).ParamName);
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
        Assert.Contains("Reduction.None", Assert.Throws<InvalidOperationException>(() => elements.EvaluateWithGradient(logits, labels,
            untouched)).Message);

        static void Fails(string argument, Action call) => Assert.Equal(argument, Assert.ThrowsAny<ArgumentException>(call).ParamName);
    }
}
