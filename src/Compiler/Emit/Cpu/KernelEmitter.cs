using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Plan;
using LossGen.Compiler.Program;
using LossGen.Compiler.Support;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Prints the kernel of a loss for one kind of target: its layout, its passes and its scalar section.</summary>
internal static class KernelEmitter
{
    public const string Kernels = "global::LossGen.Kernels";

    public const string Lanes = Kernels + ".Lanes";

    /// <summary>
    /// Before methods that loop over pixels: compiled fully when they are first called. The compiler would otherwise begin with code for
    /// debugging, in which vectors are a hundred times slower, and come back after a tenth of a second without new methods.
    /// </summary>
    public const string Optimized = "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]";

    public static void Emit(CodeWriter writer, LossPlan plan, NodeNames names, string name)
    {
        var scalars = new CpuScalars(plan, names);
        CpuScalars? components = Component.AreWorthwhile(plan.Components) ? new CpuScalars(plan, names, components: true) : null;
        writer.Comment(plan.Graph.IndexTarget ? "For class indices." : "For dense targets: one-hot, multi-label or soft.");
        writer.Open($"private readonly struct {name} : {Kernels}.ILossKernel");
        Layout(writer, plan, [scalars.Slots, .. components is null ? Array.Empty<SlotLayout>() : [components.Slots]]);
        Dispatch(writer, plan);
        for (int k = 0; k < plan.Graph.Tables.Length; k++)
        {
            if (!plan.Graph.Tables[k].IsConstant)
                continue;
            writer.Line();
            string numbers = string.Join(", ", plan.Graph.Tables[k].Constants.Select(Literal.Of));
            writer.Line($"private static global::System.ReadOnlySpan<double> Table{k} => new double[] {{ {numbers} }};");
        }

        foreach (KernelProgram stage in scalars.Stages())
            ScalarMethod(writer, stage, "private");
        foreach (PassPlan pass in plan.AllPasses)
        {
            writer.Line();
            writer.Comment($"Pass {pass.Id}: {pass.Title}.");
            bool isFirst = true;
            foreach (TileProgram program in TilePass.Build(plan, pass, names, Method(pass)))
            {
                if (!isFirst)
                    writer.Line();
                isFirst = false;
                TileMethod(writer, program);
            }
        }

        if (components is not null)
            ScalarMethod(writer, components.Components(), "public");
        writer.Close();
    }

    private static void ScalarMethod(CodeWriter writer, KernelProgram program, string access)
    {
        writer.Line();
        writer.Comment(program.Remark);
        writer.Open($"{access} static void {program.Name}(ref {Kernels}.ScalarContext s)");
        Body(writer, program);
        writer.Close();
    }

    private static void TileMethod(CodeWriter writer, TileProgram tile)
    {
        KernelProgram program = tile.Program;
        if (program.Remark.Length > 0)
            writer.Comment(program.Remark);
        if (tile.Kind == TileProgramKind.ClassLoop)
        {
            writer.Open($"private readonly struct {program.Name} : {Kernels}.IClassLoop");
            writer.Open($"{Optimized} static void {Kernels}.IClassLoop.Run<T, V, M>(ref {Kernels}.Tile<T> tile, int first, int end)");
            Body(writer, program);
            writer.Close();
            writer.Close();
            return;
        }

        // A method that implements an interface has the constraints from there.
        writer.Line(Optimized);
        writer.Line($"private static void {program.Name}<T, V, M>(ref {Kernels}.Tile<T> tile{program.Parameters})");
        writer.Line($"    where T : unmanaged where V : struct, {Kernels}.IVector<V, T> where M : struct, {Kernels}.ITileMask");
        writer.Open();
        Body(writer, program);
        writer.Close();
    }

    private static void Body(CodeWriter writer, KernelProgram program)
    {
        if (Verification.IsOn)
            ProgramVerifier.Check(program);
        new ProgramPrinter(CSharpDialect.Instance, writer).Print(program.Body);
    }

    private static string Method(PassPlan pass) => pass switch
    {
        { Gradient: not null, Sums: { } sums } when sums.Any() => "StatisticsAndGradient",
        { Gradient: not null } => "Gradient",
        { Elements: not null } => "Elements",
        _ => "Statistics" + pass.Id,
    };

    private static void Layout(CodeWriter writer, LossPlan plan, SlotLayout[] slots)
    {
        writer.Open($"public static {Kernels}.KernelLayout Layout {{ get; }} = new()");
        string PassLayout(PassPlan pass) => KernelEmitter.PassLayout(plan, pass);
        string passes = string.Join(", ", plan.Statistics.Select(PassLayout));
        writer.Line($"Passes = new {Kernels}.PassLayout[] {{ {passes} }},");
        writer.Line($"Gradient = {PassLayout(plan.GradientPass)},");
        if (plan.FusedPass is { } fused)
            writer.Line($"Fused = {PassLayout(fused)},");
        if (plan.LabelPass is { } labels)
            writer.Line($"LabelSums = {PassLayout(labels)},");
        if (plan.ElementPass is { } elements)
            writer.Line($"Elements = {PassLayout(elements)},");
        if (plan.Value.Axes != Axes.None)
            writer.Line($"ElementAxes = ({Kernels}.ElementAxes){(int)plan.Value.Axes},");
        if (plan.Maps.HasClass.Count > 0)
            writer.Line($"Maps = new bool[] {{ {string.Join(", ", plan.Maps.HasClass.Select(Literal.Of))} }},");
        if (!plan.Maps.Kept.IsEmpty)
            writer.Line($"KeptMaps = new int[] {{ {string.Join(", ", plan.Maps.Kept.Select(Literal.Of))} }},");
        string pairs = plan.AllPasses.Any(pass => pass.Schedule.Softmax is not null) ? " Pairs = true," : "";
        writer.Line($"ValueStage = {plan.ValueStage}, PerImage = {Literal.Of(plan.PerImage)},{pairs}");
        writer.Line($"Slots = ({string.Join(", ", Enumerable.Range(0, 4).Select(k => slots.Max(layout => layout.Counts[k])))}),");
        if (plan.Graph.Builder.CountsImages && !plan.PerImage)
            writer.Line("CountsImages = true,");
        writer.Close(";");
    }

    // What is sorted by the same keys.
    private static string SortLayout(LossPlan plan, PassPlan pass, IGrouping<Node, Node> sums)
    {
        int keys = plan.Maps[new StoredMap(sums.Key[1], sums.Key, IsKeys: true)];
        string values = string.Join(", ", sums.Where(sum => !PassPlan.IsCount(sum)).Select(sum => plan.Maps[sum]));
        Node? count = sums.FirstOrDefault(PassPlan.IsCount);
        string summed = values.Length == 0 ? "" : $", Sums: new int[] {{ {values} }}";
        string ranks = count is null ? "" : $", Ranks: true{Limit(plan, count)}";
        return $"new {Kernels}.SortLayout(Keys: {keys}, PerImage: {Literal.Of(!sums.Key.Attribute.Has(Axes.Batch))}{summed}{ranks})";
    }

    private static string Limit(LossPlan plan, Node rank)
    {
        if (RankLimit.Of(plan, rank) is not { } limit)
            return "";
        string place = limit.Pass is { } pass
            ? $", LimitPass: {pass.Id}, LimitAt: {pass.ScalarConstants.IndexOf(limit.Number)}"
            : $", Limit: {Literal.Of(limit.Number.Number)}";
        return place + (limit.IsBelow ? ", IsBelow: true" : "");
    }

    private static string PassLayout(LossPlan plan, PassPlan pass)
    {
        (int classRows, int pixelRows) = TilePass.ScratchRows(pass);
        (int perClass, int shared) = TilePass.Products(pass);
        string products = (perClass > 0 ? $", ClassProducts: {perClass}" : "") + (shared > 0 ? $", PixelProducts: {shared}" : "");
        int classMaxima = pass.ClassSums.Count(sum => sum.Op == Op.PixelMaximum), pixelMaxima =
            pass.PixelSums.Count(sum => sum.Op == Op.PixelMaximum);
        string maxima = classMaxima + pixelMaxima > 0 ? $", ClassMaxima: {classMaxima}, PixelMaxima: {pixelMaxima}" : "";

        // The first pass that runs checks them, whether it wants to know them or not.
        bool readsLabels = !plan.Graph.IndexTarget || !plan.Statistics.Take(plan.ValueStage).Contains(pass)
            || !plan.Statistics.TakeWhile(other => other != pass).Any(other => other.Outputs.Any()) || Planner.PixelNodes(pass.Outputs)
            .Any(node => node.Op is Op.OneHot or Op.Labelled);
        string labels = readsLabels ? "" : ", ReadsLabels: false";
        return $"new(Id: {pass.Id}, ClassSums: {pass.ClassSums.Length}, PixelSums: {pass.PixelSums.Length}, "
            + $"ClassConstants: {pass.ClassConstants.Length}, ScalarConstants: {pass.ScalarConstants.Length}, "
            + $"ClassRows: {classRows}, PixelRows: {pixelRows}, "
            + $"WritesGradient: {Literal.Of(pass.Gradient is not null)}, WritesElements: {Literal.Of(pass.Elements is not null)}{products}{maxima}{MapLayout(plan, pass)}{labels})";
    }

    // The maps that a pass reads and stores, and the steps behind it.
    private static string MapLayout(LossPlan plan, PassPlan pass)
    {
        int[] reads = [.. MapMemory.ReadBy(pass).Select(map => plan.Maps[map]).Distinct().OrderBy(place => place)],
            stores = [.. pass.StoredMaps.Select(map => plan.Maps[map])];
        string List(string name, string type, IReadOnlyCollection<string> items) =>
            items.Count == 0 ? "" : $", {name}: new {type}[] {{ {string.Join(", ", items)} }}";
        return List("MapReads", "int", [.. reads.Select(Literal.Of)]) + List("MapStores", "int", [.. stores.Select(Literal.Of)])
            + List("Neighbours", $"{Kernels}.NeighbourLayout", [.. pass.Neighbours.Select(neighbour => NeighbourLayout(plan, neighbour))])
            + List("Sorts", $"{Kernels}.SortLayout", [.. pass.SortedTogether.Select(sums => SortLayout(plan, pass, sums))])
            + List("Steps", $"{Kernels}.StepLayout", [.. pass.Steps.Select(step => StepLayout(plan, step))]);
    }

    private static string NeighbourLayout(LossPlan plan, Node neighbour)
    {
        Window window = neighbour.Window!;
        string image = neighbour[0].Op switch
        {
            Op.Logit => $"{Kernels}.NeighbourLayout.Logits",
            Op.Spread => $"{Kernels}.NeighbourLayout.Ones",
            _ => Literal.Of(plan.Maps[neighbour[0]])
        };
        string border = window.Border == Border.Zero ? "" : $", Border: global::LossGen.Border.{window.Border}";
        return $"new {Kernels}.NeighbourLayout({image}, Axis: {window.Axis}, By: {Literal.Of(window.First)}{border})";
    }

    private static string StepLayout(LossPlan plan, Node step)
    {
        Window window = step.Window!;
        string inputs = string.Join(", ", step.Inputs.Select((input, k) => $"{(k == 0 ? "Input" : "Arriving")}: {plan.Maps[input]}"));
        string weights = window.Weights.Count == 0 ? ""
            : $", Weights: new double[] {{ {string.Join(", ", window.Weights.Select(Literal.Of))} }}";
        string border = window.Border == Border.Zero ? "" : $", Border: global::LossGen.Border.{window.Border}";
        string flags = (window.IsTransposed ? ", IsTransposed: true" : "") + (window.IsMinimum ? ", IsMinimum: true" : "")
            + (window.Shape == WindowShape.Line ? "" : $", Shape: {Kernels}.StepShape.{window.Shape}");
        return $"new {Kernels}.StepLayout({Kernels}.StepKind.{step.Op}, {inputs}, Output: {plan.Maps[step]}, Axis: {window.Axis}, First: {Literal.Of(window.First)}, Size: {window.Size}{weights}{border}{flags})";
    }

    private static void Dispatch(CodeWriter writer, LossPlan plan)
    {
        writer.Line();
        writer.Open($"static void {Kernels}.ILossKernel.Tile<T, V, M>(int pass, ref {Kernels}.Tile<T> tile)");
        Cases(writer, "pass", plan.AllPasses.Select(pass => (pass.Id, $"{Method(pass)}<T, V, M>(ref tile);")).ToList());
        writer.Close();
        writer.Line();
        writer.Open($"public static void Scalars(int stage, ref {Kernels}.ScalarContext scalars)");
        Cases(writer, "stage", plan.Stages.Select(stage => (stage.Stage, $"Scalars{stage.Stage}(ref scalars);")).ToList());
        writer.Close();
    }

    // One call for each number; the last for whatever is left.
    private static void Cases(CodeWriter writer, string number, List<(int Number, string Call)> cases)
    {
        for (int k = 0; k < cases.Count; k++)
        {
            if (k < cases.Count - 1)
                writer.Line($"{(k > 0 ? "else " : "")}if ({number} == {cases[k].Number})").Line("    " + cases[k].Call);
            else if (k > 0)
                writer.Line("else").Line("    " + cases[k].Call);
            else
                writer.Line(cases[k].Call);
        }
    }
}
