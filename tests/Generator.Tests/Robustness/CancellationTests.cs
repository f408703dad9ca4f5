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

        // The moment of cancelling moves through the stages; to be late once is no fault.
        int stopped = 0;
        for (int milliseconds = 1; milliseconds <= 20 && stopped < 3; milliseconds++)
        {
            using var source = new CancellationTokenSource(milliseconds);
            try
            {
                Pipeline.Run(model, false, source.Token);
            }
            catch (OperationCanceledException)
            {
                stopped++;
            }
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
