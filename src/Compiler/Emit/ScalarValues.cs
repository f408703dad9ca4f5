using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit;

/// <summary>
/// The values of the scalar section, in double: which name, element or operation stands for a node. A backend says where its memory lies.
/// </summary>
internal abstract class ScalarValues(LossPlan plan, NodeNames names, SlotLayout slots)
{
    public static readonly Variable Image = new("n", NumberType.Whole);
    protected static readonly Variable Class = new("c", NumberType.Whole);

    // In a variable where the next step stands.
    private readonly HashSet<Node> known = [];

    /// <summary>The number of images, of classes, and of pixels of an image.</summary>
    protected abstract Expression Extent(Axes axis);

    /// <summary>A number that the caller gives: of the loss, then those of each class.</summary>
    protected abstract Expression Parameter(Expression index, Node node);

    /// <summary>A constant of a class.</summary>
    protected abstract Expression Table(int table);

    /// <summary>What flows in from behind the loss.</summary>
    protected abstract Expression Upstream(Node node);

    /// <summary>A sum over the pixels that a pass has left.</summary>
    /// <param name="node">The sum.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="place">Where it lies among the sums of the pass and image.</param>
    protected abstract Expression Statistic(Node node, PassPlan pass, Expression place);

    /// <summary>A node that is kept in memory.</summary>
    public abstract Element Slot(Node node);

    /// <summary>An element among those of some axes.</summary>
    public Expression Place(Axes axes) => (axes & (Axes.Batch | Axes.Class)) switch
    {
        Axes.Batch | Axes.Class => Whole.Sum(Whole.Product(Image, Extent(Axes.Class)), Class),
        Axes.Batch => Image,
        Axes.Class => Class,
        _ => Whole.Zero,
    };

    /// <summary>A place among rows of the classes and numbers behind them.</summary>
    public Expression PlaceInRows(int row, bool hasClass, int classRows) => hasClass
        ? Whole.Sum(Whole.Times(row, Extent(Axes.Class)), Class)
        : Length(classRows, row);

    /// <summary>Where a component goes: those of the terms in their order, then the classes of each that has them.</summary>
    public Expression PlaceOfComponent(int k, int terms, bool hasClasses) =>
        hasClasses ? Whole.Sum(Whole.Of(terms), PlaceInRows(k - terms, hasClass: true, 0)) : Whole.Of(k);

    /// <summary>What a sum or a maximum begins with.</summary>
    public static Number Start(Node reduction) => new(reduction.Op == Op.Sum ? 0 : double.NegativeInfinity, NumberType.Double);

    /// <summary>How a sum or a maximum takes a number in.</summary>
    public static Joining JoiningOf(Node reduction) => reduction.Op == Op.Sum ? Joining.Add : Joining.Maximum;

    /// <summary>How many numbers rows of the classes, and numbers behind them, are.</summary>
    public Expression Length(int classRows, int numbers) => Whole.Sum(Whole.Times(classRows, Extent(Axes.Class)), Whole.Of(numbers));

    public Variable Name(Node node) => new(names.Of(node), NumberType.Double);

    public bool Knows(Node node) => known.Contains(node);

    public void Add(Node node) => known.Add(node);

    public HashSet<Node> Known => [.. known];

    /// <summary>What has had a name since then has it no more: its loop has ended.</summary>
    public void Forget(HashSet<Node> before) => known.IntersectWith(before);

    public Expression Value(Node node)
    {
        if (known.Contains(node))
            return Name(node);
        if (slots.IsStored(node))
            return Slot(node);
        return ScalarStep.IsReductionNode(node) && !Planner.IsStatistic(node) ? Value(node[0]) : Compute(node);
    }

    /// <summary>A condition is 1 or 0.</summary>
    public Expression NumberOf(Node node)
    {
        Expression value = Value(node);
        return value.Type == NumberType.Truth ? new Cast(value, NumberType.Double) : value;
    }

    public Expression Compute(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant:
                return new Number(node.Number, NumberType.Double);
            case Op.Parameter:
                return Parameter(Whole.Of(node.Index), node);
            case Op.Extent:
                return new Cast(Extent(node.Attribute), NumberType.Double);
            case Op.ClassIndex:
                return new Cast(Class, NumberType.Double);
            case Op.ClassSet:
                return Whole.IsAmong(node.Classes!, Class);
            case Op.PerClass when plan.Graph.Tables[node.Index] is { IsConstant: false } parameter:
                return Parameter(Whole.Sum(Length(parameter.Parameter, plan.Graph.ParameterCount), Class), node);
            case Op.PerClass:
                return Table(node.Index);
            case Op.Upstream:
                return Upstream(node);
            case Op.Sum or Op.PixelMaximum when Planner.IsStatistic(node):
                PassPlan pass = plan.PassWith(node);
                int row = pass.ClassSums.IndexOf(node);
                return Statistic(node, pass, PlaceInRows(row >= 0 ? row : pass.PixelSums.IndexOf(node), row >= 0, pass.ClassSums.Length));
        }

        NumberType type = node.Operation().IsCondition ? NumberType.Truth : NumberType.Double;
        return new Apply(node.Op, [.. node.Inputs.Select((input, k) => GraphVerifier.IsAsked(node.Op, k) ? Value(input) : NumberOf(input))],
            type);
    }
}
