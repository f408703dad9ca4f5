using LossGen.Generated;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>No tensor is left behind, with and without a scope of the caller's.</summary>
public class MemoryTests
{
    private const int Steps = 1000;

    [Theory]
    [InlineData(ScalarType.Float32, false)]
    [InlineData(ScalarType.Float32, true)]
    [InlineData(ScalarType.BFloat16, true)]
    public void A_large_gradient_has_the_memory_of_the_one_before(ScalarType type, bool isLast)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor labels = randint(0, 5, [1, 400, 401], dtype: ScalarType.Int64), logits = Check.Laid(randn(1, 5, 400, 401).to_type(type),
            isLast);
        nint first = 0;
        for (int k = 0; k < 4; k++)
        {
            using var step = NewDisposeScope();
            Tensor gradient = Gradient();
            nint address = TensorMemory.Data(gradient);
            Assert.Equal(logits.stride(), gradient.stride());
            Assert.True(k == 0 || address == first);
            first = address;
        }

        // Kept by somebody, it is not written to.
        using Tensor kept = Gradient(), copy = kept.clone();
        using Tensor other = Gradient(-1);
        Assert.NotEqual(TensorMemory.Data(kept), TensorMemory.Data(other));
        Assert.True(kept.eq(copy).all().item<bool>());
        Assert.False(kept.eq(other).all().item<bool>());

        Tensor Gradient(double factor = 1)
        {
            Tensor x = (logits * factor).detach().requires_grad_();
            return autograd.grad([loss.call(x, labels)], [x])[0];
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Steps_leave_no_tensor(bool operations, bool scoped)
    {
        using var outer = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var weighted = new Weighted();
        Example example = Example.WithLabels([2, 3, 4, 5], null, 1);
        Tensor logits = example.Logits.requires_grad_(), target = example.Target;
        Step();
        long before = Count();
        for (int k = 0; k < Steps; k++)
            Step();
        Assert.Equal(before, Count());

        void Step() => Check.OnRoad(operations, () =>
        {
            using DisposeScope? scope = scoped ? NewDisposeScope() : null;
            foreach (nn.Module<Tensor, Tensor, Tensor> one in (nn.Module<Tensor, Tensor, Tensor>[])[loss, weighted])
            {
                using Tensor value = one.call(logits, target);
                value.backward();
                using Tensor gradient = logits.grad!;
                logits.grad = null;
            }

            return 0;
        });
    }

    [Fact]
    public void Other_calls_leave_no_tensor()
    {
        using var outer = NewDisposeScope();
        using var loss = new ResizedDiceCrossEntropy();
        using var elements = new DiceCrossEntropyPerElement();
        Example example = Example.WithLabels([2, 3, 8, 6], null, 1);
        Tensor logits = rand(2, 6, 4, 3).narrow(1, 0, 3).requires_grad_(), whole = rand(2, 3, 8, 6).requires_grad_(),
            gradient = zeros_like(whole).contiguous(), wrong = gradient.narrow(0, 0, 1);
        Step();
        long before = Count();
        for (int k = 0; k < 100; k++)
            Step();
        Assert.Equal(before, Count());

        void Step()
        {
            loss.call(logits, example.Target).Dispose();
            loss.EvaluateWithGradient(whole, example.Target, gradient);
            using (no_grad())
                loss.call(logits, example.Target).Dispose();
            using Tensor value = elements.call(whole, example.Target);
            using (Tensor sum = value.sum())
                sum.backward();
            whole.grad!.Dispose();
            whole.grad = null;
            Assert.ThrowsAny<ArgumentException>(() => loss.call(logits, wrong));
        }
    }

    [Fact]
    public void Double_backward_leaves_no_tensor()
    {
        using var outer = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 4, 5], null, 1);
        Tensor x = example.Logits.requires_grad_();
        Step();
        long before = Count();
        for (int k = 0; k < 100; k++)
            Step();
        Assert.Equal(before, Count());

        void Step()
        {
            using var scope = NewDisposeScope();
            Tensor gradient = autograd.grad([loss.call(x, example.Target)], [x], create_graph: true, retain_graph: true)[0];
            gradient.square().sum().backward();
            x.grad!.Dispose();
            x.grad = null;
        }
    }

    [Fact]
    public void Dropped_results_are_given_back_before_the_end()
    {
        using var scope = NewDisposeScope();
        using var input = new TensorInput(new DiceCrossEntropy().GetDefinition(), [], new BatchShape([2, 3, 4], [4], true), rand(2, 3, 4),
            zeros(2, 4, dtype: ScalarType.Int64));
        long before = Count();
        Tensor kept = input.Keep(input.X.exp().log() + 1);
        Assert.Equal(before + 1, Count());
        input.Drop(kept);
        Assert.Equal(before, Count());
    }

    // What earlier tests left to the collector is gone first: it would be missing from the next count.
    internal static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}

internal static class Definitions
{
    public static LossDefinition GetDefinition(this ILoss loss) => loss.Definition;
}
