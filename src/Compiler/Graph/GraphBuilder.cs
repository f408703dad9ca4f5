using System.Collections.Immutable;

namespace LossGen.Compiler.Graph;

/// <summary>
/// Makes nodes. <see cref="Make"/> is the raw constructor; the methods of the other parts of this class (in Simplify) apply the
/// algebra first, so that an expression is simplified while it is built, forward and backward alike.
/// </summary>
internal sealed partial class GraphBuilder
{
    private readonly Dictionary<Key, Node> nodes = [];

    /// <param name="classes">The declared number of classes; 0 when it's known only when the loss is called.</param>
    public GraphBuilder(int classes = 0) => DeclaredClasses = classes;

    public int DeclaredClasses { get; }

    /// <summary>Stops the work: the next node that is asked for throws.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>All nodes in the order of creation.</summary>
    public IEnumerable<Node> Nodes => nodes.Values.OrderBy(node => node.Id);

    /// <summary>The node of this operation on these inputs, as it is.</summary>
    public Node Make(
        Op op, ImmutableArray<Node> inputs, double number = 0, Axes attribute = Axes.None, ClassSelection? classes = null, Window? window =
            null)
    {
        Cancellation.ThrowIfCancellationRequested();
        var key = new Key(op, inputs, number, attribute, classes, window);
        if (!nodes.TryGetValue(key, out Node? node))
        {
            node = new Node(nodes.Count, op, inputs, number, attribute, classes, window, AxesOf(op, inputs, attribute));
            nodes.Add(key, node);
            if (IsDifferentiating && op == Op.Multiply)
                slopes.Add(node);
        }

        return node;
    }

    /// <summary>The same operation on other inputs, as it is.</summary>
    public Node Same(Node node, ImmutableArray<Node> inputs) => Make(node.Op, inputs, node.Number, node.Attribute, node.Classes,
        node.Window);

    public Node Make(Op op, params Node[] inputs) => Make(op, ImmutableArray.Create(inputs));

    public Node Constant(double number) => Make(Op.Constant, ImmutableArray<Node>.Empty, number);

    public Node Zero => Constant(0);

    public Node One => Constant(1);

    public Node True => Constant(1);

    public Node Parameter(int index) => Make(Op.Parameter, ImmutableArray<Node>.Empty, index);

    public Node PerClass(int table) => Make(Op.PerClass, ImmutableArray<Node>.Empty, table, Axes.Class);

    public Node Logit => Make(Op.Logit, ImmutableArray<Node>.Empty, 0, Axes.All);

    public Node Target => Make(Op.Target, ImmutableArray<Node>.Empty, 0, Axes.All);

    /// <summary>What the caller passes besides logits and target: one number a pixel, or one a class and pixel.</summary>
    public Node Input(int index, Axes axes) => Make(Op.Input, ImmutableArray<Node>.Empty, index, axes);

    /// <summary>Condition: this class is the label of the pixel. False where the pixel is not valid.</summary>
    public Node OneHot => Make(Op.OneHot, ImmutableArray<Node>.Empty, 0, Axes.All);

    public Node Valid(Axes axes) => Make(Op.Valid, ImmutableArray<Node>.Empty, 0, axes);

    /// <summary>
    /// Condition: some class is the label of the pixel. With one class and labels 0 and 1 that is more than being valid; with
    /// several it's the same.
    /// </summary>
    public Node Labelled
    {
        get
        {
            if (MayHaveSingleClass)
                return Make(Op.Labelled, ImmutableArray<Node>.Empty, 0, Axes.Batch | Axes.Pixel);
            return HasInvalidPixels ? Valid(Axes.Batch | Axes.Pixel) : True;
        }
    }

    /// <summary>How many classes a call must have at least, because a formula asks for one by its number.</summary>
    public int LeastClasses { get; private set; }

    public void RequireClass(int index) => LeastClasses = Math.Max(LeastClasses, index + 1);

    /// <summary>Some pixels may be invalid, because the loss declares an ignored label.</summary>
    public bool HasInvalidPixels { get; init; }

    /// <summary>The loss may be called with a single class, where label 0 means that the pixel is not of it.</summary>
    public bool MayHaveSingleClass { get; init; }

    /// <summary>The value depends on the number of images by itself, not only as a factor of the number of pixels.</summary>
    public bool CountsImages { get; set; }

    public Node ClassIndex => Make(Op.ClassIndex, ImmutableArray<Node>.Empty, 0, Axes.Class);

    public Node ClassSet(ClassSelection classes) =>
        classes.IsAll ? True : Make(Op.ClassSet, ImmutableArray<Node>.Empty, 0, Axes.Class, classes);

    public Node Upstream(Axes axes) => Make(Op.Upstream, ImmutableArray<Node>.Empty, 0, axes);

    /// <summary>The number of points along some axes.</summary>
    public Node Extent(Axes axes)
    {
        Node result = One;
        foreach (Axes axis in new[] { Axes.Batch, Axes.Class, Axes.Pixel })
        {
            if (!axes.Has(axis))
                continue;
            Node extent = axis == Axes.Class && DeclaredClasses > 0
                ? Constant(DeclaredClasses)
                : Make(Op.Extent, ImmutableArray<Node>.Empty, 0, axis);
            result = Multiply(result, extent);
        }

        return result;
    }

    /// <summary>The value as one that has these axes too.</summary>
    public Node Spread(Node value, Axes axes)
    {
        Axes missing = axes.Without(value.Axes);
        return missing == Axes.None ? value : Make(Op.Spread, [value], 0, missing);
    }

    private readonly Dictionary<Node, string> names = [];

    /// <summary>Remembers what a formula calls a node. The first name stays.</summary>
    public void Name(Node node, string name)
    {
        if (!node.IsConstant && (!node.Inputs.IsEmpty || node.Op == Op.Input) && !names.ContainsKey(node))
            names.Add(node, name);
    }

    /// <summary>What a formula calls the node, or null.</summary>
    public string? NameOf(Node node) => names.TryGetValue(node, out string? name) ? name : null;

    private static Axes AxesOf(Op op, ImmutableArray<Node> inputs, Axes attribute)
    {
        switch (op)
        {
            case Op.Constant or Op.Parameter or Op.Extent:
                return Axes.None;
            case Op.Logit or Op.Target or Op.Input or Op.OneHot or Op.Valid or Op.Labelled or Op.ClassIndex or
                Op.ClassSet or Op.PerClass or Op.Upstream:
                return attribute;
            case Op.Sum or Op.PixelMaximum:
                return inputs[0].Axes.Without(attribute);
            case Op.Spread:
                return inputs[0].Axes | attribute;
            case Op.LogSumExp or Op.ClassMaximum:
                return inputs[0].Axes.Without(Axes.Class);
            default:
                Axes axes = Axes.None;
                foreach (Node input in inputs)
                    axes |= input.Axes;
                return Operations.Of(op).IsStep && op != Op.RunningSum ? axes | Axes.Batch | Axes.Pixel : axes;
        }
    }

    private readonly struct Key(Op op, ImmutableArray<Node> inputs, double number, Axes attribute, ClassSelection? classes, Window? window)
        : IEquatable<Key>
    {
        private readonly Op op = op;
        private readonly ImmutableArray<Node> inputs = inputs;

        // Bits, not numbers: -0 and 0 differ, and NaN equals itself.
        private readonly long number = BitConverter.DoubleToInt64Bits(number);
        private readonly Axes attribute = attribute;
        private readonly ClassSelection? classes = classes;
        private readonly Window? window = window;

        public bool Equals(Key other)
        {
            if (op != other.op || number != other.number || attribute != other.attribute || !Equals(classes, other.classes)
                || !Equals(window, other.window)
                || inputs.Length != other.inputs.Length)
                return false;
            for (int i = 0; i < inputs.Length; i++)
            {
                if (!ReferenceEquals(inputs[i], other.inputs[i]))
                    return false;
            }

            return true;
        }

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            unchecked
            {
                int hash = (((int)op * 397) ^ number.GetHashCode()) * 31 + (int)attribute + (classes?.GetHashCode() ?? 0)
                    + (window?.GetHashCode() ?? 0);
                foreach (Node input in inputs)
                    hash = (hash * 31) + input.Id;
                return hash;
            }
        }
    }
}
