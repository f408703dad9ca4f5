using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Runs the passes of a kernel in one precision and register width.</summary>
internal static unsafe partial class CpuEngine<TKernel, T, V>
    where TKernel : struct, ILossKernel
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, IVector<V, T>
{
    /// <summary>Pixels whose sums stay in lanes before they go to double: keeps float sums exact enough at any size.</summary>
    private const int FlushPixels = 2048;

    /// <summary>Pixels of a block. Its sums are added to the batch's as one, in block order, whoever computed them.</summary>
    private const int BlockPixels = 8 * FlushPixels;

    public static void Run(ref CpuCall call, LossDefinition definition)
    {
        KernelLayout layout = TKernel.Layout;
        var run = new CallState(call, layout, definition);
        call.StatisticsLength = run.StatisticsLength;
        call.ElementAxes = layout.ElementAxes;
        call.ValuePasses = layout.ValueStage;
        if (call.Mode == CpuMode.Measure)
            return;
        if (definition.Resize == Resize.Bilinear && call.Logits is not null
            && (call.Shape.LogitHeight != call.Shape.Height || call.Shape.LogitWidth != call.Shape.Width))
        {
            RunResized(ref call, definition);
            return;
        }

        Allocate(ref run, call);
        LossShape whole = call.WholeShape.Batch > 0 ? call.WholeShape : call.Shape;
        var scalars = new ScalarContext
        {
            Batch = whole.Batch,
            Classes = run.Classes,
            Pixels = whole.Pixels,
            Parameters = call.Parameters,
            Statistics = run.Statistics,
            Constants = run.Constants,
            Slots = run.Slots,
            Upstream = run.Upstream,
            Elements = call.SmallElements,
        };
        bool gradient = call.Mode is CpuMode.ValueAndGradient or CpuMode.Gradient;
        if (call.Mode == CpuMode.ValueAndGradient && layout.Fused is { } fused)
        {
            if (run.HasLabels)
                CheckLabels(ref run);
            TKernel.Scalars(0, ref scalars);
            RunPass(ref run, fused, run.Statistics[0]);
            TKernel.Scalars(1, ref scalars);
            SetValue(ref call, layout, scalars.Value);
            return;
        }

        int last = call.Mode switch
        {
            CpuMode.Accumulate => Math.Min(1, layout.ValueStage),
            CpuMode.Value or CpuMode.Finish => layout.ValueStage,
            _ => layout.Passes.Length,
        };
        bool given = call.Mode is CpuMode.Finish or CpuMode.Gradient;
        TKernel.Scalars(0, ref scalars);
        if (layout.ValueStage == 0 && run.HasLabels && call.Mode is (CpuMode.Value or CpuMode.ValueAndGradient))
            CheckLabels(ref run);
        for (int k = 0; k < last; k++)
        {
            if (!given || k >= layout.ValueStage)
                RunPass(ref run, layout.Passes[k], run.Statistics[k]);
            if (call.Mode != CpuMode.Accumulate)
                TKernel.Scalars(k + 1, ref scalars);
        }

        SetValue(ref call, layout, scalars.Value);
        if (layout.Elements is { } elements && call.Elements is not null)
            RunPass(ref run, elements, null);
        if (gradient)
            RunPass(ref run, layout.Gradient, null);
    }

    // What an unreduced loss leaves may turn out to be a single number.
    private static void SetValue(ref CpuCall call, KernelLayout layout, double value)
    {
        call.Value = value;
        if (layout.ElementAxes == ElementAxes.None && call.SmallElements is not null)
            *call.SmallElements = value;
    }

    // Everything that the call needs, taken from the thread's workspace.
    private static void Allocate(ref CallState run, in CpuCall call)
    {
        KernelLayout layout = run.Layout;
        int classes = run.Classes, images = layout.PerImage ? run.Batch : 1;
        int lanes = V.Count, width = run.Width;
        PassLayout[] passes = layout.Passes;
        int passCount = passes.Length + 3;
        long sums = 0, constants = 0, rows = 0, constantMaximum = 0;
        for (int k = -3; k < passes.Length; k++)
        {
            PassLayout? pass = k switch { -3 => layout.Gradient, -2 => layout.Fused, -1 => layout.Elements, _ => passes[k] };
            if (pass is null)
                continue;
            sums = Math.Max(sums, pass.SumLength(classes));
            constants += Workspace.Size<double>((long)pass.ConstantLength(classes) * images);
            constantMaximum = Math.Max(constantMaximum, pass.ConstantLength(classes));
            rows = Math.Max(rows, ((long)pass.ClassRows * classes) + pass.PixelRows);
        }

        (int scalar, int perClass, int image, int imageClass) = layout.Slots;
        long slots = scalar + ((long)perClass * classes) + ((long)image * run.Batch) + ((long)imageClass * run.Batch * classes);
        long tile = (long)classes * width;
        long upstream = Math.Max(1, SmallElementCount(layout, run));
        long bytes = Workspace.Size<nint>(2 * passCount) + constants + Workspace.Size<double>(slots) + Workspace.Size<double>(run.StatisticsTotal)
            + Workspace.Size<double>(sums) + Workspace.Size<T>(sums * lanes) + Workspace.Size<T>(constantMaximum) + Workspace.Size<T>(rows * width)
            + (5 * Workspace.Size<T>(tile)) + (3 * Workspace.Size<T>(width)) + Workspace.Size<int>(width) + Workspace.Size<T>(tile) + Workspace.Size<double>(upstream);
        Workspace workspace = Workspace.Rent(bytes);

        run.Statistics = (double**)workspace.Take<nint>(passCount);
        run.Constants = (double**)workspace.Take<nint>(passCount);
        for (int k = 0; k < passCount; k++)
            run.Constants[k] = null;
        bool gradient = call.Mode is CpuMode.ValueAndGradient or CpuMode.Gradient;
        bool fused = call.Mode == CpuMode.ValueAndGradient && layout.Fused is not null;
        for (int k = -3; k < passes.Length; k++)
        {
            PassLayout? pass = k switch
            {
                -3 => gradient && !fused ? layout.Gradient : null,
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
            long length = (long)passes[k].SumLength(classes) * images;
            bool callers = call.Statistics is not null && k < layout.ValueStage;
            run.Statistics[k] = callers ? call.Statistics + run.StatisticsOffset(k) : own + run.StatisticsOffset(k);
            if (call.Mode is (CpuMode.Value or CpuMode.ValueAndGradient) || !callers)
                new Span<double>(run.Statistics[k], checked((int)length)).Clear();
        }

        run.BlockSums = workspace.Take<double>(sums);
        run.LaneSums = workspace.Take<T>(sums * lanes);
        run.TileConstants = workspace.Take<T>(constantMaximum);
        run.Scratch = workspace.Take<T>(rows * width);
        run.LogitTile = workspace.Take<T>(tile);
        run.TargetTile = workspace.Take<T>(tile);
        run.GradientTile = workspace.Take<T>(tile);
        run.ElementTile = workspace.Take<T>(tile);
        run.UpstreamTile = workspace.Take<T>(tile);
        run.ValidTile = workspace.Take<T>(tile);
        run.LabelTile = workspace.Take<T>(width);
        run.IntTile = workspace.Take<int>(width);
        run.Ones = workspace.Take<T>(width);
        new Span<T>(run.Ones, width).Fill(T.One);
        if (gradient)
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
        (layout.ElementAxes.HasFlag(ElementAxes.Batch) ? run.Batch : 1L) * (layout.ElementAxes.HasFlag(ElementAxes.Class) ? run.Classes : 1);

    private static void RunPass(ref CallState run, PassLayout pass, double* statistics)
    {
        int length = pass.SumLength(run.Classes), constantLength = pass.ConstantLength(run.Classes);
        for (int n = 0; n < run.Batch; n++)
        {
            if (n == 0 || run.Layout.PerImage)
            {
                double* constants = run.Constants[pass.Id] + ((long)n * constantLength);
                for (int k = 0; k < constantLength; k++)
                    run.TileConstants[k] = T.CreateSaturating(constants[k]);
            }

            double* own = statistics is null ? null : statistics + (run.Layout.PerImage ? (long)n * length : 0);
            for (long start = 0; start < run.Pixels; start += BlockPixels)
            {
                RunBlock(ref run, pass, n, start, Math.Min(run.Pixels, start + BlockPixels));
                for (int k = 0; k < length && own is not null; k++)
                    own[k] += run.BlockSums[k];
            }
        }
    }

    private static void RunBlock(ref CallState run, PassLayout pass, int image, long start, long end)
    {
        int length = pass.SumLength(run.Classes), lanes = V.Count;
        new Span<double>(run.BlockSums, length).Clear();
        for (long chunk = start; chunk < end; chunk += FlushPixels)
        {
            new Span<T>(run.LaneSums, length * lanes).Clear();
            long chunkEnd = Math.Min(end, chunk + FlushPixels);
            for (long pixel = chunk; pixel < chunkEnd; pixel += run.Width)
                RunTile(ref run, pass, image, pixel, (int)Math.Min(run.Width, chunkEnd - pixel));
            for (int k = 0; k < length; k++)
            {
                double sum = 0;
                for (int lane = 0; lane < lanes; lane++)
                    sum += double.CreateTruncating(run.LaneSums[(k * lanes) + lane]);
                run.BlockSums[k] += sum;
            }
        }
    }

    // Labels are checked before a pass that writes and reads them at once.
    private static void CheckLabels(ref CallState run)
    {
        for (int n = 0; n < run.Batch; n++)
        {
            for (long pixel = 0; pixel < run.Pixels; pixel += run.Width)
                ReadLabels(ref run, n, pixel, (int)Math.Min(run.Width, run.Pixels - pixel));
        }
    }

    // Whether any label of the tile is ignored.
    private static bool ReadLabels(ref CallState run, int image, long pixel, int count)
    {
        LabelReader.ToInt(run.Labels, (image * run.Pixels) + pixel, count, run.IntTile);
        LabelReader.Found found = LabelReader.Convert(run.Labels, run.IntTile, count, run.LabelTile);

        // Where nothing is declared to be ignored, the number that stands for it is a bad label like any other.
        if (found == LabelReader.Found.Labels || (found == LabelReader.Found.Ignored && run.Labels.HasIgnored))
            return found == LabelReader.Found.Ignored;
        for (int i = 0; i < count; i++)
        {
            int label = run.IntTile[i];
            if ((uint)label > (uint)run.Labels.Largest && !(run.Labels.HasIgnored && label == run.Labels.IgnoreIndex))
                run.ThrowBadLabel(image, pixel + i);
        }

        return true;
    }
}
