using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Properties with one number a class.</summary>
public class ClassTensors
{
    private static readonly double[] RegionWeights = [1, 0.5, 3];

    private static readonly double[] PixelWeights = [0.25, 1, 2];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheyAreWhatAnAttributeWouldState(bool dense)
    {
        var data = new Batch(new(2, 3, 700), 1, 255);
        var found = new Reweighted { FBetaClassWeights = RegionWeights, CrossEntropyClassWeights = PixelWeights };
        double[] expected = new double[data.Logits.Length], gradient = new double[data.Logits.Length];
        Numbers.Close(Run(new Weighted(), data, dense, expected), Run(found, data, dense, gradient), 1e-14);
        Numbers.Close(expected, gradient, 1e-14);
    }

    [Fact]
    public void TheyMayChangeBetweenCalls()
    {
        var data = new Batch(new(2, 3, 90), 1, 255);
        var loss = new Reweighted();
        foreach (double[]? weights in (double[]?[])[null, RegionWeights, PixelWeights, [0, 1, 0]])
        {
            loss.FBetaClassWeights = weights;
            loss.CrossEntropyClassWeights = weights;
            foreach (bool dense in (bool[])[false, true])
            {
                var gradient = new double[data.Logits.Length];
                double expected = dense ? ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Dense)
                    : ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels);
                double[] slope = dense ? ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense)
                    : ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels);
                Numbers.Close(expected, Run(loss, data, dense, gradient), 1e-13);
                Numbers.Close(slope, gradient, 1e-9);
            }
        }
    }

    [Fact]
    public void FormulasInPlaceTakeThem()
    {
        var data = new Batch(new(2, 3, 30));
        var loss = new Margins();
        double before = loss.Evaluate(data.Logits, data.Labels, data.Shape);
        loss.Offsets = [0.5, -1, 2];
        var gradient = new double[data.Logits.Length];
        double value = loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
        Assert.NotEqual(before, value);
        Numbers.Close(ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels), value, 1e-13);
        Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels), gradient, 1e-9);
    }

    [Fact]
    public void PiecesTakeThem()
    {
        var data = new Batch(new(2, 3, 90), 1, 255);
        var loss = new Reweighted { FBetaClassWeights = RegionWeights };
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.Accumulate(data.Logits, data.Labels, data.Shape, sums);
        Numbers.Close(loss.Evaluate(data.Logits, data.Labels, data.Shape), loss.Finish(sums), 1e-14);
    }

    [Fact]
    public void ManyClassesCostNoAllocation()
    {
        var data = new Batch(new(1, 300, 16));
        var loss = new Reweighted { FBetaClassWeights = [.. Enumerable.Range(0, 300).Select(c => 1.0 + c)] };
        float[] logits = data.SingleLogits, gradient = new float[logits.Length];
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WrongOnesAreNamed()
    {
        var data = new Batch(new(1, 3, 30), 1, 255);
        var loss = new Reweighted { FBetaClassWeights = [1, 2] };
        ArgumentException error = Assert.Throws<ArgumentException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape));
        Assert.Equal("FBetaClassWeights", error.ParamName);
        Assert.Contains("2 numbers and the call 3 classes", error.Message, StringComparison.Ordinal);
        loss.FBetaClassWeights = [1, double.NaN, 1];
        Assert.Contains("FBetaClassWeights[1]", Assert.Throws<ArgumentException>(() => loss.CreateStatistics(data.Shape)).Message,
            StringComparison.Ordinal);
    }

    private static double Run(ILoss loss, Batch data, bool dense, double[] gradient) => dense
        ? loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, gradient)
        : loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient);
}
