namespace LossGen.Compiler.Graph;

/// <summary>What an operation makes of finite numbers at the worst.</summary>
internal enum Extremes
{
    /// <summary>Finite numbers with finite slopes, as long as nothing overflows.</summary>
    None,

    /// <summary>An infinite slope, and no number beyond it: a root.</summary>
    Slope,

    /// <summary>Numbers that grow so fast that moderate ones overflow: an exponential.</summary>
    Overflow,

    /// <summary>Infinity, or no number: a logarithm, a quotient, the largest of nothing.</summary>
    Pole,
}

/// <summary>
/// A row of the table of operations. To add an element-wise operation is to add a member to <see cref="Op"/> and a row to
/// <see cref="Operations"/>.
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

    /// <summary>Bounds of the result, whatever the inputs are; null where only the inputs tell.</summary>
    public Interval? Result { get; init; }

    /// <summary>What becomes of finite inputs at the worst.</summary>
    public Extremes Extremes { get; init; }

    /// <summary>Expensive enough that a stored result beats a recomputed one.</summary>
    public bool IsExpensive { get; init; }

    /// <summary>
    /// Computed for whole images between two passes: what it reads has been stored by an earlier pass, or by a step before it, and later
    /// passes read what it leaves as a map.
    /// </summary>
    public bool IsStep { get; init; }

    /// <summary>
    /// The function, by the name that it has in the runtime's vectors and scalars, in <c>System.Math</c>, and among the tensor operations;
    /// C has the same in small letters, with few exceptions. Null where operators say it.
    /// </summary>
    public string? Function { get; init; }

    /// <summary><c>System.Math</c> has the function; otherwise the runtime's <c>ScalarMath</c> does.</summary>
    public bool IsInMath { get; init; }

    /// <summary>Formulas call the function by its name, and it means the operation as it stands: no rewrite looks at its input.</summary>
    public bool IsPlain { get; init; }

    /// <summary>The function on lanes, where the range of the input is known and a shorter one will do.</summary>
    public string? LaneFunction { get; init; }

    /// <summary>How many inputs it takes.</summary>
    public int Inputs { get; init; } = 1;

    /// <summary>The arguments of the function, to be filled in.</summary>
    public string Arguments => Inputs switch { 1 => "({0})", 2 => "({0}, {1})", _ => "({0}, {1}, {2})" };

    /// <summary>C# on TorchSharp tensors, where it is not the function of <c>TensorInput</c> with that name.</summary>
    public string? Torch { get; init; }

    /// <summary>Applied to each element on its own, with broadcasting.</summary>
    public bool IsElementwise => Evaluate is not null;
}
