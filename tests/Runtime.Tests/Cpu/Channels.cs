using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Single classes by their number, and constants for pairs of classes.</summary>
public class Channels
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 17)]
    [InlineData(1, 70)]
    public void ValueAndGradientAreTheReferences(int batch, int pixels)
    {
        foreach (ILoss loss in new ILoss[] { new Distant(), new Losses.Channels() })
        {
            var data = new Batch(new(batch, 3, pixels), 3);
            var gradient = new double[data.Logits.Length];
            string name = loss.Definition.Name;
            Numbers.Close(ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Labels), loss.EvaluateWithGradient(data.Logits,
                data.Labels, data.Shape, gradient), 1e-12, name);
            Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Labels), gradient, 1e-9, name);
            Numbers.Close(ReferenceEvaluation.Evaluate(loss, data.Shape, data.Logits, data.Dense), loss.EvaluateWithGradient(data.Logits,
                data.Dense, data.Shape, gradient), 1e-12, name);
            Numbers.Close(ReferenceEvaluation.NumericalGradient(loss, data.Shape, data.Logits, data.Dense), gradient, 1e-9, name);
        }
    }

    [Fact]
    public void TooFewClassesAreRefused()
    {
        var data = new Batch(new(2, 2, 5));
        var error = Assert.ThrowsAny<ArgumentException>(() => new Losses.Channels().Evaluate(data.Logits, data.Labels, data.Shape));
        Assert.Contains("The shape has 2 classes; Channels asks for class 2 and needs at least 3", error.Message);
    }
}
