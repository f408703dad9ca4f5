using System.Text.RegularExpressions;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>The text of nodes on lanes: which name, load or expression stands for a node where the printer is.</summary>
internal sealed class VectorText(CodeWriter writer, LossPlan plan, TileSchedule schedule, NodeNames names)
{
    private readonly Stack<Dictionary<Node, string>> scopes = new();
    private Dictionary<Node, int> uses = schedule.Uses;
    private bool inClass;
    private bool perPixel;

    private PassPlan Pass => schedule.Pass;

    /// <summary>The loop over the classes may take several at a time.</summary>
    public bool IsForSeveral { get; set; }

    /// <summary>Begins a method: what it declares first is written when <see cref="EndMethod"/> knows what of that it uses.</summary>
    /// <param name="part">The part of a class's work that the method is, if it is one.</param>
    public void BeginMethod(ClassPart? part = null)
    {
        start = writer.Position;
        prologue.Clear();

        // Fields of the tile in locals: a store through a pointer could change them for all the compiler knows.
        Declare(["classes", "pixels"], "int classes = tile.Classes; nint pixels = tile.Pixels;");
        Declare(["logits", "logitStride"], "var logits = tile.Logits; nint logitStride = tile.LogitStride;");
        Declare(["target", "targetStride"], "var target = tile.Target; nint targetStride = tile.TargetStride;");
        foreach (Node input in schedule.Nodes.Where(IsMap))
        {
            Declare([MapName(input)], $"var {MapName(input)} = tile.Inputs[{MapIndex(input)}];", input.Op == Op.Input ? null : input);
            if (input.Op == Op.Neighbour && TileSchedule.HasClass(input))
                Declare([MapStride(input)], $"nint {MapStride(input)} = tile.NeighbourStrides[{Pass.Neighbours.IndexOf(input)}];");
        }

        Declare(["inputStride"], "nint inputStride = tile.InputStride;");
        Declare(["labels"], "var labels = tile.Labels;");
        Declare(["scratch", "width"], "var scratch = tile.Scratch; int width = tile.Width;");
        foreach (Node row in schedule.Rows.Concat(schedule.Ahead).Concat(part is null ? [] : part.Reads.Concat(part.Leaves)))
            Declare([RowName(row)], $"var {RowName(row)} = {PixelRow(row)};");
        Declare(["constants"], "var constants = tile.Constants;");
        Declare(["validity"], "var validity = tile.Valid;");
        Declare(["gradientStride", "isStreamed"], "nint gradientStride = tile.GradientStride; bool isStreamed = tile.IsStreamed;");
        scopes.Clear();
        scopes.Push([]);
        for (int k = 0; k < Pass.ScalarConstants.Length; k++)
        {
            Node node = Pass.ScalarConstants[k];
            string value = $"V.Broadcast(constants + ({Pass.ClassConstants.Length} * classes) + {k})";
            Declare([Name(node)], $"V {Name(node)} = {AsMask(node, value)};", node);
            scopes.Peek()[node] = Name(node);
        }
    }

    /// <summary>Writes the declarations that the method uses, and those that these use.</summary>
    public void EndMethod()
    {
        HashSet<string> used = Words(writer.Since(start));
        string declarations = "";
        foreach ((string[] names, string declaration) in Enumerable.Reverse(prologue).Where(entry => entry.Names.Any(used.Contains)))
        {
            used.UnionWith(Words(declaration));
            declarations = declaration + declarations;
        }

        writer.Insert(start, declarations);
    }

    private readonly List<(string[] Names, string Text)> prologue = [];
    private int start;

    private void Declare(string[] names, string line, Node? comment = null) => prologue.Add((names, writer.Taken(() =>
    {
        if (comment is not null)
            Comment(comment);
        writer.Line(line);
    })));

    /// <summary>The runtime's part of the pass, ahead of the loops.</summary>
    public void Softmax()
    {
        if (schedule.Softmax is not { } softmax)
            return;
        string Row(string parameter, Node? node) => node is not null && schedule.Rows.Contains(node) ? $", {parameter}: {RowName(node)}" : "";
        writer.Line();
        writer.Line($"// Softmax: {string.Join("; ", softmax.Nodes.Where(node => TileSchedule.HasClass(node) || schedule.Rows.Contains(node)).Select(names.Describe))}.");
        writer.Line($"V.Exponentials(ref tile, scratch + ({schedule.Stored.IndexOf(softmax.Exponential)} * classes * width), "
            + $"{RowName(softmax.Normaliser)}{Row("maximum", softmax.Maximum)}{Row("labelExponent", softmax.LabelExponent)});");
    }

    /// <summary>
    /// Pointers that walk over the classes of a pixel, ahead of that loop, and the steps that its header takes.
    /// </summary>
    public string ClassWalk(List<Node> computed, IEnumerable<Node> outputs)
    {
        var inputs = new HashSet<Node>(computed.SelectMany(node => node.Inputs).Concat(outputs));
        var steps = new List<string> { "c++" };
        if (inputs.Any(node => node.Op == Op.Logit))
            Walk("x", "logits", "logitStride");
        if (inputs.Any(node => node.Op == Op.Target))
            Walk("y", "target", "targetStride");
        foreach (Node input in ElementInputs(inputs))
            Walk(RowName(input), MapName(input), MapStride(input));
        foreach (Node row in schedule.Stored.Where(node => inputs.Contains(node) || computed.Contains(node)))
            Walk(RowName(row), $"scratch + ({schedule.Stored.IndexOf(row)} * classes * width)", "width");
        if (inputs.Any(node => node.Op == Op.OneHot))
        {
            writer.Line(walking.Add("self") ? "V self = V.Zero;" : "self = V.Zero;");
            steps.Add("self += V.One");
        }

        return string.Join(", ", steps);

        void Walk(string name, string start, string stride)
        {
            writer.Line($"{(walking.Add(name) ? "var " : "")}{name} = {start} + i;");
            steps.Add($"{name} += {stride}");
        }
    }

    // Walking pointers that the pixel's scope has declared.
    private readonly HashSet<string> walking = [];

    public string RowName(Node node) => Name(node) + "Row";

    // What lies in memory with one number a pixel, or one a class and pixel: inputs, behind them running sums, behind them what steps left, and behind what is stored the neighbours.
    private static bool IsMap(Node node) => node.Op is Op.Input or Op.RunningSum or Op.Neighbour || node.IsStep;

    private int MapIndex(Node node) => node.Op switch
    {
        Op.Input => node.Index,
        Op.RunningSum => plan.Graph.InputCount + plan.RunningSums.IndexOf(node),
        Op.Neighbour => plan.Graph.InputCount + (3 * plan.RunningSums.Length) + (2 * plan.Maps.HasClass.Count) + Pass.Neighbours.IndexOf(node),
        _ => plan.Graph.InputCount + plan.RunningSums.Length + plan.Maps[node],
    };

    private string MapName(Node node) => Name(node) + "Map";

    // Neighbours lie in the image, or in a copy of their own.
    private string MapStride(Node node) => node.Op == Op.Neighbour ? Name(node) + "Stride" : "inputStride";

    private static IEnumerable<Node> ElementInputs(IEnumerable<Node> nodes) =>
        nodes.Where(node => IsMap(node) && TileSchedule.HasClass(node)).OrderBy(node => node.Id);

    public void OpenPixelScope()
    {
        scopes.Push([]);
        walking.Clear();
        inClass = false;
        uses = schedule.Uses;
        pixelStart = writer.Position;
    }

    /// <summary>Ends a loop over the pixels, and loads what it uses of labels and validity.</summary>
    public void ClosePixelScope()
    {
        HashSet<string> used = Words(writer.Since(pixelStart));
        writer.Insert(pixelStart, writer.Taken(() =>
        {
            if (used.Contains("label"))
                writer.Line("V label = V.Load(labels + i);");
            if (used.Contains("valid"))
                writer.Line("V valid = M.IsMasked ? V.Load(validity + i) : V.AllTrue;");
        }));
        CloseScope();
    }

    private int pixelStart;

    // What stands for itself: neither a member nor the name of an argument.
    private static readonly Regex Identifier = new(@"(?<![\w.])[A-Za-z_]\w*\b(?!:)");

    private static HashSet<string> Words(string text) => [.. Identifier.Matches(text).Cast<Match>().Select(match => match.Value)];

    /// <param name="perPixel">The loop over the classes is the inner one.</param>
    public void OpenClassScope(bool perPixel)
    {
        scopes.Push([]);
        inClass = true;
        this.perPixel = perPixel;
    }

    public void OpenInnerScope() => scopes.Push([]);

    public void CloseScope()
    {
        scopes.Pop();
        if (scopes.Count <= 2)
        {
            inClass = false;
            uses = schedule.Uses;
        }
    }

    /// <summary>Pointers and constants of a class, ahead of its loop over the pixels.</summary>
    public void ClassPointers(List<Node> computed, IEnumerable<Node> outputs)
    {
        var inputs = new HashSet<Node>(computed.SelectMany(node => node.Inputs).Concat(outputs));
        if (inputs.Any(node => node.Op == Op.Logit))
            writer.Line("var x = logits + (c * logitStride);");
        if (inputs.Any(node => node.Op == Op.Target))
            writer.Line("var y = target + (c * targetStride);");
        foreach (Node input in ElementInputs(inputs))
            writer.Line($"var {RowName(input)} = {MapName(input)} + (c * {MapStride(input)});");
        if (inputs.Any(node => node.Op == Op.Upstream && node.IsPixel))
            writer.Line("var upstream = tile.Upstream + (c * tile.UpstreamStride);");
        if (inputs.Any(node => node.Op == Op.OneHot))
            writer.Line(IsForSeveral ? "V self = V.ClassIndex(c);" : "V self = V.Create(c);");
        foreach (Node row in schedule.Stored.Where(inputs.Contains))
            writer.Line($"var {Name(row)} = {ClassRow(row)};");
        foreach (Node node in inputs.Where(node => !node.IsPixel && Pass.ClassConstants.Contains(node)).OrderBy(node => node.Id))
        {
            Comment(node);
            writer.Line($"V {Name(node)} = {ClassConstant(node)};");
            scopes.Peek()[node] = Name(node);
        }
    }

    /// <summary>Where a class's results go.</summary>
    public void ResultPointers(IEnumerable<Node> outputs)
    {
        var own = new HashSet<Node>(outputs);
        if (Pass.Gradient is { } gradient && own.Contains(gradient))
            writer.Line("var gradient = tile.Gradient + (c * gradientStride);");
        if (Pass.Elements is { } elements && TileSchedule.HasClass(elements) && own.Contains(elements))
            writer.Line("var elements = tile.Elements + (c * tile.ElementStride);");
        foreach (Node store in schedule.ClassStores)
        {
            foreach (int part in Pass.StoredParts(store).Where(part => own.Contains(store[part])))
                writer.Line($"var {StoreName(store, part)} = {Store(store, part)} + (c * tile.StoreStride);");
        }

        foreach (Node map in schedule.ClassMaps.Where(own.Contains))
            writer.Line($"var {MapStoreName(map)} = {MapStore(map)} + (c * tile.StoreStride);");
    }

    /// <summary>The elements between the rows of the classes, where there may be several.</summary>
    public string Apart(string stride) => IsForSeveral ? ", " + stride : "";

    public string Name(Node node) => names.Of(node);

    public string SumName(Node sum) => "sum" + NodeNames.Upper(names.Of(sum));

    public string ProductName(Node sum) => "product" + NodeNames.Upper(names.Of(sum));

    private string ClassRow(Node node) => $"scratch + ((({schedule.Stored.IndexOf(node)} * classes) + c) * width)";

    private string PixelRow(Node node)
    {
        int row = schedule.Handed.TryGetValue(node, out int handed) ? schedule.Rows.Count + schedule.Ahead.Count + handed
            : schedule.Ahead.Contains(node) ? schedule.Rows.Count + schedule.Ahead.IndexOf(node)
            : schedule.Rows.IndexOf(node);
        return $"scratch + ((({schedule.Stored.Count} * classes) + {row}) * width)";
    }

    /// <summary>Where the values (0) or the keys (1) of a running sum go, in the loop over a class.</summary>
    public string StoreName(Node store, int part) => Name(store) + (part == 0 ? "Store" : "StoreKeys");

    /// <summary>Where the values (0) or the keys (1) of a running sum go.</summary>
    public string Store(Node store, int part) => $"tile.Stores[{(2 * plan.RunningSums.IndexOf(store)) + part}]";

    /// <summary>Where a map goes that a step reads, in the loop over a class.</summary>
    public string MapStoreName(Node map) => "map" + plan.Maps[map];

    /// <summary>Where a map goes that a step reads.</summary>
    public string MapStore(Node map) => $"tile.Stores[{(2 * plan.RunningSums.Length) + plan.Maps[map]}]";

    /// <summary>What the node means, ahead of its declaration.</summary>
    public void Comment(Node node) => writer.Comment(names.Describe(node));

    /// <summary>Uses within one loop decide what gets a name there.</summary>
    public void CountUses(List<Node> computed, IEnumerable<Node> outputs)
    {
        uses = [];
        foreach (Node input in computed.SelectMany(node => node.Inputs).Concat(outputs))
            uses[input] = uses.TryGetValue(input, out int count) ? count + 1 : 1;
    }

    /// <summary>Where a stored node's value of this class and pixel goes.</summary>
    public string StoredAddress(Node node) => RowName(node);

    /// <summary>Gives a node that is used more than once a name.</summary>
    public void DeclareIfShared(Node node, bool always = false)
    {
        if (!always && IsJoined(node))
            return;
        bool shared = always || (uses.TryGetValue(node, out int count) && count > 1) || (!inClass && schedule.Rows.Contains(node));
        if (!shared && !UsedInClassLoop(node))
            return;
        string value = Compute(node);
        writer.Line($"V {Name(node)} = {value};");
        scopes.Peek()[node] = Name(node);
    }

    /// <summary>Gives what a class's loop reads more than once of what came ahead a name.</summary>
    public void LoadAhead()
    {
        foreach (Node node in schedule.Ahead.Where(node => uses.TryGetValue(node, out int count) && count > 1))
        {
            writer.Line($"V {Name(node)} = V.Load({RowName(node)} + i);");
            Known(node);
        }
    }

    public void Known(Node node) => scopes.Peek()[node] = Name(node);

    /// <summary>The node's value, in parentheses where they are needed.</summary>
    public string Value(Node node) => Text(node, outer: true);

    /// <summary>The step that adds a term to a sum: what is not valid adds nothing.</summary>
    public string AddValid(string sum, Node term) => IsMaskedByGraph(term) ? Add(sum, term) : $"{sum} += {Masked(term)};";

    /// <summary>The step that adds a term to a sum.</summary>
    public string Add(string sum, Node term)
    {
        if (term.Op == Op.Mask && IsLabelled(term) && !IsNamed(term))
            return $"{sum} = V.AddWhereEqual({LabelAndClass}, {Text(term[1], outer: true)}, {sum});";
        return IsInlineProduct(term, out bool negative) && !negative
            ? $"{sum} = V.MultiplyAdd({Text(term[0], outer: true)}, {Text(term[1], outer: true)}, {sum});"
            : $"{sum} += {Text(term, outer: true)};";
    }

    /// <summary>The step that adds a term of each class to a row that they share.</summary>
    public string AddToRow(Node sum)
    {
        string row = $"{RowName(sum)} + i, isFirst: c == 0";
        return IsInlineProduct(sum[0], out bool negative) && !negative
            ? $"V.MultiplyAddToRow({Text(sum[0][0], outer: true)}, {Text(sum[0][1], outer: true)}, {row});"
            : $"V.AddToRow({Text(sum[0], outer: true)}, {row});";
    }

    /// <summary>A value that is 0 where the pixel is not valid.</summary>
    public string Masked(Node node) => IsMaskedByGraph(node) ? Text(node, outer: true) : $"{KernelEmitter.Lanes}.Valid<T, V, M>({Text(node, outer: true)}, validity + i)";

    private string LabelAndClass => perPixel ? "label, self" : "V.Load(labels + i), self";

    private bool IsLabelled(Node node) => node.Op is Op.Mask or Op.Where && node[0].Op == Op.OneHot && !IsNamed(node[0]);

    // A class's comparison that only chooses needs no name: the compiler makes it once.
    private bool IsJoined(Node node) =>
        node.Op == Op.LessOrEqual && node.IsPixel && TileSchedule.HasClass(node) && !schedule.Stored.Contains(node)
        && schedule.Nodes.Where(user => user.Inputs.Contains(node)).All(user => user.Op == Op.Where && !user.Inputs.Skip(1).Contains(node));

    private bool IsNamed(Node node) => scopes.Any(scope => scope.ContainsKey(node));

    /// <summary>A factor of a product: what is not valid changes nothing.</summary>
    public string MaskedFactor(Node node) =>
        IsMaskedByGraph(node) ? Text(node, outer: true) : $"{KernelEmitter.Lanes}.ValidOrOne<T, V, M>({Text(node, outer: true)}, validity + i)";

    /// <summary>A candidate for a maximum: what is not valid is none.</summary>
    public string MaskedMaximum(Node node) =>
        plan.Graph.Builder.HasInvalidPixels ? Text(node, outer: true) : $"{KernelEmitter.Lanes}.ValidOrLowest<T, V, M>({Text(node, outer: true)}, validity + i)";

    // With ignored pixels the graph itself selects the valid ones; without, only the padding of a last tile is not valid.
    private bool IsMaskedByGraph(Node node) => plan.Graph.Builder.HasInvalidPixels || IsZeroWhereInvalid(node);

    // A product with the target is not: what the target is multiplied by may be infinite where the logits are padding.
    private static bool IsZeroWhereInvalid(Node node) =>
        node.Op == Op.Target || (node.Op == Op.Mask && (node[0].Op is Op.OneHot or Op.Labelled || IsZeroWhereInvalid(node[1])));

    private bool UsedInClassLoop(Node node) =>
        !inClass && schedule.Nodes.Any(user => TileSchedule.HasClass(user) && schedule.Reads(user).Contains(node));

    private string Text(Node node, bool outer)
    {
        foreach (Dictionary<Node, string> scope in scopes)
        {
            if (scope.TryGetValue(node, out string? name))
                return name;
        }

        if (node.IsPixel && inClass)
        {
            if (!perPixel && schedule.Ahead.Contains(node))
                return $"V.Load({RowName(node)} + i)";
            if (schedule.Stored.Contains(node))
                return perPixel ? $"V.Load({RowName(node)})" : $"V.Load({Name(node)} + i{Apart("width")})";
            if (!perPixel && schedule.Rows.Contains(node))
                return $"V.Load({RowName(node)} + i)";
        }

        string value = Compute(node);
        return outer ? value : Parentheses.Around(value);
    }

    private string Compute(Node node)
    {
        switch (node.Op)
        {
            case Op.Constant when node.Number == 0:
                return "V.Zero";
            case Op.Constant when node.Number == 1:
                return "V.One";
            case Op.Constant:
                return $"V.Create({Literal.Of(node.Number)})";
            case Op.ClassIndex:
                return IsForSeveral ? "V.ClassIndex(c)" : "V.Create(c)";
            case Op.ClassSet:
                return $"({NodeNames.ClassCondition(node.Classes!)} ? V.AllTrue : V.Zero)";
            case Op.Logit:
                return perPixel ? "V.Load(x)" : $"V.Load(x + i{Apart("logitStride")})";
            case Op.Target:
                return perPixel ? "V.Load(y)" : $"V.Load(y + i{Apart("targetStride")})";
            case var _ when IsMap(node) && TileSchedule.HasClass(node):
                return perPixel ? $"V.Load({RowName(node)})" : $"V.Load({RowName(node)} + i{Apart(MapStride(node))})";
            case var _ when IsMap(node):
                return $"V.Load({MapName(node)} + i)";
            case Op.Upstream when node.IsPixel:
                return inClass && !perPixel ? $"V.Load(upstream + i{Apart("tile.UpstreamStride")})"
                    : TileSchedule.HasClass(node) ? "V.Load(tile.Upstream + (c * tile.UpstreamStride) + i)" : "V.Load(tile.Upstream + i)";
            case Op.OneHot:
                return $"V.Equal({LabelAndClass})";
            case Op.Labelled:
                return inClass && !perPixel ? "V.GreaterOrEqual(V.Load(labels + i), V.Zero)" : "V.GreaterOrEqual(label, V.Zero)";
            case Op.Valid:
                return inClass
                    ? TileSchedule.HasClass(node)
                        ? $"(M.IsMasked ? V.Load(validity + (c * tile.ValidStride) + i{Apart("tile.ValidStride")}) : V.AllTrue)"
                        : perPixel ? "valid" : "(M.IsMasked ? V.Load(validity + i) : V.AllTrue)"
                    : "valid";
        }

        if (!node.IsPixel)
            return ClassConstant(node);
        string In(int i) => Text(node[i], outer: false);
        string Argument(int i) => Text(node[i], outer: true);
        switch (node.Op)
        {
            case Op.Multiply when node[0].IsNumber(-1) && node[1].Op == Op.Abs && !IsNamed(node[1]):
                return $"V.NegativeAbs({Text(node[1][0], outer: true)})";
            case Op.Multiply when node[0].IsNumber(-1):
                return "-" + In(1);

            // One step from the comparison to the choice: with AVX-512 a comparison's result lies in a register of another kind.
            case Op.Mask when IsLabelled(node):
                return $"V.MaskEqual({LabelAndClass}, {Argument(1)})";
            case Op.Where when IsLabelled(node):
                return $"V.SelectEqual({LabelAndClass}, {Argument(1)}, {Argument(2)})";
            case Op.Where when IsJoined(node[0]) && !IsNamed(node[0]):
                return $"V.SelectLessOrEqual({Text(node[0][0], outer: true)}, {Text(node[0][1], outer: true)}, {Argument(1)}, {Argument(2)})";

            // The machine's one instruction hands on a NaN of its second operand only.
            case Op.Maximum or Op.Minimum when IsBound(node[0]):
                return $"V.{node.Op.ToString().Substring(0, 3)}Native({Argument(0)}, {Argument(1)})";
            case Op.Maximum or Op.Minimum when IsBound(node[1]):
                return $"V.{node.Op.ToString().Substring(0, 3)}Native({Argument(1)}, {Argument(0)})";
            case Op.Add when IsInlineProduct(node[1], out bool negative):
                return negative ? $"{In(0)} - {Text(node[1][1], outer: false)}" : $"V.MultiplyAdd({Text(node[1][0], true)}, {Text(node[1][1], true)}, {Argument(0)})";
            case Op.Add when IsInlineProduct(node[0], out bool negative):
                return negative ? $"{In(1)} - {Text(node[0][1], outer: false)}" : $"V.MultiplyAdd({Text(node[0][0], true)}, {Text(node[0][1], true)}, {Argument(1)})";
        }

        string template = node.Operation().Vector ?? throw new InvalidOperationException($"{node.Op} has no vector text");
        bool call = template.Contains("(");
        object[] arguments = Enumerable.Range(0, node.Inputs.Length).Select(i => (object)(call ? Argument(i) : In(i))).ToArray();
        return string.Format(System.Globalization.CultureInfo.InvariantCulture, template, arguments);
    }

    private static bool IsBound(Node node) => node.IsConstant && !double.IsNaN(node.Number);

    // A product that nothing else uses: it joins the addition.
    private bool IsInlineProduct(Node node, out bool negative)
    {
        negative = node.Op == Op.Multiply && node[0].IsNumber(-1);
        return node.Op == Op.Multiply && node.IsPixel && plan.IsUsedOnce(node) && !plan.IsExact(node) && !IsNamed(node)
            && !schedule.Rows.Contains(node) && !schedule.Stored.Contains(node);
    }

    // A condition arrives from the scalar section as 1 or 0.
    private static string AsMask(Node node, string value) => node.Operation().IsCondition ? $"V.NotEqual({value}, V.Zero)" : value;

    private string ClassConstant(Node node)
    {
        int row = Pass.ClassConstants.IndexOf(node);
        string function = IsForSeveral ? "OfClasses" : "Broadcast", value = $"V.{function}(constants + {(row == 0 ? "" : $"({row} * classes) + ")}c)";
        return AsMask(node, value);
    }
}
