using LossGen.Compiler.Graph;
using LossGen.Compiler.Plan;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Prints the method that processes one tile of pixels in one pass.</summary>
internal sealed class TileEmitter
{
    private readonly CodeWriter writer;
    private readonly PassPlan pass;
    private readonly TileSchedule schedule;
    private readonly VectorText text;

    // Beyond this weight the phases become methods of their own, each with the compiler's whole budget.
    private const int MostInlined = 450;

    // What earlier loops left in scratch rows.
    private readonly HashSet<Node> stored;

    private TileEmitter(CodeWriter writer, LossPlan plan, PassPlan pass, NodeNames names)
    {
        this.writer = writer;
        this.pass = pass;
        schedule = pass.Schedule;
        text = new VectorText(writer, plan, schedule, names);
        stored = [.. schedule.Stored.Where(schedule.IsGiven)];
    }

    /// <summary>Rows of scratch memory: with a class axis, and without.</summary>
    public static (int ClassRows, int PixelRows) ScratchRows(PassPlan pass) =>
        (pass.Schedule.Stored.Count, pass.Schedule.Rows.Count + pass.Schedule.Ahead.Count + pass.Schedule.Handed.Count);

    /// <summary>Products over pixels: with a class axis, and without.</summary>
    public static (int PerClass, int Shared) Products(PassPlan pass) => (ProductsOf(pass, perClass: true).Count(), ProductsOf(pass, perClass: false).Count());

    public static void Emit(CodeWriter writer, LossPlan plan, PassPlan pass, NodeNames names, string method) =>
        new TileEmitter(writer, plan, pass, names).Emit(method);

    private void Emit(string method)
    {
        if (schedule.Weight <= MostInlined || !schedule.HasPixelPhase || !schedule.HasClassPhase)
        {
            Method(method, () =>
            {
                text.Softmax();
                RowSums(method);
                if (schedule.HasPixelPhase)
                    PixelPhase(second: null);
                if (schedule.ClassesInPairs)
                    Call(ClassesComment, method + Classes);
                else if (schedule.HasClassPhase)
                    ClassPhase(method);
            });
        }
        else
        {
            InParts(method);
        }

        if (schedule.RowSums.Count > 0)
            Loop(method + Sums, RowSumLoop);
        if (schedule.ClassesInPairs)
            Loop(method + Classes, () => ClassPhase(method));
        for (int k = 0; k < schedule.ClassParts.Count; k++)
            PartOfClass(method, k);
    }

    private void InParts(string method)
    {
        string pixels = method + "Pixels", classes = method + Classes;
        string? followers = schedule.IsCut ? method + "Followers" : null;
        Header(method);
        writer.Line($"{pixels}<T, V, M>(ref tile);");
        if (followers is not null)
            writer.Line($"{followers}<T, V, M>(ref tile);");
        writer.Line(schedule.ClassesInPairs ? CallOf(classes) : $"{classes}<T, V, M>(ref tile);");
        writer.Close();
        writer.Line();
        Method(pixels, () =>
        {
            text.Softmax();
            RowSums(method);
            PixelPhase(followers);
        });
        if (schedule.ClassesInPairs)
            return;
        writer.Line();
        Method(classes, () => ClassPhase(method));
    }

    private const string ClassesComment = "// Class by class: sums and results that keep the class axis.";

    // Loops over the classes, behind the name of the pass.
    private const string Sums = "Sums";
    private const string Classes = "Classes";
    private const string Part = "Part";

    private static string CallOf(string loop) => $"{KernelEmitter.Kernels}.ClassLoops.Run<{loop}, T, V, M>(ref tile);";

    private void Call(string comment, string loop)
    {
        writer.Line();
        writer.Line(comment);
        writer.Line(CallOf(loop));
    }

    private void RowSums(string method)
    {
        if (schedule.RowSums.Count > 0)
            Call("// Class by class: sums over the classes, in rows.", method + Sums);
    }

    // A loop over the classes that may take several at a time.
    private void Loop(string name, Action body)
    {
        writer.Line();
        writer.Open($"private readonly struct {name} : {KernelEmitter.Kernels}.IClassLoop");
        writer.Open($"{KernelEmitter.Optimized} static void {KernelEmitter.Kernels}.IClassLoop.Run<T, V, M>(ref {KernelEmitter.Kernels}.Tile<T> tile, int first, int end)");
        text.IsForSeveral = true;
        text.BeginMethod();
        writer.Line();
        body();
        text.EndMethod();
        text.IsForSeveral = false;
        writer.Close();
        writer.Close();
    }

    private void Header(string method, string parameters = "")
    {
        writer.Line(KernelEmitter.Optimized);
        writer.Line($"private static void {method}<T, V, M>(ref {KernelEmitter.Kernels}.Tile<T> tile{parameters})");
        KernelEmitter.Constraints(writer);
        writer.Open();
    }

    private void Method(string method, Action body)
    {
        Header(method);
        text.BeginMethod();
        body();
        text.EndMethod();
        writer.Close();
    }

    // Where a name is given for what follows the cut, a method of its own.
    private void PixelPhase(string? second)
    {
        List<Summand> sums = pass.Summands.Where(summand => !summand.HasClass).ToList();
        writer.Line();
        writer.Line("// Pixel by pixel: what joins the classes.");
        if (second is null)
            DeclareSums(sums);
        writer.Open("for (nint i = 0; i < pixels; i += V.Count)");
        text.OpenPixelScope();
        Load(schedule.GivenRowsOf(schedule.IsCut));
        for (int stratum = 0; stratum <= schedule.LastStratum; stratum++)
        {
            foreach (Node node in schedule.PerPixel.Where(node => schedule.Stratum(node) == stratum && !TileSchedule.IsClassReduction(node)))
                text.DeclareIfShared(node);
            List<Node> reductions = schedule.ReductionsOf(stratum).Where(reduction => !schedule.RowSums.Contains(reduction)).ToList();
            if (reductions.Count > 0)
                ReductionLoop(reductions);
            if (schedule.IsCut && stratum == schedule.Cut)
                SecondLoop(second, sums);
        }

        foreach (Summand sum in sums)
            Accumulate(sum);
        if (schedule.WritesElementsPerPixel)
            writer.Line($"V.Store({text.Value(pass.Elements!)}, tile.Elements + i);");
        foreach (Node store in schedule.PixelStores)
        {
            foreach (int part in pass.StoredParts(store))
                writer.Line($"V.Store({text.Value(store[part])}, {text.Store(store, part)} + i);");
        }

        foreach (Node map in schedule.PixelMaps)
            writer.Line($"V.Store({text.Value(map)}, {text.MapStore(map)} + i);");

        StoreRows(schedule.Rows.Where(row => !IsReady(row) && !schedule.IsBeforeCut(row)));
        text.ClosePixelScope();
        writer.Close();
        if (sums.Count > 0)
            writer.Line();
        foreach (Summand sum in sums)
            StoreSum(sum, "");
    }

    private void SecondLoop(string? method, List<Summand> sums)
    {
        StoreRows(schedule.Rows.Where(row => !IsReady(row) && schedule.IsBeforeCut(row)));
        text.ClosePixelScope();
        writer.Close();
        if (method is not null)
        {
            text.EndMethod();
            writer.Close();
            writer.Line();
            Header(method);
            text.BeginMethod();
        }

        writer.Line();
        writer.Line("// Pixel by pixel: what follows from that.");
        if (method is not null)
            DeclareSums(sums);
        writer.Open("for (nint i = 0; i < pixels; i += V.Count)");
        text.OpenPixelScope();
        Load(schedule.Carried.Concat(schedule.GivenRowsOf(beforeCut: false)).Distinct());
    }

    // What lies in rows of scratch memory.
    private void Load(IEnumerable<Node> rows)
    {
        foreach (Node row in rows)
        {
            writer.Line($"V {text.Name(row)} = V.Load({text.RowName(row)} + i);");
            text.Known(row);
        }
    }

    private void DeclareSums(IEnumerable<Summand> sums)
    {
        foreach (Summand sum in sums)
        {
            writer.Line($"V {text.SumName(sum.Sum)} = {(sum.IsMaximum ? Lowest : "V.Zero")};");
            if (sum.Factor is not null)
                writer.Line($"V {text.ProductName(sum.Sum)} = tile.BeginsProducts ? {(sum.IsOnePlus ? "V.Zero" : "V.One")} : V.Load({Product(sum)});");
        }
    }

    // Where a product goes from tile to tile: those of the classes, then those that the classes share.
    private string Product(Summand summand)
    {
        List<Summand> perClass = ProductsOf(pass, perClass: true).ToList();
        int k = perClass.IndexOf(summand);
        string index = k >= 0 ? $"(({k} * classes) + c)" : $"(({perClass.Count} * classes) + {ProductsOf(pass, perClass: false).ToList().IndexOf(summand)})";
        return $"tile.Products + ({index} * V.Count)";
    }

    private static IEnumerable<Summand> ProductsOf(PassPlan pass, bool perClass) =>
        pass.Summands.Where(summand => summand.Factor is not null && TileSchedule.HasClass(summand.Sum) == perClass);

    private const string Lowest = "V.Create(double.NegativeInfinity)";

    private void Accumulate(Summand sum)
    {
        if (sum.IsMaximum)
        {
            writer.Line($"{text.SumName(sum.Sum)} = V.Max({text.SumName(sum.Sum)}, {text.MaskedMaximum(sum.Rest!)});");
            return;
        }

        if (sum.Rest is { } rest)
            writer.Line(text.AddValid(text.SumName(sum.Sum), rest));
        if (sum.Factor is not { } factor)
            return;
        string product = text.ProductName(sum.Sum);
        writer.Line(sum.IsOnePlus ? $"{product} = {KernelEmitter.Lanes}.TimesOnePlus<T, V>({product}, {text.Masked(factor)});" : $"{product} *= {text.MaskedFactor(factor)};");
    }

    // In its row before the loops over the pixels.
    private bool IsReady(Node row) => schedule.IsGiven(row) || schedule.RowSums.Contains(row);

    private void StoreRows(IEnumerable<Node> rows)
    {
        foreach (Node row in rows)
            writer.Line($"V.Store({text.Value(row)}, {text.RowName(row)} + i);");
    }

    private void ReductionLoop(List<Node> reductions)
    {
        foreach (Node reduction in reductions)
        {
            text.Comment(reduction);
            string start = reduction.Op == Op.ClassMaximum ? Lowest : "V.Zero";
            writer.Line($"V {text.Name(reduction)} = {start};");
        }

        List<Node> computed = schedule.Computed(reductions.Select(reduction => reduction[0]), stored.Contains);
        string steps = text.ClassWalk(computed, reductions.Select(reduction => reduction[0]));
        writer.Open($"for (int c = 0; c < classes; {steps})");
        text.OpenClassScope(perPixel: true);
        text.CountUses(computed, reductions.Select(reduction => reduction[0]));
        foreach (Node node in computed)
        {
            bool store = schedule.Stored.Contains(node);
            text.DeclareIfShared(node, store);
            if (store)
                writer.Line($"V.Store({text.Value(node)}, {text.StoredAddress(node)});");
        }

        foreach (Node reduction in reductions)
        {
            string name = text.Name(reduction);

            // NaN stays NaN: the machine's own maximum keeps it on one side only.
            writer.Line(reduction.Op == Op.ClassMaximum ? $"{name} = V.Max({text.Value(reduction[0])}, {name});" : text.Add(name, reduction[0]));
        }

        text.CloseScope();
        writer.Close();
        foreach (Node reduction in reductions)
            text.Known(reduction);
        stored.UnionWith(computed.Where(schedule.Stored.Contains));
    }

    private void ClassPhase(string method)
    {
        if (schedule.ClassParts.Count > 0)
        {
            writer.Line();
            writer.Line(ClassesComment);
            writer.Open("for (int c = 0; c < classes; c++)");
            for (int k = 0; k < schedule.ClassParts.Count; k++)
                writer.Line($"{method}{Part}{k}<T, V, M>(ref tile, c);");
            writer.Close();
            return;
        }

        List<Summand> perClass = schedule.ClassSums.Where(sum => TileSchedule.HasClass(sum.Sum)).ToList();
        List<Summand> across = schedule.ClassSums.Where(sum => !TileSchedule.HasClass(sum.Sum)).ToList();
        if (!text.IsForSeveral)
        {
            writer.Line();
            writer.Line(ClassesComment);
        }

        DeclareSums(across);
        OpenClassLoop();
        text.ClassPointers(schedule.Computed(schedule.ClassOutputs, schedule.Stored.Contains), schedule.ClassOutputs);
        text.ResultPointers(schedule.ClassOutputs);
        Ahead();
        DeclareSums(perClass);
        writer.Open("for (nint i = 0; i < pixels; i += V.Count)");
        text.OpenInnerScope();
        text.CountUses(schedule.ClassLoop, schedule.ClassOutputs);
        text.LoadAhead();
        foreach (Node node in schedule.ClassLoop)
            text.DeclareIfShared(node);
        foreach (Summand sum in perClass.Concat(across))
            Accumulate(sum);
        WriteResults(schedule.ClassOutputs);
        text.CloseScope();
        writer.Close();
        if (perClass.Count > 0)
            writer.Line();
        foreach (Summand sum in perClass)
            StoreSum(sum, " + c");
        text.CloseScope();
        writer.Close();
        if (across.Count > 0)
            writer.Line();
        foreach (Summand sum in across)
            StoreSum(sum, "");
    }

    // What goes to memory.
    private void WriteResults(IEnumerable<Node> outputs)
    {
        var own = new HashSet<Node>(outputs);
        if (pass.Gradient is { } gradient && own.Contains(gradient))
            writer.Line($"V.Store({text.Value(gradient)}, gradient + i{text.Apart("gradientStride")}, isStreamed);");
        if (pass.Elements is { } elements && TileSchedule.HasClass(elements) && own.Contains(elements))
            writer.Line($"V.Store({text.Value(elements)}, elements + i{text.Apart("tile.ElementStride")});");
        foreach (Node store in schedule.ClassStores)
        {
            foreach (int part in pass.StoredParts(store).Where(part => own.Contains(store[part])))
                writer.Line($"V.Store({text.Value(store[part])}, {text.StoreName(store, part)} + i);");
        }

        foreach (Node map in schedule.ClassMaps.Where(own.Contains))
            writer.Line($"V.Store({text.Value(map)}, {text.MapStoreName(map)} + i);");
    }

    // A part of a class's work. A result is written by the part that computes it.
    private void PartOfClass(string method, int index)
    {
        ClassPart part = schedule.ClassParts[index];
        List<Summand> sums = schedule.ClassSums.Where(sum => sum.Parts.Max(PartOf) == index).ToList();
        List<Node> written = schedule.ClassOutputs.Where(output => PartOf(output) == index).ToList();
        List<Node> outputs = [.. written, .. part.Leaves];
        writer.Line();
        writer.Line($"// Class by class, part {index + 1} of {schedule.ClassParts.Count}.");
        Header(method + Part + index, ", int c");
        text.BeginMethod(part);
        writer.Line();
        text.OpenClassScope(perPixel: false);
        text.ClassPointers(index == 0 ? [.. schedule.Computed(schedule.Ahead, _ => false), .. part.Nodes] : part.Nodes, outputs);
        text.ResultPointers(written);
        if (index == 0)
            Ahead();
        DeclareSums(sums);
        writer.Open("for (nint i = 0; i < pixels; i += V.Count)");
        text.OpenInnerScope();
        text.CountUses(part.Nodes, outputs);
        text.LoadAhead();
        Load(part.Reads);
        foreach (Node node in part.Nodes)
        {
            bool isHanded = schedule.Handed.ContainsKey(node);
            text.DeclareIfShared(node, isHanded);
            if (isHanded)
                writer.Line($"V.Store({text.Value(node)}, {text.RowName(node)} + i);");
        }

        foreach (Summand sum in sums)
            Accumulate(sum);
        WriteResults(written);
        text.CloseScope();
        writer.Close();
        if (sums.Count > 0)
            writer.Line();
        foreach (Summand sum in sums)
            StoreSum(sum, TileSchedule.HasClass(sum.Sum) ? " + c" : "");
        text.CloseScope();
        text.EndMethod();
        writer.Close();
    }

    private int PartOf(Node output) => Math.Max(0, schedule.ClassParts.FindIndex(part => part.Computes(output)));

    private void OpenClassLoop()
    {
        writer.Open(text.IsForSeveral ? "for (int c = first; c < end; c += V.Classes)" : "for (int c = 0; c < classes; c++)");
        text.OpenClassScope(perPixel: false);
    }

    // Each class's terms, added to the rows of the sums.
    private void RowSumLoop()
    {
        foreach (Node sum in schedule.RowSums)
            text.Comment(sum);
        OpenClassLoop();
        List<Node> added = schedule.RowSums.Select(sum => sum[0]).ToList();
        List<Node> computed = schedule.Computed(added, schedule.Stored.Contains);
        text.ClassPointers(computed, added);
        writer.Open("for (nint i = 0; i < pixels; i += V.Count)");
        text.OpenInnerScope();
        text.CountUses(computed, added);
        foreach (Node node in computed)
            text.DeclareIfShared(node);
        foreach (Node sum in schedule.RowSums)
            writer.Line(text.AddToRow(sum));
        text.CloseScope();
        writer.Close();
        text.CloseScope();
        writer.Close();
    }

    // The runtime's part of a class, ahead of the loop that adds up and writes.
    private void Ahead()
    {
        foreach (Node node in schedule.Ahead)
        {
            text.Comment(node);
            writer.Line($"{KernelEmitter.Kernels}.Sigmoid.Exponentials<T, V>(x, {text.RowName(node)}, pixels);");
        }
    }

    private void StoreSum(Summand summand, string offset)
    {
        Node sum = summand.Sum;
        int k = pass.ClassSums.IndexOf(sum);
        string index = k >= 0 ? $"(({k} * classes){offset})" : $"(({pass.ClassSums.Length} * classes) + {pass.PixelSums.IndexOf(sum)})";
        string total = text.SumName(sum);
        if (summand.Factor is not null)
        {
            // One logarithm for many pixels, when their product ends.
            string product = text.ProductName(sum), log = summand.IsOnePlus ? "Log1p" : "LogAtLeastOne";
            writer.Line("if (tile.EndsProducts)").Line($"    {total} {(summand.IsNegative ? "-" : "+")}= V.{log}({product});");
            writer.Line("else").Line($"    V.Store({product}, {Product(summand)});");
        }

        string place = $"tile.Sums + ({index} * V.Count)";
        writer.Line(text.IsForSeveral && offset.Length == 0 ? $"V.AddToRow({total}, {place}, isFirst: false);" : $"{KernelEmitter.Lanes}.{(summand.IsMaximum ? "Maximum" : "Add")}<T, V>({place}, {total});");
    }
}
