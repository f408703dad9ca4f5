using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(Smooth = 1e-5, IncludeBackground = false, Weight = 2)]
[CrossEntropy(Weight = 0.5)]
[Dice(Smooth = 1, OnlyClasses = [1, 2])]
public sealed partial class SeveralTerms;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(Smooth = 1e-5, IncludeBackground = false, Weight = 2)]
public sealed partial class FirstTerm;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(Smooth = 1e-5, OnlyClasses = [2], Weight = 2)]
public sealed partial class FirstTermOfClassTwo;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class SecondTerm;

[Loss(Activation.Sigmoid, Reduction = Reduction.Sum)]
[Tversky(Smooth = 1)]
public sealed partial class SummedTerm;

[Loss(Activation.Softmax)]
[CrossEntropy]
public sealed partial class SingleTerm;

[Loss(Activation.Softmax)]
[LovaszSoftmax]
[CrossEntropy]
public sealed partial class SortedTerms;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[Huber(Delta = 0.1, IncludeBackground = false, Weight = 2)]
[L1(ClassWeights = [1, 2, 3])]
[CrossEntropy(Activation = Activation.Softmax)]
public sealed partial class ElementTerms;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[Huber(Delta = 0.1, OnlyClasses = [1], Weight = 2)]
public sealed partial class ElementTermOfClassOne;

[Loss(Activation.Sigmoid, IgnoreIndex = 255)]
[L1(ClassWeights = [1, 2, 3])]
public sealed partial class SecondElementTerm;

[Loss(Activation.Sigmoid, IgnoreIndex = 255, Reduction = Reduction.Sum)]
[L1]
public sealed partial class SummedElements;

[Loss(Activation.Sigmoid, Target = TargetKind.Dense)]
[MeanSquaredError]
public sealed partial class DenseSquares;

/// <summary>The shares of the terms, and the values of the classes, from the pass of the value.</summary>
public class Components
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TermsAndClassesAreThoseOfLossesOfTheirOwn(bool dense)
    {
        var data = new Batch(new(3, 4, 500), 1, 255);
        var loss = new SeveralTerms();
        LossComponents parts = loss.CreateComponents(4);
        Assert.Equal(["Dice", "CrossEntropy", "Dice2"], parts.Terms.Select(term => term.Name));
        Assert.Equal([2, 0.5, 1], parts.Terms.Select(term => term.Weight));
        Assert.True(double.IsNaN(parts[0]));
        var gradient = new double[data.Logits.Length];
        double value = dense
            ? loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, gradient, parts)
            : loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, gradient, parts);
        Numbers.Close(value, parts[0] + parts[1] + parts[2], 1e-14);
        Numbers.Close(Alone(new FirstTerm(), data, dense), parts["Dice"], 1e-14);
        Numbers.Close(Alone(new SecondTerm(), data, dense), parts["CrossEntropy"], 1e-14);
        double[] classes = parts.Classes("Dice").ToArray();
        Assert.True(double.IsNaN(classes[0]));
        Numbers.Close(parts["Dice"], classes.Skip(1).Average(), 1e-14);
        Numbers.Close(Alone(new FirstTermOfClassTwo(), data, dense), classes[2], 1e-14);
        double[] second = parts.Classes(2).ToArray();
        Assert.Equal([true, false, false, true], second.Select(double.IsNaN));
        Numbers.Close(parts[2], (second[1] + second[2]) / 2, 1e-14);
        var error = Assert.Throws<InvalidOperationException>(() => parts.Classes("CrossEntropy")[0]);
        Assert.Contains("Term 'CrossEntropy' of SeveralTerms", error.Message, StringComparison.Ordinal);
        Assert.Contains("those that have are Dice, Dice2", error.Message, StringComparison.Ordinal);
        Assert.Contains("nor has any other", Assert.Throws<InvalidOperationException>(() => new SingleTerm().CreateComponents(4)
            .Classes(0)[0]).Message, StringComparison.Ordinal);

        // Nothing else changes.
        var plain = new double[gradient.Length];
        double again = dense
            ? loss.EvaluateWithGradient(data.Logits, data.Dense, data.Shape, plain)
            : loss.EvaluateWithGradient(data.Logits, data.Labels, data.Shape, plain);
        Assert.Equal(value, again);
        Assert.Equal(plain, gradient);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TermsOfPixelsHaveClassesToo(bool dense)
    {
        var data = new Batch(new(3, 3, 170), 1, 255);
        var loss = new ElementTerms();
        LossComponents parts = loss.CreateComponents(3);
        Assert.Equal([true, true, false], parts.Terms.Select(term => term.HasClasses));
        double value = Alone(loss, data, dense, parts);
        Numbers.Close(value, parts[0] + parts[1] + parts[2], 1e-14);
        double[] first = parts.Classes(0).ToArray(), second = parts.Classes(1).ToArray();
        Numbers.Close(Alone(new ElementTermOfClassOne(), data, dense), first[1], 1e-14);
        Assert.True(double.IsNaN(first[0]));
        Numbers.Close(Alone(new SecondElementTerm(), data, dense), parts[1], 1e-14);
        if (!dense)
        {
            // Each class has as many pixels.
            Numbers.Close(parts[0], (first[1] + first[2]) / 2, 1e-14);
            Numbers.Close(parts[1], second.Average(), 1e-14);
        }

        var squares = new DenseSquares();
        LossComponents ofClasses = squares.CreateComponents(3);
        Numbers.Close(squares.Evaluate(data.Logits, data.Dense, data.Shape, ofClasses), ofClasses.Classes(0).ToArray().Average(), 1e-13);
        var sum = new SummedElements();
        LossComponents summed = sum.CreateComponents(3);
        Numbers.Close(Alone(sum, data, dense, summed), summed.Classes(0).ToArray().Sum(), 1e-13);
    }

    [Fact]
    public void SumsOfPiecesHaveThemToo()
    {
        var data = new Batch(new(2, 3, 90));
        var loss = new DiceCrossEntropy();
        LossComponents whole = loss.CreateComponents(3), pieces = loss.CreateComponents(3);
        loss.Evaluate(data.SingleLogits, data.Labels, data.Shape, whole);
        LossStatistics sums = loss.CreateStatistics(data.Shape);
        loss.Accumulate(data.SingleLogits, data.Labels, data.Shape, sums);
        loss.Finish(sums, pieces);
        Assert.Equal(whole[0], pieces[0]);
        Assert.Equal(whole[1], pieces[1]);
        Assert.Equal(whole.Classes(0).ToArray(), pieces.Classes(0).ToArray());
    }

    [Fact]
    public void ASumOfClassesAddsUpAndASingleTermIsTheValue()
    {
        var data = new Batch(new(2, 3, 90));
        var summed = new SummedTerm();
        LossComponents parts = summed.CreateComponents(3);
        Numbers.Close(summed.Evaluate(data.Logits, data.Dense, data.Shape, parts), parts["Tversky"], 0);
        Numbers.Close(parts["Tversky"], parts.Classes(0).ToArray().Sum(), 1e-14);
        var single = new SingleTerm();
        LossComponents one = single.CreateComponents(3);
        Assert.Equal(single.Evaluate(data.Logits, data.Labels, data.Shape, one), one["CrossEntropy"]);
    }

    [Fact]
    public void LossesThatSortHaveThem()
    {
        var data = new Batch(new(2, 3, 90));
        var loss = new SortedTerms();
        LossComponents parts = loss.CreateComponents(3);
        Numbers.Close(loss.Evaluate(data.Logits, data.Labels, data.Shape, parts), parts[0] + parts[1], 1e-14);
        Numbers.Close(new SingleTerm().Evaluate(data.Logits, data.Labels, data.Shape), parts["CrossEntropy"], 1e-14);
    }

    [Fact]
    public void NothingValidIsZero()
    {
        var data = new Batch(new(1, 4, 20));
        var loss = new SeveralTerms();
        LossComponents parts = loss.CreateComponents(4);
        var labels = new byte[20];
        labels.AsSpan().Fill(255);
        Assert.Equal(0, loss.Evaluate(data.Logits, labels, data.Shape, parts));
        Assert.Equal(0, parts[0]);
        Assert.Equal(0, parts[1]);
        Assert.Equal(0, parts.Classes(0)[1]);
    }

    [Fact]
    public void TheyCostNoAllocation()
    {
        var data = new Batch(new(2, 3, 90));
        float[] logits = data.SingleLogits, gradient = new float[logits.Length];
        var loss = new DiceCrossEntropy();
        LossComponents parts = loss.CreateComponents(3);
        for (int i = 0; i < 3; i++)
            loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient, parts);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            loss.EvaluateWithGradient(logits, data.Labels, data.Shape, gradient, parts);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void WrongOnesAreNamed()
    {
        var data = new Batch(new(2, 3, 90));
        var loss = new DiceCrossEntropy();
        Assert.Throws<NotSupportedException>(() => new RegionElements().CreateComponents(3));
        Assert.Equal("classes", Assert.Throws<ArgumentException>(() => new IndexOnly().CreateComponents(4)).ParamName);
        Assert.Equal("components", Assert.Throws<ArgumentException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape,
            new SingleTerm().CreateComponents(3))).ParamName);
        Assert.Equal("components", Assert.Throws<ArgumentException>(() => loss.Evaluate(data.Logits, data.Labels, data.Shape,
            loss.CreateComponents(4))).ParamName);
        Assert.Contains("Dice, CrossEntropy", Assert.Throws<ArgumentException>(() => loss.CreateComponents(3)["dice"]).Message,
            StringComparison.Ordinal);
    }

    private static double Alone(ILoss loss, Batch data, bool dense, LossComponents? parts = null) => dense
        ? loss.Evaluate(data.Logits, data.Dense, data.Shape, parts)
        : loss.Evaluate(data.Logits, data.Labels, data.Shape, parts);
}
