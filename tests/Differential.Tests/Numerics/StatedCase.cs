using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Reference;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>
/// A loss on a batch with the value and the gradient that it has to have, worked out apart from the product: on every road.
/// </summary>
/// <param name="Name">What the case is about.</param>
/// <param name="Declaration">The loss.</param>
/// <param name="Batch">Logits and a target.</param>
/// <param name="Value">The value; several where the loss does not reduce.</param>
/// <param name="Gradient">The gradient at each logit, in the order N, C, S.</param>
internal sealed record StatedCase(string Name, string Declaration, Batch Batch, double[] Value, double[] Gradient)
{
    private const double InDouble = 1e-12;

    private const double InSingle = 2e-6;

    /// <summary>The value and the gradient by each road, the reference's without gradient.</summary>
    public static IEnumerable<(string Road, Found Found, double Tolerance)> Roads(DeclarationCompiler compiler, string declaration,
        Batch batch)
    {
        ILoss loss = compiler.Create(declaration);
        yield return ("the CPU in double", CpuBackend.InDouble(loss, batch, []), InDouble);
        yield return ("the CPU in float", CpuBackend.InSingle(loss, batch, []), InSingle);
        foreach (TorchRoad road in (TorchRoad[])[TorchRoad.Kernel, TorchRoad.InOperations, TorchRoad.InSingle])
            yield return (road.ToString(), TorchBackend.Run(compiler.Create(declaration), batch, [], road), road == TorchRoad.InSingle
                ? InSingle : InDouble);
    }

    /// <summary>What the formulas give as they are written.</summary>
    public static double[] Reference(ILoss loss, Batch batch) => batch.Labels is { } labels
        ? ReferenceEvaluation.EvaluateElements(loss, batch.Shape, batch.Logits, labels)
        : ReferenceEvaluation.EvaluateElements(loss, batch.Shape, batch.Logits, batch.Dense!);

    public static Batch Indexed(int images, int classes, double[] logits, params long[] labels) =>
        new(new LossShape(images, classes, labels.Length / images), logits, labels, null);

    public static Batch Dense(int images, int classes, double[] logits, params double[] target) =>
        new(new LossShape(images, classes, target.Length / (images * classes)), logits, null, target);

    public void Check(DeclarationCompiler compiler)
    {
        AssertClose("the reference", Value, Reference(compiler.Create(Declaration), Batch), InDouble);
        foreach ((string road, Found found, double tolerance) in Roads(compiler, Declaration, Batch))
        {
            AssertClose(road, Value, found.Elements, tolerance);
            AssertClose(road + ", gradient", Gradient, found.Gradient, tolerance);
        }
    }

    private void AssertClose(string road, double[] wanted, double[] found, double tolerance)
    {
        bool agrees = wanted.Length == found.Length && wanted.Zip(found).All(pair => pair.First.Equals(pair.Second)
            || Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(1, Math.Abs(pair.First)));
        Assert.True(agrees, $"{Name} by {road}: {string.Join(", ", found)} instead of {string.Join(", ", wanted)}");
    }
}
