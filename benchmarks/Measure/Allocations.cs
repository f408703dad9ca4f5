namespace LossGen.Benchmarks.Measure;

/// <summary>What one call allocates, in bytes: managed memory and torch's tensors.</summary>
/// <param name="Total">The sum of all allocations; null where tensors cannot be counted.</param>
/// <param name="Peak">The most that was held at once.</param>
internal sealed record Allocations(long? Total, long? Peak)
{
    public static Allocations Of(Approach approach)
    {
        for (int i = 0; i < 3; i++)
            approach.RunTotal();
        long before = GC.GetAllocatedBytesForCurrentThread();
        approach.RunTotal();
        long managed = GC.GetAllocatedBytesForCurrentThread() - before;
        using TensorMemory? memory = TensorMemory.Watch();
        approach.RunTotal();
        return memory is null ? new(null, null) : new(managed + memory.Allocated, managed + memory.Peak);
    }
}
