using System.Numerics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Runs the passes of a kernel in one precision and register width.</summary>
internal static unsafe partial class CpuEngine<TKernel, T, V>
    where TKernel : struct, ILossKernel
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    public static void Run(ref CpuCall call, LossDefinition definition)
    {
        if (definition.Pairs != Pairs.None && !call.IsMatrix)
        {
            RunPairs(ref call, definition);
            return;
        }

        KernelLayout layout = TKernel.Layout;
        var run = new CallState(call, layout, definition);
        call.StatisticsLength = run.StatisticsLength;
        call.ElementAxes = layout.ElementAxes;
        call.ValuePasses = layout.ValueStage;
        call.CountsImages = layout.CountsImages;
        call.HasMaxima = Array.Exists(layout.Passes, pass => pass.HasMaxima);
        if (call.Mode == CpuMode.Measure)
        {
            call.KeptBytes = KeptBytes(run);
            return;
        }

        Resize resize = call.Resize != Resize.None ? call.Resize : definition.Resize;
        if (resize != Resize.None && call.Logits is not null && call.Shape.IsResized)
        {
            RunResized(ref call, definition, resize);
            return;
        }

        Allocate(ref run, call);
        if (call.Mode != CpuMode.Finish)
            AllocateMaps(ref run, (byte*)call.Kept);

        var scalars = new ScalarContext
        {
            Batch = call.WholeBatch > 0 ? call.WholeBatch : run.Batch,
            Classes = run.Classes,
            Pixels = call.WholeBatch > 0 ? call.WholePixels : run.ImagePixels,
            Parameters = call.Parameters,
            Statistics = run.Statistics,
            Constants = run.Constants,
            Slots = run.Slots,
            Upstream = run.Upstream,
            Elements = call.SmallElements,
            Components = call.Components,
        };
        if (NeedsCheck(call, layout))
            CheckLabels(run);
        run.ChecksTarget = definition.UnitTarget && !run.HasLabels && run.TargetElement != TargetElement.Boolean && !call.LabelsChecked;
        TKernel.Scalars(0, ref scalars);
        if (call.Mode == CpuMode.ValueAndGradient && layout.Fused is { } fused)
        {
            if (layout.LabelSums is { } labels)
            {
                RunPass(run, labels, run.Statistics[0]);
                TKernel.Scalars(1, ref scalars);
            }

            RunGradientPass(ref run, fused, run.Statistics[0]);
            TKernel.Scalars(1, ref scalars);
            SetValue(ref call, layout, scalars.Value);
            if (call.Components is not null)
                TKernel.Components(ref scalars);
            return;
        }

        int last = call.Mode switch
        {
            CpuMode.Accumulate => Math.Min(1, layout.ValueStage),
            CpuMode.Value or CpuMode.Finish => layout.ValueStage,
            _ => layout.Passes.Length,
        };
        bool given = call.Mode is CpuMode.Finish or CpuMode.Gradient, isKept = call.Mode == CpuMode.Gradient
            && (call.Kept is not null || KeptBytes(run) == 0);
        for (int k = 0; k < last; k++)
        {
            bool isGiven = given && k < layout.ValueStage;
            PassLayout pass = layout.Passes[k];

            // What is stored is not among the sums that are given, but may have been kept.
            bool isNeeded = call.Mode != CpuMode.Finish && !(isGiven && isKept), runs = isNeeded && !pass.IsIdle
                && (!isGiven || pass.MapStores.Length > 0);
            if (runs)
                RunPass(run, pass, isGiven ? null : run.Statistics[k]);
            run.ChecksTarget &= isGiven;
            if (call.Mode == CpuMode.Accumulate)
                continue;
            TKernel.Scalars(k + 1, ref scalars);
            if (isNeeded)
                RunSteps(run, pass);
        }

        // Only now: a label out of range in any tile leaves the caller's sums as they were.
        for (long i = 0; call.Mode == CpuMode.Accumulate && last > 0 && i < run.StatisticsOf(0); i++)
            call.Statistics[i] += run.Statistics[0][i];

        SetValue(ref call, layout, scalars.Value);
        if (layout.Elements is { } elements && call.Elements is not null)
        {
            RunPass(run, elements, null);
            run.ChecksTarget = false;
        }

        if (call.WritesGradient)
            RunGradientPass(ref run, layout.Gradient, null);
        if (call.Components is not null && call.Mode is (CpuMode.Value or CpuMode.ValueAndGradient or CpuMode.Finish))
            TKernel.Components(ref scalars);
    }

    // What an unreduced loss leaves may turn out to be a single number.
    private static void SetValue(ref CpuCall call, KernelLayout layout, double value)
    {
        call.Value = value;
        if (layout.ElementAxes == ElementAxes.None && call.SmallElements is not null)
            *call.SmallElements = value;
    }

    // Labels are checked where they are read. Before a first pass that writes at once, they have to be read twice.
    private static bool NeedsCheck(in CpuCall call, KernelLayout layout) => call.HasLabels && call.Mode switch
    {
        CpuMode.Value or CpuMode.Accumulate => layout.ValueStage == 0,
        CpuMode.ValueAndGradient => layout.ValueStage == 0 || layout.Fused is not null,
        CpuMode.Gradient => !call.LabelsChecked && layout.ValueStage == layout.Passes.Length,
        _ => false,
    };

    // What lives through the call, taken from the thread's workspace.
    private static void Allocate(ref CallState run, in CpuCall call)
    {
        KernelLayout layout = run.Layout;
        PassLayout[] passes = layout.Passes;
        int classes = run.Classes, images = layout.PerImage ? run.Batch : 1, tables = passes.Length + 4;
        (int scalar, int perClass, int image, int imageClass) = layout.Slots;
        long slots = scalar + ((long)perClass * classes) + ((long)image * run.Batch) + ((long)imageClass * run.Batch * classes);
        long upstream = Math.Max(1, SmallElementCount(layout, run));
        long constants = (long)run.Sizes.Constants * images;
        Workspace workspace = Workspace.Rent(
            WorkspaceUse.Call,
            (2 * Workspace.Size<nint>(tables)) + (tables * Workspace.Size<double>(Math.Max(1, constants))) + Workspace.Size<double>(slots)
            + Workspace.Size<double>(run.StatisticsTotal) + Workspace.Size<double>(upstream));

        run.Statistics = (double**)workspace.Take<nint>(tables);
        run.Constants = (double**)workspace.Take<nint>(tables);
        new Span<nint>(run.Constants, tables).Clear();
        bool fused = call.Mode == CpuMode.ValueAndGradient && layout.Fused is not null;
        for (int k = -3; k < passes.Length; k++)
        {
            PassLayout? pass = k switch
            {
                -3 => call.WritesGradient && !fused ? layout.Gradient : null,
                -2 => fused ? layout.Fused : null,
                -1 => call.Elements is not null ? layout.Elements : null,
                _ => passes[k],
            };
            if (pass is not null)
                run.Constants[pass.Id] = workspace.Take<double>(Math.Max(1, (long)pass.ConstantLength(classes) * images));
        }

        run.Slots = workspace.Take<double>(slots);
        double* own = workspace.Take<double>(run.StatisticsTotal);
        for (int k = 0; k < passes.Length; k++)
        {
            bool callers = call.Statistics is not null && k < layout.ValueStage && call.Mode != CpuMode.Accumulate;
            run.Statistics[k] = (callers ? call.Statistics : own) + run.StatisticsOffset(k);
            if (call.Mode is (CpuMode.Value or CpuMode.ValueAndGradient) || !callers)
                Begin(run, passes[k], new Span<double>(run.Statistics[k], checked((int)run.StatisticsOf(k))));
        }

        if (call.WritesGradient)
        {
            run.Upstream = call.Upstream;
            if (run.Upstream is null)
            {
                run.Upstream = workspace.Take<double>(upstream);
                new Span<double>(run.Upstream, checked((int)upstream)).Fill(1);
            }
        }
    }

    private static long SmallElementCount(KernelLayout layout, in CallState run) =>
        (layout.ElementAxes.Has(ElementAxes.Batch) ? run.Batch : 1L) * (layout.ElementAxes.Has(ElementAxes.Class) ? run.Classes : 1);
}
