using System.Runtime.InteropServices;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>
/// What the process holds in the end, as the system counts it: a tensor that libtorch keeps alive is no C# object that could be counted.
/// </summary>
public class ResidentMemoryTests
{
    private const long Megabyte = 1 << 20;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Kept_values_keep_neither_logits_nor_labels(bool operations, bool function)
    {
        // 60 values of 1x4x512x512: 240 MiB of logits and 120 of labels. The leaf stays with a graph, as for any loss, so it is one for
        // all.
        using var loss = new DiceCrossEntropy();
        using var elements = new DicePerImageAndClass();
        using Tensor leaf = rand(1, 4, 512, 512).requires_grad_();
        var kept = new List<Tensor>();
        long grown = Growth(20, k =>
        {
            using var scope = NewDisposeScope();
            Tensor labels = zeros(1, 512, 512, dtype: ScalarType.Int64);
            foreach (nn.Module<Tensor, Tensor, Tensor> one in (nn.Module<Tensor, Tensor, Tensor>[])[loss, elements, loss])
            {
                Tensor value = one.call(leaf * 1, labels.clone());
                value.backward([ones_like(value)]);
                kept.Add(value.DetachFromDisposeScope());
            }

            leaf.grad!.Dispose();
            leaf.grad = null;
        }, operations, function);
        Assert.True(grown < 40 * Megabyte, $"{kept.Count} values: {grown / Megabyte} MiB");
        kept.ForEach(value => value.Dispose());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Two_thousand_steps_of_every_kind_leave_nothing(bool operations, bool function)
    {
        // A leak of the logits of one step in four would be 125 MiB.
        using var loss = new DiceCrossEntropy();
        using var elements = new DicePerImageAndClass();
        using Tensor leaf = rand(1, 4, 64, 64).requires_grad_(), wrong = zeros(1, 64, 63, dtype: ScalarType.Int64),
            bad = full(1, 64, 64, 9, dtype: ScalarType.Int64);
        Tensor inferred;
        using (inference_mode(true))
            inferred = zeros(1, 64, 64, dtype: ScalarType.Int64);
        long grown = Growth(2000, k =>
        {
            using DisposeScope? scope = k % 2 == 0 ? NewDisposeScope() : null;
            using Tensor logits = leaf * 1, labels = zeros(1, 64, 64, dtype: ScalarType.Int64);
            switch (k % 8)
            {
                case 0:
                    loss.call(logits, labels).Dispose(); // no backward pass
                    break;
                case 1:
                    loss.Backward(logits, labels);
                    break;
                case 2:
                    using (Tensor value = loss.call(logits, inferred))
                        value.backward();
                    break;
                case 3:
                    using (Tensor value = loss.call(logits, labels), arrives = ones_like(value))
                    {
                        value.backward([arrives], retain_graph: true);
                        value.backward([arrives]);
                    }

                    break;
                case 4:
                    using (Tensor values = elements.call(logits, labels), arrives = ones_like(values))
                        values.backward([arrives]);
                    break;
                case 5:
                    Assert.ThrowsAny<ArgumentException>(() => loss.call(logits, wrong));
                    Assert.ThrowsAny<ArgumentException>(() => loss.call(logits, bad));
                    break;
                case 6:
                    using (Tensor value = loss.call(logits, labels))
                    using (no_grad())
                        value.div_(2);
                    break;
                default:
                    using (Tensor value = loss.call(logits, labels))
                    {
                        value.backward();
                        Assert.ThrowsAny<Exception>(value.backward);
                    }

                    break;
            }

            leaf.grad?.Dispose();
            leaf.grad = null;
        }, operations, function);
        Assert.True(grown < 40 * Megabyte, $"{grown / Megabyte} MiB");
        inferred.Dispose();
    }

    [Theory]
    [InlineData(0L, 8)]
    [InlineData(0L, 512)]
    [InlineData(512L << 20, 512)]
    public void No_gradient_waits_for_a_next_call(long retained, int size)
    {
        long before = LossRuntime.RetainedGradientBytes;
        LossRuntime.RetainedGradientBytes = retained;
        try
        {
            using var loss = new DiceCrossEntropy();
            using Tensor logits = rand(1, 4, size, size).requires_grad_(), labels = zeros(1, size, size, dtype: ScalarType.Int64);
            Step(); // what is made once
            long count = MemoryTests.Count();
            var thread = new Thread(Step); // one that calls no more
            thread.Start();
            thread.Join();
            Assert.Equal(count, Tensor.TotalCount); // now, before the collector runs

            void Step()
            {
                using Tensor value = loss.call(logits, labels);
                value.backward();
                logits.grad!.Dispose();
                logits.grad = null;
            }
        }
        finally
        {
            LossRuntime.RetainedGradientBytes = before;
        }
    }

    // How much more the process holds after the steps than after a tenth of them.
    private static long Growth(int steps, Action<int> step, bool operations, bool function)
    {
        return Check.OnRoad(operations, function, () =>
        {
            for (int k = 0; k < steps / 10; k++)
                step(k);
            long before = Held();
            for (int k = 0; k < steps; k++)
                step(k);
            return Held() - before;
        });

        static long Held()
        {
            // Twice: what a finalizer frees is garbage in the second. "Aggressive", for else the collector keeps the memory of a young
            // generation that it may need again, a hundred MiB and more, and the system counts that too.
            for (int k = 0; k < 2; k++)
            {
                GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            // What was freed between small blocks that live on, glibc keeps until it is told: nobody holds it.
            if (OperatingSystem.IsLinux())
                malloc_trim(0);
            return Environment.WorkingSet;
        }
    }

    [DllImport("libc")]
    private static extern int malloc_trim(nint left);
}
