using LossGen.Generator.Graph;
using LossGen.Generator.Plan;

namespace LossGen.Generator.Emit.Cpu;

/// <summary>Prints the kernel of a loss for one kind of target: its layout, its passes and its scalar section.</summary>
internal static class KernelEmitter
{
    public const string Kernels = "global::LossGen.Kernels";

    public const string Lanes = Kernels + ".Lanes";

    public static void Emit(CodeWriter writer, LossPlan plan, NodeNames names, string name)
    {
        var scalars = new ScalarEmitter(plan, names, writer);
        ScalarEmitter? components = Component.AreWorthwhile(plan.Components) ? new ScalarEmitter(plan, names, writer, components: true) : null;
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

        scalars.Emit();
        foreach (PassPlan pass in plan.AllPasses)
        {
            writer.Line();
            writer.Comment($"Pass {pass.Id}: {pass.Title}.");
            TileEmitter.Emit(writer, plan, pass, names, Method(pass));
        }

        components?.EmitComponents();
        writer.Close();
    }

    public static void Constraints(CodeWriter writer)
    {
        writer.Line("    where T : unmanaged");
        writer.Line($"    where V : struct, {Kernels}.IVector<V, T>");
        writer.Line($"    where M : struct, {Kernels}.ITileMask");
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
        writer.Line($"ValueStage = {plan.ValueStage},");
        writer.Line($"Gradient = {PassLayout(plan.GradientPass)},");
        if (plan.FusedPass is { } fused)
            writer.Line($"Fused = {PassLayout(fused)},");
        if (plan.ElementPass is { } elements)
            writer.Line($"Elements = {PassLayout(elements)},");
        if (plan.Value.Axes != Axes.None)
            writer.Line($"ElementAxes = ({Kernels}.ElementAxes){(int)plan.Value.Axes},");
        if (plan.RunningSums.Length > 0)
        {
            string sums = string.Join(", ", plan.RunningSums.Select(sum =>
                $"new {Kernels}.RunningSumLayout({Literal.Of(sum.Axes.Has(Axes.Class))}, {Literal.Of(!sum.Attribute.Has(Axes.Batch))})"));
            writer.Line($"RunningSums = new {Kernels}.RunningSumLayout[] {{ {sums} }},");
        }

        writer.Line($"PerImage = {Literal.Of(plan.PerImage)},");
        if (plan.AllPasses.Any(pass => pass.Schedule.Softmax is not null))
            writer.Line("Pairs = true,");
        writer.Line($"Slots = ({string.Join(", ", Enumerable.Range(0, 4).Select(k => slots.Max(layout => layout.Counts[k])))}),");
        if (plan.Graph.Builder.CountsImages && !plan.PerImage)
            writer.Line("CountsImages = true,");
        writer.Close(";");
    }

    private static string PassLayout(LossPlan plan, PassPlan pass)
    {
        string stores = pass.Stores.IsEmpty ? "" : $", Stores: {pass.Stores.Aggregate(0, (bits, store) => bits | (1 << plan.RunningSums.IndexOf(store)))}";
        (int classRows, int pixelRows) = TileEmitter.ScratchRows(pass);
        (int perClass, int shared) = TileEmitter.Products(pass);
        string products = (perClass > 0 ? $", ClassProducts: {perClass}" : "") + (shared > 0 ? $", PixelProducts: {shared}" : "");
        return $"new(Id: {pass.Id}, ClassSums: {pass.ClassSums.Length}, PixelSums: {pass.PixelSums.Length}, "
            + $"ClassConstants: {pass.ClassConstants.Length}, ScalarConstants: {pass.ScalarConstants.Length}, "
            + $"ClassRows: {classRows}, PixelRows: {pixelRows}, "
            + $"WritesGradient: {Literal.Of(pass.Gradient is not null)}, WritesElements: {Literal.Of(pass.Elements is not null)}{stores}{products})";
    }

    private static void Dispatch(CodeWriter writer, LossPlan plan)
    {
        writer.Line();
        writer.Line($"public static void Tile<T, V, M>(int pass, ref {Kernels}.Tile<T> tile)");
        Constraints(writer);
        writer.Open();
        writer.Open("switch (pass)");
        List<PassPlan> passes = plan.AllPasses.ToList();
        foreach (PassPlan pass in passes)
        {
            writer.Line(ReferenceEquals(pass, passes[passes.Count - 1]) ? "default:" : $"case {pass.Id}:");
            writer.Line($"    {Method(pass)}<T, V, M>(ref tile);");
            writer.Line("    break;");
        }

        writer.Close();
        writer.Close();
        writer.Line();
        writer.Open($"public static void Scalars(int stage, ref {Kernels}.ScalarContext scalars)");
        writer.Open("switch (stage)");
        foreach (StagePlan stage in plan.Stages)
        {
            writer.Line(stage.Stage == plan.Stages.Length - 1 ? "default:" : $"case {stage.Stage}:");
            writer.Line($"    Scalars{stage.Stage}(ref scalars);");
            writer.Line("    break;");
        }

        writer.Close();
        writer.Close();
    }
}
