using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

public class ThreadTests
{
    [Fact]
    public void Threads_share_a_loss()
    {
        using var loss = new FBetaFocal();
        Exception?[] failures = new Exception?[8];
        Thread[] threads = [.. Enumerable.Range(0, failures.Length).Select(k => new Thread(() => Run(k)))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.All(failures, Assert.Null);

        void Run(int k)
        {
            try
            {
                using var scope = NewDisposeScope();
                Example example = Example.WithLabels([1, 4, 8, 8 + k], 255, k);
                (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target), example.Logits);
                for (int step = 0; step < 60; step++)
                {
                    using var inner = NewDisposeScope();
                    (Tensor again, Tensor gradientAgain) = Check.OnRoad(step % 8 == 7, () => Check.Run(x => loss.call(x, example.Target),
                        example.Logits));
                    Check.Close(value, again, 1e-12, "value");
                    Check.Close(gradient, gradientAgain, 1e-12, "gradient");
                }
            }
            catch (Exception error)
            {
                failures[k] = error;
            }
        }
    }
}
