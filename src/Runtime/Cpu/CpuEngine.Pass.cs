using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>A pass over the pixels: blocks of fixed size, each cut into tiles, each block's sums added in block order.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    /// <summary>Pixels whose sums stay in lanes before they go to double: keeps float sums exact enough at any size.</summary>
    private const int FlushPixels = 2048;

    /// <summary>Pixels of a block.</summary>
    private const int LargeBlock = 8 * FlushPixels;

    /// <summary>Pixels of a block of a matrix of pairs, which has thousands of classes and no more pixels than classes.</summary>
    private const int PairBlock = 256;

    private static readonly ConcurrentDictionary<StreamingChoice.Case, StreamingChoice> s_choices = new();

    private static void RunPass(in CallState run, PassLayout pass, double* statistics)
    {
        long blocks = run.Images * BlocksOf(run);
        if (BlockPool.IsWorthwhile(blocks, run.LogitCount) && BlockPool.TryEnter())
        {
            PassJob.RunAndExit(run, pass, statistics, blocks);
            return;
        }

        TileMemory memory = TileMemory.Rent(run.Sizes);
        for (long block = 0; block < blocks; block++)
        {
            RunBlock(run, ref memory, pass, block);
            AddBlock(run, pass, statistics, block, memory.BlockSums);
        }
    }

    // A large gradient is written past the caches where that has turned out to be faster.
    private static void RunGradientPass(ref CallState run, PassLayout pass, double* statistics)
    {
        long bytes = run.LogitCount * GradientSize(run);
        if (bytes < StreamingChoice.LeastBytes || !CanStream(run))
        {
            RunPass(run, pass, statistics);
            return;
        }

        StreamingChoice choice = StreamingChoice.Of(s_choices, run.Classes, bytes, LossRuntime.Threads, run.LogitElement, run.ClassesLast);
        run.IsStreamed = choice.Next();
        long start = Stopwatch.GetTimestamp();
        RunPass(run, pass, statistics);
        choice.Report(run.IsStreamed, (double)(Stopwatch.GetTimestamp() - start) / bytes);
    }

    // Whatever is written at once has to begin a line, or a register at least: the rows of a class, or where the classes of a pixel are
    // adjacent a tile.
    private static bool CanStream(in CallState run)
    {
        int size = GradientSize(run);
        long starts = run.ClassesLast ? (run.Pixels | (uint)run.Width) * run.Classes * size : run.RowStride * size;
        int least = run.IsConverted || run.ClassesLast ? Prefetch.CacheLine : V.Count * sizeof(T);
        return !run.IsPacked && (((nint)run.Gradient | (nint)starts) & (least - 1)) == 0;
    }

    // A number of the caller's.
    private static int GradientSize(in CallState run) => run.IsConverted ? sizeof(ushort) : sizeof(T);

    private static long BlocksOf(in CallState run) => (run.Pixels + run.BlockPixels - 1) / run.BlockPixels;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock(in CallState run, PassLayout pass, double* statistics, long block, double* sums)
    {
        int length = pass.SumLength(run.Classes);
        if (statistics is not null && run.Layout.PerImage)
            statistics += block / BlocksOf(run) * length;
        if (pass.HasMaxima)
        {
            JoinMaxima(run, pass, statistics, sums, length);
            return;
        }

        for (int k = 0; k < length && statistics is not null; k++)
            statistics[k] += sums[k];
    }

    // Maxima beside sums. The larger of two is the same in any order.
    private static void JoinMaxima(in CallState run, PassLayout pass, double* statistics, double* sums, int length)
    {
        for (int k = 0; k < length && statistics is not null; k++)
            statistics[k] = pass.IsMaximum(k, run.Classes) ? Math.Max(statistics[k], sums[k]) : statistics[k] + sums[k];
    }

    // Sums begin at 0, maxima at minus infinity.
    private static void Begin(in CallState run, PassLayout pass, Span<double> statistics)
    {
        statistics.Clear();
        int length = pass.SumLength(run.Classes);
        for (int k = 0; k < statistics.Length && pass.HasMaxima; k++)
        {
            if (pass.IsMaximum(k % length, run.Classes))
                statistics[k] = double.NegativeInfinity;
        }
    }

    // Likewise in lanes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BeginLanes(in CallState run, PassLayout pass, T* lanes, int length)
    {
        new Span<T>(lanes, length * V.Count).Clear();
        for (int k = 0; k < length && pass.HasMaxima; k++)
        {
            if (pass.IsMaximum(k, run.Classes))
                new Span<T>(lanes + (k * V.Count), V.Count).Fill(T.NegativeInfinity);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void JoinLanes(in CallState run, PassLayout pass, T* lanes, int length, double* sums)
    {
        for (int k = 0; k < length; k++, lanes += V.Count)
        {
            if (!pass.IsMaximum(k, run.Classes))
            {
                AddLanes(lanes, 1, sums + k);
                continue;
            }

            for (int lane = 0; lane < V.Count; lane++)
                sums[k] = Math.Max(sums[k], CallChecks.ToDouble(lanes[lane]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunBlock(in CallState run, ref TileMemory memory, PassLayout pass, long block)
    {
        (long image, long first) = Math.DivRem(block, BlocksOf(run));
        long start = first * run.BlockPixels, end = Math.Min(run.Pixels, start + run.BlockPixels);
        LoadConstants(run, ref memory, pass, run.Layout.PerImage ? (int)image : 0);
        int length = pass.SumLength(run.Classes);
        Begin(run, pass, new Span<double>(memory.BlockSums, length));
        if (run.ChecksTarget)
            new Span<T>(memory.TargetBits, V.Count).Clear();
        for (long chunk = start; chunk < end; chunk += FlushPixels)
        {
            BeginLanes(run, pass, memory.LaneSums, length);
            long chunkEnd = Math.Min(end, chunk + FlushPixels);
            long pixel = RunPlainTiles(run, memory, pass, (int)image, chunk, chunkEnd);
            if (run.ChecksTarget && pixel > chunk)
                NoteTarget(run, memory, (T*)run.Target + TargetOf(run, (int)image) + chunk, (nint)run.Pixels, (int)(pixel - chunk));
            for (; pixel < chunkEnd; pixel += run.Width)
                RunTile(run, memory, pass, (int)image, pixel, (int)Math.Min(run.Width, chunkEnd - pixel));
            if (pass.HasMaxima)
                JoinLanes(run, pass, memory.LaneSums, length, memory.BlockSums);
            else
                AddLanes(memory.LaneSums, length, memory.BlockSums);
        }

        if (run.ChecksTarget)
            CheckTarget(run, memory, (int)image, start, end);

        // Such stores are ordered with no others until then.
        if (run.IsStreamed && Sse.IsSupported)
            Sse.StoreFence();
    }

    // In double, two or four lanes side by side: one after the other, each would wait for the one before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLanes(T* lanes, int length, double* sums)
    {
        for (int k = 0; k < length; k++, lanes += V.Count)
        {
            if (V.Count == 2)
            {
                sums[k] += Vector128.Sum(Vector128.Load((double*)lanes));
                continue;
            }

            Vector256<double> sum = default;
            for (int lane = 0; lane < V.Count; lane += 4)
            {
                sum += typeof(T) == typeof(double)
                    ? Vector256.Load((double*)lanes + lane)
                    : Vector256.WidenLower(Vector128.Load((float*)lanes + lane).ToVector256Unsafe());
            }

            sums[k] += Vector256.Sum(sum);
        }
    }

    // Constants of the scalar section in the kernel's type: those of the image, or the one set there is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadConstants(in CallState run, ref TileMemory memory, PassLayout pass, int image)
    {
        if (memory.ConstantsImage == image)
            return;
        int length = pass.ConstantLength(run.Classes);
        double* constants = run.Constants[pass.Id] + ((long)image * length);
        for (int k = 0; k < length; k++)
            memory.Constants[k] = CallChecks.FromDouble<T>(constants[k]);
        memory.ConstantsImage = image;
    }

    private static void CheckLabels(in CallState run)
    {
        TileMemory memory = TileMemory.Rent(run.Sizes);
        for (int image = 0; image < run.Images; image++)
        {
            for (long pixel = 0; pixel < run.Pixels; pixel += run.Width)
                ReadLabels(run, memory, image, pixel, (int)Math.Min(run.Width, run.Pixels - pixel));
        }
    }

    // Whether any label of the tile is ignored: then they are in memory.Integers, too.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ReadLabels(in CallState run, in TileMemory memory, int image, long pixel, int count)
    {
        if (LabelReader.TryRead(run.Labels, (image * run.Pixels) + pixel, count, memory.Labels, IsFar(run)))
            return false;
        LabelReader.ToInt(run.Labels, (image * run.Pixels) + pixel, count, memory.Integers);
        LabelReader.Found found = LabelReader.Convert(run.Labels, memory.Integers, count, memory.Labels);

        if ((found & LabelReader.Found.Bad) == 0)
            return found == LabelReader.Found.Ignored;
        for (int i = 0; i < count; i++)
        {
            if (run.Labels.IsBad(memory.Integers[i]))
                run.ThrowBadLabel(image, pixel + i);
        }

        return true;
    }
}
