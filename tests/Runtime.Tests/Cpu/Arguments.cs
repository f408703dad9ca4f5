using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Wrong arguments: one exception that names the argument, what it has and what is needed.</summary>
public class Arguments
{
    private static readonly LossShape Shape = new(2, 3, 10);

    [Fact]
    public void LengthsAreChecked()
    {
        var loss = new DiceCrossEntropy();
        Check("logits", "59 elements and needs 60", () => loss.Evaluate(new float[59], new long[20], Shape));
        Check("logits", "0 elements and needs 60", () => loss.Evaluate((double[])null!, new long[20], Shape));
        Check("target", "19 elements and needs 20", () => loss.Evaluate(new float[60], new byte[19], Shape));
        Check("target", "20 elements and needs 60", () => loss.Evaluate(new float[60], new float[20], Shape));
        Check("gradient", "61 elements and needs 60", () => loss.EvaluateWithGradient(new float[60], new int[20], Shape, new float[61]));
        Check("target", "60 elements and needs 80", () => new DenseOnly().Evaluate(new float[60], new float[60], Shape));
    }

    [Fact]
    public void TheShapeIsChecked()
    {
        var loss = new DiceCrossEntropy();
        foreach (LossShape shape in new LossShape[] { default, new(0, 3, 10), new(2, 0, 10), new(2, 3, 0), new(-2, 3, 10) })
            Check("shape", "at least 1", () => loss.Evaluate(new float[60], new long[20], shape));
        Check("shape", "Classes = 3", () => new IndexOnly().Evaluate(new float[40], new long[20], new(2, 2, 10)));
        Check("shape", "Resize.LinearUnaligned", () => loss.Evaluate(new float[60], new long[20], Shape.WithLogits(2, 5)));
    }

    /// <summary>Its probability is 1 and its gradient 0, whatever the logit.</summary>
    [Fact]
    public void ASoftmaxNeedsTwoClasses()
    {
        var shape = new LossShape(2, 1, 10);
        var loss = new DiceCrossEntropy();
        var gradient = new float[20];
        const string Text = "DiceCrossEntropy declares Activation.Softmax, and a softmax over one class is always 1";
        Check("shape", Text, () => loss.Evaluate(new float[20], new long[20], shape));
        Check("shape", "Declare Activation.Sigmoid", () => loss.EvaluateWithGradient(new float[20], new float[20], shape, gradient));
        Check("shape", Text, () => loss.Accumulate(new float[20], new long[20], shape, loss.CreateStatistics(new(2, 2, 10))));
        Check("shape", Text, () => loss.EvaluateLevels(DeepSupervision.Halving(1), [new LevelOutput<float>(new float[20], default, [10])],
            new long[20], 2, 1, [10]));
        Check("shape", "softmax over one class", () => loss.CreateMetrics(1).Accumulate(new float[20], new long[20], shape));
        Check("shape", "softmax over one class", () => ReferenceEvaluation.Evaluate(loss, shape, new double[20], new long[20]));
        Check("shape", "needs at least 2", () => new SoftmaxTerm().Evaluate(new float[20], new long[20], shape));
        Assert.True(new Sigmoid().Evaluate(new float[20], new long[20], shape) > 0);
    }

    [Fact]
    public void IntegersOfAOneHotTargetAreNamed()
    {
        const string Text = "a one-hot target is float, double or bool";
        Check("target", Text, () => new DiceCrossEntropy().Evaluate(new float[60], new long[60], Shape));
        Check("target", Text, () => new DiceCrossEntropy().CreateMetrics(3).Accumulate(new float[60], new byte[60], Shape));
        Check("target", Text, () => new DiceCrossEntropy().EvaluateLevels(DeepSupervision.Halving(1),
            [new LevelOutput<float>(new float[60], default, [10])], new long[60], 2, 3, [10]));
    }

    [Fact]
    public void TheKindOfTargetIsChecked()
    {
        Check("target", "TargetKind.Index", () => new IndexOnly().Evaluate(new float[60], new float[60], Shape));
        Check("target", "TargetKind.Dense", () => new DenseOnly().Evaluate(new float[60], new long[20], Shape));
        Check("target", "Char is not supported", () => new DiceCrossEntropy().Evaluate(new float[60], new char[20], Shape));
    }

    [Fact]
    public void TheGradientNeedsMemoryOfItsOwn()
    {
        var logits = new float[60];
        Check("gradient", "overlaps", () => new DiceCrossEntropy().EvaluateWithGradient(logits, new long[20], Shape, logits));
    }

    [Fact]
    public void ThereIsALoss()
    {
        DiceCrossEntropy loss = null!;
        Assert.Equal("loss", Assert.Throws<ArgumentNullException>(() => loss.Evaluate(new float[60], new long[20], Shape)).ParamName);
        Assert.Equal("loss", Assert.Throws<ArgumentNullException>(() => loss.CreateStatistics(Shape)).ParamName);
    }

    private static void Check(string name, string text, Action call)
    {
        var error = Assert.ThrowsAny<ArgumentException>(call);
        Assert.Equal(name, error.ParamName);
        Assert.Contains(text, error.Message);
    }
}
