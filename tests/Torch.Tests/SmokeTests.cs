using LossGen.Torch.Tests.Losses;
namespace LossGen.Torch.Tests;
public class SmokeTests
{
    [Fact]
    public void Runs()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor x = randn(2, 3, 4, 5).requires_grad_(), y = randint(3, new long[] { 2, 4, 5 });
        Tensor v = loss.forward(x, y);
        v.backward();
        Assert.True(x.grad!.abs().sum().item<float>() > 0);
    }
}
