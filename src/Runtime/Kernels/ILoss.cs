using System.ComponentModel;
using LossGen.Reference;

namespace LossGen;

/// <summary>What every declared loss implements; use it through the extension methods of <see cref="LossExtensions"/>.</summary>
public interface ILoss
{
    /// <summary>What the declaration says.</summary>
    LossDefinition Definition { get; }

    /// <summary>Runs the generated kernels. Called by the library.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    void Run(ref Kernels.CpuCall call);

    /// <summary>How many run-time parameters a call with so many classes has. Called by generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    int ParameterCount(int classes) => 0;

    /// <summary>Writes the run-time parameters as they are now. Called by generated code.</summary>
    /// <param name="parameters"><see cref="ParameterCount"/> numbers.</param>
    /// <param name="classes">C.</param>
    /// <exception cref="ArgumentException">A property with one number a class has not C numbers.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    void WriteParameters(Span<double> parameters, int classes)
    {
    }

    /// <summary>Evaluates the formulas as they are written, in double. Called by the library.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    Value Reference(ReferenceContext context);
}

/// <summary>The options of a declared loss that the library needs when the loss is called.</summary>
public sealed record LossDefinition
{
    /// <summary>The name of the class.</summary>
    public required string Name { get; init; }

    /// <summary>How logits become probabilities.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The declared number of classes; 0 takes it from the logits.</summary>
    public int Classes { get; init; }

    /// <summary>
    /// The smallest number of classes that the formulas make sense with, because they ask for some by their number; 0 where they do not.
    /// </summary>
    public int LeastClasses { get; init; }

    /// <summary>
    /// The largest number of classes, where the formulas ask for all that there may be by their numbers; 0 where there is none.
    /// </summary>
    public int MostClasses { get; init; }

    /// <summary>
    /// A dense target is a probability: numbers below -0.5 and from 2 up, such as those of a mask of 0 and 255, are an error, unless they
    /// are ignored.
    /// </summary>
    public bool UnitTarget { get; init; }

    /// <summary>The ignored label, or null.</summary>
    public int? IgnoreIndex { get; init; }

    /// <summary>Labels that are ignored besides <see cref="IgnoreIndex"/>, as which they are read. None where that is null.</summary>
    public IReadOnlyList<int> OtherIgnoreIndices { get; init; } = [];

    /// <summary>Sums go over the pixels of each image.</summary>
    public bool PerImage { get; init; }

    /// <summary>The final mean over pixels counts ignored ones, too.</summary>
    public bool CountIgnored { get; init; }

    /// <summary>What happens to the remaining axes.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Which targets are accepted.</summary>
    public TargetKind Target { get; init; }

    /// <summary>Where the class axis of a dense target lies.</summary>
    public ClassAxis TargetClassAxis { get; init; }

    /// <summary>The dense target has one more channel, the last, which is dropped.</summary>
    public bool DropLastTargetChannel { get; init; }

    /// <summary>What happens when the sizes differ.</summary>
    public Resize Resize { get; init; }

    /// <summary>The axes that an image has to have, because the loss looks at neighbouring pixels; 0 where it does not.</summary>
    public int Dimensions { get; init; }

    /// <summary>
    /// What the loss compares, if it compares rows or columns of embeddings. Target and ignored numbers of this definition are then those
    /// of the matrix of pairs, which is made of the embeddings and labels of a call: dense, and -1 for what is no pair.
    /// </summary>
    public Pairs Pairs { get; init; }

    /// <summary>The label of rows that take no part in any pair, or null.</summary>
    public int? IgnoredRowLabel { get; init; }

    /// <summary>What a call takes besides logits and target, in this order.</summary>
    public IReadOnlyList<LossInput> Inputs { get; init; } = [];

    /// <summary>The terms in the order of declaration, where the loss has one value: none with <see cref="Reduction.None"/>.</summary>
    public IReadOnlyList<LossComponent> Components { get; init; } = [];

    /// <summary>
    /// Labels are 0 and 1 and say whether the pixel is of the one class there is. Under a softmax a single class is a class like any other:
    /// its label is 0.
    /// </summary>
    /// <param name="classes">C.</param>
    public bool IsSingleForeground(long classes) => classes == 1 && Activation != Activation.Softmax;

    /// <summary>A label is ignored.</summary>
    internal bool IsIgnored(long label)
    {
        for (int k = 0; k < OtherIgnoreIndices.Count; k++)
        {
            if (label == OtherIgnoreIndices[k])
                return true;
        }

        return label == IgnoreIndex;
    }
}
