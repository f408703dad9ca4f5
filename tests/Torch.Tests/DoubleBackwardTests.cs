using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;
using F = TorchSharp.torch.nn.functional;

namespace LossGen.Torch.Tests;

/// <summary>The gradient can be differentiated again: a gradient penalty against plain autograd.</summary>
public class DoubleBackwardTests
{
    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (string name in PlainLosses.All.Keys)
        {
            cases.Add(name, false);
            cases.Add(name, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Penalty_on_the_gradient_has_the_gradient_of_autograd(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        (var create, PlainLosses.Formula formula, int? ignored) = PlainLosses.All[name];
        using nn.Module<Tensor, Tensor, Tensor> loss = create();
        int classes = ((ILoss)loss).Definition.Classes;
        long[] shape = [2, classes > 0 ? classes : 4, 3, 5];
        Example example = Example.WithLabels(shape, ignored, 11);
        (Tensor first, Tensor second) = Penalty(x => formula(x.reshape(shape[0], shape[1], -1), example), example.Logits);
        (Tensor own, Tensor ownSecond) = Check.OnRoad(operations, () => Penalty(x => loss.call(x, example.Target), example.Logits));
        Check.Close(first, own, 1e-10, "gradient");
        Check.Close(second, ownSecond, 1e-10, "gradient of the penalty");
    }

    /// <summary>Of logits that the loss resizes, as of those that torch resizes ahead of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Penalty_goes_through_the_resize(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new UnalignedDiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 9, 7], 255, 1);
        Tensor logits = randn([2, 3, 4, 5], dtype: ScalarType.Float64);
        (Tensor first, Tensor second) =
            Penalty(x => loss.call(F.interpolate(x, [9, 7], mode: InterpolationMode.Bilinear, align_corners: false), example.Target),
            logits);
        (Tensor own, Tensor ownSecond) = Check.OnRoad(operations, () => Penalty(x => loss.call(x, example.Target), logits));
        Check.Close(first, own, 1e-10, "gradient");
        Check.Close(second, ownSecond, 1e-10, "gradient of the penalty");
    }

    [Fact]
    public void Gradient_without_create_graph_has_no_graph()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 4, 5], null, 1);
        Tensor x = example.Logits.requires_grad_();
        Assert.False(autograd.grad([loss.call(x, example.Target)], [x])[0].requires_grad);
        Assert.True(autograd.grad([loss.call(x, example.Target)], [x], create_graph: true, retain_graph: true)[0].requires_grad);
    }

    private static (Tensor Gradient, Tensor Second) Penalty(Func<Tensor, Tensor> loss, Tensor logits)
    {
        Tensor x = logits.detach().clone().requires_grad_();
        Tensor gradient = autograd.grad([loss(x)], [x], create_graph: true, retain_graph: true)[0];
        gradient.square().sum().backward();
        return (gradient.detach(), x.grad!);
    }
}
