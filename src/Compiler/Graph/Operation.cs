namespace LossGen.Compiler.Graph;

/// <summary>
/// A row of the table of operations. To add an element-wise operation is to add a member to <see cref="Op"/>, a row to
/// <see cref="Operations"/> and, if formulas can call it, a name to the language table.
/// </summary>
internal sealed record Operation(Op Op)
{
    /// <summary>The value, for constant folding and for the interpreter of the tests; null for leaves and reductions.</summary>
    public Func<double[], double>? Evaluate { get; init; }

    /// <summary>
    /// The gradients of the inputs, given the builder, the node itself and the gradient that arrives; null entries where
    /// none flows. A null function means that the operation has no gradient by definition (conditions, sign, detach).
    /// </summary>
    public Func<GraphBuilder, Node, Node, Node?[]>? Derivative { get; init; }

    /// <summary>Where the operation or its derivative is not finite, in words.</summary>
    public string Domain { get; init; } = "all numbers";

    /// <summary>The result is a condition.</summary>
    public bool IsCondition { get; init; }

    /// <summary>A function of one number that grows with it wherever it is defined.</summary>
    public bool IsIncreasing { get; init; }

    /// <summary>Expensive enough that a stored result beats a recomputed one.</summary>
    public bool IsExpensive { get; init; }

    /// <summary>
    /// Computed for whole images between two passes: what it reads has been stored by an earlier pass, or by a step before it, and later passes read what it leaves as a map.
    /// </summary>
    public bool IsStep { get; init; }

    /// <summary>C# on lanes: {0}, {1}, {2} are the inputs.</summary>
    public string? Vector { get; init; }

    /// <summary>C# on doubles.</summary>
    public string? Scalar { get; init; }

    /// <summary>The function of C, where no operator of the language says it; the prelude of the kernels has those that C lacks.</summary>
    public string? Function { get; init; }

    /// <summary>C# on TorchSharp tensors.</summary>
    public string? Torch { get; init; }

    /// <summary>Applied to each element on its own, with broadcasting.</summary>
    public bool IsElementwise => Evaluate is not null;
}
