using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>The values of a pass's nodes on lanes: which name, load or operation stands for a node in a scope.</summary>
/// <param name="plan">The plan.</param>
/// <param name="schedule">The order of work of the pass.</param>
/// <param name="names">The names of nodes.</param>
/// <param name="places">Where rows and maps lie.</param>
/// <param name="isForSeveral">The loop over the classes may take several at a time.</param>
internal sealed class LaneValues(LossPlan plan, TileSchedule schedule, NodeNames names, TilePlaces places, bool isForSeveral)
{
    public static readonly Variable I = new("i", NumberType.Distance), C = new("c", NumberType.Whole),
        Classes = new("classes", NumberType.Whole), Pixels = new("pixels", NumberType.Distance),
        Width = new("width", NumberType.Distance), Scratch = new("scratch", NumberType.Address),
            Constants = new("constants", NumberType.Address);

    private static readonly Variable Label = new("label", NumberType.Lanes), Self = new("self", NumberType.Lanes),
        Valid = new("valid", NumberType.LaneTruth);
    private static readonly Variable IsMasked = new("M.IsMasked", NumberType.Truth);
    private static readonly Number None = new(0, NumberType.Lanes), AllTrue = new(1, NumberType.LaneTruth);

    private PassPlan Pass => schedule.Pass;

    /// <summary>Where the steps stand whose values are asked for.</summary>
    public LaneScope Scope { get; set; } = new(null, TilePlace.Pixels, schedule.Uses);

    public Variable Name(Node node) => new(names.Of(node), TypeOf(node));

    public string Describe(Node node) => names.Describe(node);

    public static Number Number(double value) => new(value, NumberType.Lanes);

    private static NumberType TypeOf(Node node) => node.Operation().IsCondition ? NumberType.LaneTruth : NumberType.Lanes;

    public static Variable Address(string name) => new(name, NumberType.Address);

    public static Variable Distance(string name) => new(name, NumberType.Distance);

    /// <summary>The elements from a place on; several classes' are so many elements apart.</summary>
    public static Call Load(Expression place, NumberType type, params Expression[] apart) => new("V.Load", [place, .. apart], type);

    /// <summary>The elements between the rows of the classes, where there may be several.</summary>
    public Expression[] Apart(string stride) => isForSeveral ? [Distance(stride)] : [];

    /// <summary>The class that a loop is at, on lanes.</summary>
    public Expression Class => Call.Of(isForSeveral ? "V.ClassIndex" : "V.Create", NumberType.Lanes, C);

    /// <summary>Behind a place, the pixel that the loop is at.</summary>
    public static Expression AtPixel(Expression place) => new Behind(place, I);

    /// <summary>A name for what is read more than once, or by a loop over the classes; null where none is needed.</summary>
    public Let? NameShared(Node node, bool always = false)
    {
        if (!always && IsJoined(node))
            return null;
        bool isShared = always || Scope.ReadsOften(node) || (Scope.Place == TilePlace.Pixels && (schedule.Rows.Contains(node)
            || IsReadByClasses(node)));
        if (!isShared)
            return null;
        var let = new Let(names.Of(node), Compute(node));
        Scope.Add(node);
        return let;
    }

    private bool IsReadByClasses(Node node) =>
        schedule.Nodes.Any(user => TileSchedule.HasClass(user) && schedule.Reads(user).Contains(node));

    /// <summary>A value that is 0 where the pixel is not valid.</summary>
    public Expression Masked(Node node) => IsMaskedByGraph(node) ? Value(node) : Validated("Valid", node);

    /// <summary>The step that adds a term to a sum: what is not valid adds nothing.</summary>
    public Assign AddValid(Variable sum, Node term) => IsMaskedByGraph(term) ? Add(sum, term) : new(sum, Joining.Add, Masked(term));

    /// <summary>The step that adds a term to a sum.</summary>
    public Assign Add(Variable sum, Node term) => LaneOperations.Add(sum, Value(term));

    /// <summary>A factor of a product: what is not valid changes nothing.</summary>
    public Expression MaskedFactor(Node node) => IsMaskedByGraph(node) ? Value(node) : Validated("ValidOrOne", node);

    /// <summary>A candidate for a maximum: what is not valid is none.</summary>
    public Expression MaskedMaximum(Node node) => plan.Graph.Builder.HasInvalidPixels ? Value(node) : Validated("ValidOrLowest", node);

    private Call Validated(string function, Node node) =>
        Call.Of($"{KernelEmitter.Lanes}.{function}<T, V, M>", NumberType.Lanes, Value(node), AtPixel(Address("validity")));

    /// <summary>The step that adds a term of each class to a row that they share.</summary>
    public Do AddToRow(Node sum)
    {
        Expression term = Value(sum[0]), row = AtPixel(places.Row(sum));
        var isFirst = new Named("isFirst", Apply.Of(Op.Equal, NumberType.Truth, C, Whole.Zero));
        return LaneOperations.Factors(term) is { } product
            ? Do.Of("V.MultiplyAddToRow", product.Arguments[0], product.Arguments[1], row, isFirst)
            : Do.Of("V.AddToRow", term, row, isFirst);
    }

    // With ignored pixels the graph itself selects the valid ones; without, only the padding of a last tile is not valid.
    private bool IsMaskedByGraph(Node node) => plan.Graph.Builder.HasInvalidPixels || IsZeroWhereInvalid(node);

    // A product with the target is not: what the target is multiplied by may be infinite where the logits are padding.
    private static bool IsZeroWhereInvalid(Node node) =>
        node.Op == Op.Target || (node.Op == Op.Mask && (node[0].Op is Op.OneHot or Op.Labelled || IsZeroWhereInvalid(node[1])));

    /// <summary>The node's value.</summary>
    public Expression Value(Node node)
    {
        if (Scope.Knows(node))
            return Name(node);
        if (node.IsPixel && Scope.Place != TilePlace.Pixels)
        {
            bool ofPixel = Scope.Place == TilePlace.ClassesOfPixel;
            if (!ofPixel && schedule.Ahead.Contains(node))
                return Load(AtPixel(places.Row(node)), TypeOf(node));
            if (schedule.Stored.Contains(node))
                return ofPixel ? Load(places.Row(node), TypeOf(node)) : Load(AtPixel(Address(names.Of(node))), TypeOf(node),
                    Apart(LaneValues.Width.Name));
            if (!ofPixel && schedule.Rows.Contains(node))
                return Load(AtPixel(places.Row(node)), TypeOf(node));
        }

        return Compute(node);
    }

    // One step of many rounds: a label of the class, or of the pixel.
    private Call OneHot => LaneOperations.HasLabel(Scope.Place == TilePlace.ClassesOfPixel ? Label : Load(AtPixel(Address("labels")),
        NumberType.Lanes), Self);

    // Where nothing is masked, all pixels are valid.
    private static Expression IfMasked(Expression place, params Expression[] apart) =>
        Apply.Of(Op.Where, NumberType.LaneTruth, IsMasked, Load(place, NumberType.LaneTruth, apart), AllTrue);

    /// <summary>What a loop over the pixels reads of labels and validity, ahead of its other steps.</summary>
    public static ImmutableArray<Statement> OfPixel =>
    [
        new Let(Label.Name, Load(AtPixel(Address("labels")), NumberType.Lanes)),
        new Let(Valid.Name, IfMasked(AtPixel(Address("validity")))),
    ];

    private Expression Compute(Node node)
    {
        bool hasClass = TileSchedule.HasClass(node), ofPixel = Scope.Place == TilePlace.ClassesOfPixel,
            ofClass = Scope.Place == TilePlace.PixelsOfClass;
        switch (node.Op)
        {
            case Op.Constant:
                return Number(node.Number);
            case Op.ClassIndex:
                return Class;
            case Op.ClassSet:
                return Apply.Of(Op.Where, NumberType.LaneTruth, Whole.IsAmong(node.Classes!, C), AllTrue,
                    new Number(0, NumberType.LaneTruth));
            case Op.Logit:
                return OfClass("x", Apart("logitStride"));
            case Op.Target:
                return OfClass("y", Apart("targetStride"));
            case var _ when TilePlaces.IsMap(node):
                return hasClass ? OfClass(places.Row(node).Name, Apart(places.MapStride(node))) : Load(AtPixel(places.Map(node)),
                    TypeOf(node));
            case Op.Upstream when node.IsPixel && ofClass:
                return Load(AtPixel(Address("upstream")), NumberType.Lanes, Apart("tile.UpstreamStride"));
            case Op.Upstream when node.IsPixel:
                Expression start = Address("tile.Upstream");
                return Load(AtPixel(hasClass ? new Behind(start, Whole.Product(C, Distance("tile.UpstreamStride"))) : start),
                    NumberType.Lanes);
            case Op.OneHot:
                return OneHot;
            case Op.Labelled:
                return Call.Of("V.GreaterOrEqual", NumberType.LaneTruth, ofClass ? Load(AtPixel(Address("labels")), NumberType.Lanes)
                    : Label, None);
            case Op.Valid when hasClass && Scope.Place != TilePlace.Pixels:
                Expression row = new Behind(Address("validity"), Whole.Product(C, Distance("tile.ValidStride")));
                return IfMasked(AtPixel(row), Apart("tile.ValidStride"));
            case Op.Valid:
                return ofClass ? IfMasked(AtPixel(Address("validity"))) : Valid;
        }

        if (!node.IsPixel)
            return ClassConstant(node);
        return LaneOperations.Joined(new Apply(node.Op, [.. node.Inputs.Select(Value)], TypeOf(node))
        {
            MayJoin = IsProductOfOne(node)
            || IsJoined(node)
        });

        // In the loop over a pixel's classes a pointer walks.
        Call OfClass(string pointer, Expression[] apart) => ofPixel ? Load(Address(pointer), TypeOf(node)) : Load(AtPixel(Address(pointer)),
            TypeOf(node), apart);
    }

    // A product that nothing else reads: it joins the addition.
    private bool IsProductOfOne(Node node) => node.Op == Op.Multiply && plan.IsUsedOnce(node) && !plan.IsExact(node)
        && !schedule.Rows.Contains(node) && !schedule.Stored.Contains(node);

    // A class's comparison that only chooses needs no name: the compiler makes it once.
    private bool IsJoined(Node node) =>
        node.Op == Op.LessOrEqual && node.IsPixel && TileSchedule.HasClass(node) && !schedule.Stored.Contains(node)
        && schedule.Nodes.Where(user => user.Inputs.Contains(node)).All(user => user.Op == Op.Where && !user.Inputs.Skip(1).Contains(node));

    /// <summary>What the scalar section left for the classes that a loop is at.</summary>
    public Expression ClassConstant(Node node) =>
        Constant(node, isForSeveral ? "V.OfClasses" : "V.Broadcast", Whole.Sum(Whole.Times(Pass.ClassConstants.IndexOf(node), Classes), C));

    /// <summary>What the scalar section left for all classes.</summary>
    public Expression ScalarConstant(Node node) =>
        Constant(node, "V.Broadcast", Whole.Sum(Whole.Times(Pass.ClassConstants.Length, Classes),
            Whole.Of(Pass.ScalarConstants.IndexOf(node))));

    // A condition arrives from the scalar section as 1 or 0.
    private static Expression Constant(Node node, string function, Expression index) =>
        new Cast(Call.Of(function, NumberType.Lanes, Whole.Behind(Constants, index)), TypeOf(node));
}
