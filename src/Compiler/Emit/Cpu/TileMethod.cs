using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>
/// Steps of one method for a tile of pixels, in the order in which they are added; what the method reads of the tile comes ahead of them.
/// </summary>
internal sealed class TileMethod
{
    public static readonly Variable Tile = new("ref tile", NumberType.Address);

    /// <summary>The lanes of a vector.</summary>
    public static readonly Variable Count = new("V.Count", NumberType.Whole);

    private readonly TileSchedule schedule;

    // Walking pointers that the loop over the pixels has declared.
    private readonly HashSet<string> walking = [];

    private List<Statement> steps = [];

    /// <param name="plan">The plan.</param>
    /// <param name="schedule">The order of work of the pass.</param>
    /// <param name="names">The names of nodes.</param>
    /// <param name="isForSeveral">Its loop over the classes may take several at a time.</param>
    public TileMethod(LossPlan plan, TileSchedule schedule, NodeNames names, bool isForSeveral = false)
    {
        this.schedule = schedule;
        IsForSeveral = isForSeveral;
        Places = new(plan, schedule, names);
        Values = new(plan, schedule, names, Places, isForSeveral);
        foreach (Node node in Pass.ScalarConstants)
            Values.Scope.Add(node);
    }

    public bool IsForSeveral { get; }

    public LaneValues Values { get; }

    public TilePlaces Places { get; }

    private PassPlan Pass => schedule.Pass;

    /// <summary>The method as a whole.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parameters">Parameters behind the tile.</param>
    /// <param name="part">The part of a class's work that the method is, if it is one.</param>
    public KernelProgram Program(string name, string parameters = "", ClassPart? part = null) =>
        new(name, "", parameters, ["tile", Tile.Name, "V", "M", .. part is null ? new[] { "first", "end" } : new[] { "c" }],
            Unused.Without([.. Fields(part), .. steps]));

    // Fields of the tile in locals: a store through a pointer could change them for all the compiler knows.
    private IEnumerable<Statement> Fields(ClassPart? part)
    {
        static Let Field(string name, NumberType type, string member) => new(name, new Variable("tile." + member, type));
        yield return Lets.Of(
            Field("classes", NumberType.Whole, "Classes"), Field("pixels", NumberType.Distance, "Pixels"),
            Field("logits", NumberType.Address, "Logits"), Field("logitStride", NumberType.Distance, "LogitStride"),
            Field("target", NumberType.Address, "Target"), Field("targetStride", NumberType.Distance, "TargetStride"),
            Field("inputStride", NumberType.Distance, "InputStride"), Field("labels", NumberType.Address, "Labels"),
                Field("validity", NumberType.Address, "Valid"),
            Field("gradientStride", NumberType.Distance, "GradientStride"), Field("isStreamed", NumberType.Truth, "IsStreamed"),
            Field("constants", NumberType.Address, "Constants"), Field("scratch", NumberType.Address, "Scratch"),
                Field("width", NumberType.Distance, "Width"));
        foreach (Let field in schedule.Nodes.Where(TilePlaces.IsMap).SelectMany(Places.MapFields))
            yield return field;
        foreach (Node row in schedule.Rows.Concat(schedule.Ahead).Concat(part is null ? [] : part.Reads.Concat(part.Leaves)))
            yield return new Let(Places.Row(row).Name, Places.PixelRow(row));
        foreach (Node node in Pass.ScalarConstants)
            yield return new Let(Values.Name(node).Name, Values.ScalarConstant(node)) { Meaning = Values.Describe(node) };
    }

    public void Add(Statement step) => steps.Add(step);

    public void Gap() => Add(new Gap());

    /// <summary>What the steps behind it are for, after an empty line.</summary>
    public void Head(string remark)
    {
        Gap();
        Add(new Remark(remark));
    }

    /// <summary>What the node means.</summary>
    public void Remark(Node node) => Add(new Remark(Values.Describe(node)));

    public void Run(string function, params Expression[] arguments) => Add(new Do(function, [.. arguments]));

    /// <summary>Writes lanes to memory.</summary>
    public void Store(Expression value, Expression place, params Expression[] more) => Run("V.Store", [value, place, .. more]);

    public void Let(string name, Expression value) => Add(new Let(name, value));

    private ImmutableArray<Statement> Block(LaneScope scope, Action body)
    {
        (List<Statement> outerSteps, LaneScope outerScope) = (steps, Values.Scope);
        (steps, Values.Scope) = ([], scope);
        body();
        ImmutableArray<Statement> inner = [.. steps];
        (steps, Values.Scope) = (outerSteps, outerScope);
        return inner;
    }

    private static For ForPixels(ImmutableArray<Statement> body) =>
        new(new(LaneValues.I.Name, NumberType.Distance, Whole.Zero), LaneValues.Pixels, [new(LaneValues.I, Joining.Add, Count)], body);

    /// <summary>A loop over the pixels that joins their classes.</summary>
    public void EachPixel(Action body)
    {
        walking.Clear();
        Add(ForPixels([.. LaneValues.OfPixel, .. Block(new(Values.Scope, TilePlace.Pixels, schedule.Uses), body)]));
    }

    /// <summary>A loop over the pixels of a class.</summary>
    /// <param name="computed">What it computes.</param>
    /// <param name="outputs">What it leaves.</param>
    /// <param name="body">Its steps.</param>
    public void EachPixelOfClass(List<Node> computed, IEnumerable<Node> outputs, Action body) =>
        Add(ForPixels(Block(new(Values.Scope, TilePlace.PixelsOfClass, CountUses(computed, outputs)), body)));

    /// <summary>A loop over the classes, with one over the pixels in it.</summary>
    public void EachClass(Action body) => Add(new For(
        new("c", NumberType.Whole, IsForSeveral ? new Variable("first", NumberType.Whole) : Whole.Zero),
        IsForSeveral ? new Variable("end", NumberType.Whole) : LaneValues.Classes,
        [new(LaneValues.C, Joining.Add, IsForSeveral ? new Variable("V.Classes", NumberType.Whole) : Whole.Of(1))],
        InClass(body)));

    /// <summary>Steps of one class.</summary>
    public ImmutableArray<Statement> InClass(Action body) => Block(new(Values.Scope, TilePlace.PixelsOfClass, schedule.Uses), body);

    /// <summary>A loop over the classes of one vector of pixels.</summary>
    /// <param name="computed">What it computes.</param>
    /// <param name="outputs">What it leaves.</param>
    /// <param name="body">Its steps.</param>
    public void EachClassOfPixel(List<Node> computed, List<Node> outputs, Action body)
    {
        ImmutableArray<Assign> walk = ClassWalk(computed, outputs);
        Add(new For(
            new("c", NumberType.Whole, Whole.Zero), LaneValues.Classes, walk,
                Block(new(Values.Scope, TilePlace.ClassesOfPixel, CountUses(computed, outputs)), body)));
    }

    // What is read within one loop decides what gets a name there.
    private static Dictionary<Node, int> CountUses(List<Node> computed, IEnumerable<Node> outputs)
    {
        var uses = new Dictionary<Node, int>();
        foreach (Node input in computed.SelectMany(node => node.Inputs).Concat(outputs))
            uses[input] = uses.TryGetValue(input, out int count) ? count + 1 : 1;
        return uses;
    }

    // Pointers that walk over the classes of a pixel, ahead of that loop, and the steps that its head takes.
    private ImmutableArray<Assign> ClassWalk(List<Node> computed, IEnumerable<Node> outputs)
    {
        var inputs = new HashSet<Node>(computed.SelectMany(node => node.Inputs).Concat(outputs));
        var walk = ImmutableArray.CreateBuilder<Assign>();
        walk.Add(new(LaneValues.C, Joining.Add, Whole.Of(1)));
        if (inputs.Any(node => node.Op == Op.Logit))
            Walk("x", LaneValues.Address("logits"), LaneValues.Distance("logitStride"));
        if (inputs.Any(node => node.Op == Op.Target))
            Walk("y", LaneValues.Address("target"), LaneValues.Distance("targetStride"));
        foreach (Node input in ElementInputs(inputs))
            Walk(Places.Row(input).Name, Places.Map(input), LaneValues.Distance(Places.MapStride(input)));
        foreach (Node row in schedule.Stored.Where(node => inputs.Contains(node) || computed.Contains(node)))
            Walk(Places.Row(row).Name, Places.ClassRows(row), LaneValues.Width);
        if (inputs.Any(node => node.Op == Op.OneHot))
            Begin(new Variable("self", NumberType.Lanes), LaneValues.Number(0), LaneValues.Number(1));
        return walk.ToImmutable();

        void Walk(string name, Expression start, Expression stride) => Begin(LaneValues.Address(name), LaneValues.AtPixel(start), stride);

        void Begin(Variable variable, Expression start, Expression step)
        {
            Add(walking.Add(variable.Name) ? new Declare(variable.Name, variable.Type, start) : new Assign(variable, Joining.Set, start));
            walk.Add(new(variable, Joining.Add, step));
        }
    }

    private static IEnumerable<Node> ElementInputs(IEnumerable<Node> nodes) =>
        nodes.Where(node => TilePlaces.IsMap(node) && TileSchedule.HasClass(node)).OrderBy(node => node.Id);

    /// <summary>Pointers and constants of a class, ahead of its loop over the pixels.</summary>
    public void ClassPointers(List<Node> computed, IEnumerable<Node> outputs)
    {
        var inputs = new HashSet<Node>(computed.SelectMany(node => node.Inputs).Concat(outputs));
        if (inputs.Any(node => node.Op == Op.Logit))
            Let("x", OfClass(LaneValues.Address("logits"), "logitStride"));
        if (inputs.Any(node => node.Op == Op.Target))
            Let("y", OfClass(LaneValues.Address("target"), "targetStride"));
        foreach (Node input in ElementInputs(inputs))
            Let(Places.Row(input).Name, OfClass(Places.Map(input), Places.MapStride(input)));
        if (inputs.Any(node => node.Op == Op.Upstream && node.IsPixel))
            Let("upstream", OfClass(LaneValues.Address("tile.Upstream"), "tile.UpstreamStride"));
        if (inputs.Any(node => node.Op == Op.OneHot))
            Let("self", Values.Class);
        foreach (Node row in schedule.Stored.Where(inputs.Contains))
            Let(Values.Name(row).Name, Places.ClassRow(row));
        foreach (Node node in inputs.Where(node => !node.IsPixel && Pass.ClassConstants.Contains(node)).OrderBy(node => node.Id))
        {
            Add(new Let(Values.Name(node).Name, Values.ClassConstant(node)) { Meaning = Values.Describe(node) });
            Values.Scope.Add(node);
        }
    }

    private static Behind OfClass(Expression start, string stride) => new(start, Whole.Product(LaneValues.C, LaneValues.Distance(stride)));

    /// <summary>Where a class's results go.</summary>
    public void ResultPointers(IEnumerable<Node> outputs)
    {
        var own = new HashSet<Node>(outputs);
        if (Pass.Gradient is { } gradient && own.Contains(gradient))
            Let("gradient", OfClass(LaneValues.Address("tile.Gradient"), "gradientStride"));
        if (Pass.Elements is { } elements && TileSchedule.HasClass(elements) && own.Contains(elements))
            Let("elements", OfClass(LaneValues.Address("tile.Elements"), "tile.ElementStride"));
        foreach (StoredMap map in schedule.ClassMaps.Where(map => own.Contains(map.Value)))
            Let(Places.MapStore(map).Name, OfClass(Places.MapStores(map), "tile.StoreStride"));
    }

    /// <summary>What goes to memory of a class's pixel.</summary>
    public void StoreResults(IEnumerable<Node> outputs)
    {
        var own = new HashSet<Node>(outputs);
        if (Pass.Gradient is { } gradient && own.Contains(gradient))
            Store(Values.Value(gradient), AtPixel("gradient"), [.. Values.Apart("gradientStride"),
                new Variable("isStreamed", NumberType.Truth)]);
        if (Pass.Elements is { } elements && TileSchedule.HasClass(elements) && own.Contains(elements))
            Store(Values.Value(elements), AtPixel("elements"), Values.Apart("tile.ElementStride"));
        foreach (StoredMap map in schedule.ClassMaps.Where(map => own.Contains(map.Value)))
            Store(Values.Value(map.Value), LaneValues.AtPixel(Places.MapStore(map)));
    }

    private static Expression AtPixel(string pointer) => LaneValues.AtPixel(LaneValues.Address(pointer));

    /// <summary>Gives the node a name where it needs one; a stored node goes to its row besides.</summary>
    public void Name(Node node, bool isStored = false)
    {
        if (Values.NameShared(node, isStored) is { } let)
            Add(let);
    }

    /// <summary>Reads what lies in rows of scratch memory.</summary>
    public void Load(IEnumerable<Node> rows)
    {
        foreach (Node row in rows)
        {
            Let(Values.Name(row).Name, LaneValues.Load(LaneValues.AtPixel(Places.Row(row)), Values.Name(row).Type));
            Values.Scope.Add(row);
        }
    }
}
