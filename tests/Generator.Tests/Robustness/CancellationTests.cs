using System.Text;
using LossGen.Compiler;
using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>An editor cancels a run when the next key is pressed: the run stops where it is.</summary>
public class CancellationTests
{
    [Fact]
    public void ACancelledStepDoesNothing()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        LossModel model = GeneratorDriverHelper.Run(Samples.DiceCrossEntropy).Model;
        Assert.Throws<OperationCanceledException>(() => Pipeline.Run(model, false, source.Token));
        Assert.Throws<OperationCanceledException>(() => Pipeline.Run(Long.Value, false, source.Token));
    }

    [Fact]
    public void ARunThatIsUnderWayStops()
    {
        LossModel model = Long.Value;
        Pipeline.Run(model, false, default); // warm

        // The moment of cancelling moves through the stages. A thread of its own cancels, for a timer waits where the pool is busy; to be
        // late is no fault, so it tries again.
        int stopped = 0;
        for (int attempt = 0; attempt < 200 && stopped < 3; attempt++)
        {
            using var source = new CancellationTokenSource();
            using var begun = new ManualResetEventSlim();
            var canceller = new Thread(() =>
            {
                begun.Wait();
                Thread.Sleep(attempt % 10);
                source.Cancel();
            });
            canceller.Start();
            try
            {
                begun.Set();
                Pipeline.Run(model, false, source.Token);
            }
            catch (OperationCanceledException)
            {
                stopped++;
            }

            canceller.Join();
        }

        Assert.Equal(3, stopped);
    }

    // Long enough for a thread of its own, and for some tens of milliseconds at least: each step is a pass over the pixels, which begins
    // with those before it.
    private static readonly Lazy<LossModel> Long = new(() =>
    {
        const int Steps = 60;
        var body = new StringBuilder("Value v0 = x.Probability;\n");
        for (int i = 1; i <= Steps; i++)
            body.Append($"Value v{i} = Tanh(v{i - 1} * y + {i}) * Sum(v{i - 1});\n");
        return GeneratorDriverHelper.Run($$"""
            [Loss(Activation.Softmax)] public partial class L
            {
                static Value Formula(Prediction x, Target y)
                {
                    {{body}}
                    return v{{Steps}};
                }
            }
            """).Model;
    });
}
