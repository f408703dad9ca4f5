using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>
/// A node of the expression graph. Nodes are made by <see cref="GraphBuilder"/> only, which gives equal nodes the same
/// object (hash-consing), so equality is reference equality and a sub-expression that occurs twice is computed once.
/// </summary>
internal sealed class Node
{
    internal Node(int id, Op op, ImmutableArray<Node> inputs, double number, Axes attribute, ClassSelection? classes, Window? window,
        Axes axes)
    {
        Id = id;
        Op = op;
        Inputs = inputs;
        Number = number;
        Attribute = attribute;
        Classes = classes;
        Window = window;
        Axes = axes;
        FactorCount = op == Op.Multiply ? Math.Min(inputs[0].FactorCount + inputs[1].FactorCount, int.MaxValue / 4) : 1;
        DependsOnLogit = op == Op.Logit || (op is not (Op.Detach or Op.RunningSum) && inputs.Any(input => input.DependsOnLogit));
        PassesGradient = op == Op.Logit
            || (DependsOnLogit && Operations.Of(op).Derivative is not null && inputs.Skip(op is Op.Where or Op.Mask ? 1 : 0)
            .Any(input => input.PassesGradient));
    }

    /// <summary>Increasing in the order of creation: an input's id is smaller than its user's.</summary>
    public int Id { get; }

    public Op Op { get; }

    public ImmutableArray<Node> Inputs { get; }

    /// <summary>The number of a constant; the index of a parameter, of an input or of a table of per-class numbers.</summary>
    public double Number { get; }

    /// <summary>
    /// The axes that a reduction removes, that an extent counts, that spreading adds, or over which the upstream gradient varies.
    /// </summary>
    public Axes Attribute { get; }

    /// <summary>
    /// What a pass over the pixels reads to compute the node. The result of a step and what a neighbour has lie in memory.
    /// </summary>
    public ImmutableArray<Node> PassInputs => Op == Op.Neighbour || IsStep ? ImmutableArray<Node>.Empty : Inputs;

    /// <summary>Computed for whole images between two passes.</summary>
    public bool IsStep => Operations.Of(Op).IsStep;

    /// <summary>A step that leaves a map of its own: a running sum takes the place of its values or keys.</summary>
    public bool LeavesMap => IsStep && Op != Op.RunningSum;

    /// <summary>A step that looks at the neighbours of each pixel.</summary>
    public bool LooksAround => IsStep && Window is not null;

    /// <summary>
    /// Asks which points have the maximum: of the very numbers that it was found among. Rewritten, they may be rounded in another way.
    /// </summary>
    public bool IsOfMaximum => Op == Op.Equal && Inputs.Any(input => input.Op is Op.ClassMaximum or Op.PixelMaximum);

    /// <summary>The classes of a class set.</summary>
    public ClassSelection? Classes { get; }

    /// <summary>The neighbours that an operation on them reads.</summary>
    public Window? Window { get; }

    /// <summary>The axes over which the node varies.</summary>
    public Axes Axes { get; }

    /// <summary>The value changes with the logits, and that is not excluded from the derivative.</summary>
    public bool DependsOnLogit { get; }

    /// <summary>It does not only jump with the logits: a gradient flows through the node to them.</summary>
    public bool PassesGradient { get; }

    /// <summary>The factors of a product, each as often as it occurs. It doubles with every square of a square.</summary>
    public int FactorCount { get; }

    public int Index => (int)Number;

    public Node this[int input] => Inputs[input];

    /// <summary>The node has one value a pixel (and perhaps class): it's computed in a pass over the pixels.</summary>
    public bool IsPixel => Axes.Has(Axes.Pixel);

    public bool IsConstant => Op == Op.Constant;

    public bool IsNumber(double number) => Op == Op.Constant && Number.Equals(number);

    public override string ToString() => NodeText.Describe(this);
}

/// <summary>A subset of the classes: all but the background, or those listed.</summary>
internal sealed record ClassSelection(bool IncludeBackground, ImmutableArray<int> Only)
{
    public bool IsAll => IncludeBackground && Only.IsDefaultOrEmpty;

    public bool Equals(ClassSelection? other) =>
        other is not null && IncludeBackground == other.IncludeBackground && List.SequenceEqual(other.List);

    public override int GetHashCode() => List.Aggregate(IncludeBackground ? 1 : 2, (hash, c) => unchecked((hash * 31) + c));

    public ImmutableArray<int> List => Only.IsDefault ? ImmutableArray<int>.Empty : Only;

    /// <summary>The listed classes that the background rule leaves; empty when all are listed by default.</summary>
    public IEnumerable<int> Effective => List.Where(c => IncludeBackground || c != 0).Distinct().OrderBy(c => c);
}
