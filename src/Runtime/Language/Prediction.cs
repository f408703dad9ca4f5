using LossGen.Reference;

namespace LossGen;

/// <summary>
/// What the network says, in the forms that formulas need. Softmax always runs over all classes, whichever a term selects.
/// </summary>
public sealed class Prediction
{
    private readonly TermScope scope;

    internal Prediction(TermScope scope) => this.scope = scope;

    /// <summary>The input as it was given, over N, C, S.</summary>
    public Value Logit => scope.Source.Logit;

    /// <summary>The input after the activation of the term, or else of the loss, over N, C, S.</summary>
    public Value Probability => scope.Activated.Probability;

    /// <summary>
    /// The logarithm of <see cref="Probability"/>, computed from the logits where there is an activation: finite where they are.
    /// </summary>
    public Value LogProbability => scope.Activated.LogProbability;

    /// <summary>1 - <see cref="Probability"/>, computed without cancellation: accurate where the probability is nearly 1.</summary>
    public Value Complement => scope.Activated.Complement;

    /// <summary>The number of each class, 0 to C - 1, over C.</summary>
    public Value ClassIndex => scope.Source.ClassIndex;

    /// <summary>How many classes the term has.</summary>
    public Value ClassCount => scope.ClassCount;

    /// <summary>How many pixels all images of the batch have, ignored ones as well. <c>Total(1)</c> is how many take part.</summary>
    public Value PixelCount => scope.PixelCount;

    /// <summary>One number a class, over C. This is what generated code passes for a formula's per-class parameters.</summary>
    /// <param name="values">C numbers; null stands for 1 for every class.</param>
    /// <exception cref="ArgumentException">There are not C numbers.</exception>
    public Value PerClass(double[]? values) => scope.Source.PerClass(values);

    /// <summary>One number for each pair of classes. This is what generated code passes for a formula's matrices.</summary>
    /// <param name="values">C * C numbers, row by row; null stands for 0 on the diagonal and 1 elsewhere.</param>
    /// <exception cref="ArgumentException">There are not C * C numbers.</exception>
    public ClassMatrix ClassMatrix(double[]? values) => new(values, scope.Source.Extents.Classes);
}
