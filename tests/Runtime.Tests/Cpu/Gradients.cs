using LossGen.Kernels;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Memory that gradients leave for the next ones.</summary>
public sealed class Gradients : IDisposable
{
    private const long Mega = 1 << 20;

    private readonly long before = LossRuntime.RetainedGradientBytes;

    public Gradients() => LossRuntime.RetainedGradientBytes = 0;

    public void Dispose()
    {
        LossRuntime.RetainedGradientBytes = 0;
        LossRuntime.RetainedGradientBytes = before;
    }

    [Fact]
    public void TheNextGradientHasTheSameMemory()
    {
        LossRuntime.RetainedGradientBytes = 64 * Mega;
        nint first = GradientMemory.Rent(4 * Mega), second = GradientMemory.Rent(4 * Mega);
        Assert.NotEqual(first, second);
        Assert.Equal(0, first % 64);
        GradientMemory.Return(first);
        Assert.Equal(4 * Mega, GradientMemory.KeptBytes);
        Assert.Equal(first, GradientMemory.Rent((4 * Mega) - 100));
        GradientMemory.Return(first);
        GradientMemory.Return(second);
        Assert.Equal(8 * Mega, GradientMemory.KeptBytes);
    }

    [Fact]
    public void SmallAndVeryLargeOnesAreNotKept()
    {
        LossRuntime.RetainedGradientBytes = 64 * Mega;
        Assert.Equal(0, GradientMemory.Rent(Mega - 1));
        Assert.Equal(0, GradientMemory.Rent((64 * Mega) + 1));
        LossRuntime.RetainedGradientBytes = 0;
        Assert.Equal(0, GradientMemory.Rent(4 * Mega));
    }

    [Fact]
    public void AMuchLargerOneIsNotUsed()
    {
        LossRuntime.RetainedGradientBytes = 64 * Mega;
        nint large = GradientMemory.Rent(16 * Mega);
        GradientMemory.Return(large);
        nint small = GradientMemory.Rent(4 * Mega);
        Assert.NotEqual(large, small);
        GradientMemory.Return(small);
        Assert.Equal(20 * Mega, GradientMemory.KeptBytes);
    }

    [Fact]
    public void TheOldestAreFreed()
    {
        LossRuntime.RetainedGradientBytes = 10 * Mega;
        nint[] blocks = [.. Enumerable.Range(0, 3).Select(_ => GradientMemory.Rent(4 * Mega))];
        foreach (nint block in blocks)
            GradientMemory.Return(block);
        Assert.Equal(8 * Mega, GradientMemory.KeptBytes);
        GradientMemory.Return(blocks[2]); // twice: nothing happens
        Assert.Equal(8 * Mega, GradientMemory.KeptBytes);
        LossRuntime.RetainedGradientBytes = 100 * Mega;
        blocks = [.. Enumerable.Range(0, 8).Select(_ => GradientMemory.Rent(4 * Mega))];
        foreach (nint block in blocks)
            GradientMemory.Return(block);
        Assert.Equal(16 * Mega, GradientMemory.KeptBytes);
    }

    [Fact]
    public void TheBoundIsChecked() =>
        Assert.Contains("RetainedGradientBytes is -1", Assert.Throws<ArgumentOutOfRangeException>(() => LossRuntime.RetainedGradientBytes =
            -1).Message, StringComparison.Ordinal);
}
