using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>Losses of pairs: the passes run over a matrix that is made of embeddings, and its gradient is taken back to them.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private static void RunPairs(ref CpuCall call, LossDefinition definition)
    {
        CpuCall inner = call;
        inner.IsMatrix = true;
        inner.Shape = PairMatrix.ShapeOf(definition.Pairs, call.Shape);
        inner.LogitElement = call.LogitElement == LogitElement.Double ? LogitElement.Double : LogitElement.Single;
        inner.TargetElement = OwnElement;
        if (call.Mode == CpuMode.Measure)
        {
            Run(ref inner, definition);
            call.StatisticsLength = inner.StatisticsLength;
            call.ElementAxes = inner.ElementAxes;
            call.KeptBytes = Workspace.Size<T>(PairMatrix<T>.Length(definition.Pairs, call.Shape));
            return;
        }

        // A matrix that the caller keeps is that of the value; the gradient finds it there.
        T* kept = (T*)call.Kept;
        var matrix = new PairMatrix<T>(definition, call, kept);
        matrix.Make(isMade: kept is not null && call.Mode == CpuMode.Gradient);
        inner.Logits = matrix.Numbers;
        inner.Target = null;
        inner.Gradient = matrix.Gradient;
        inner.PairCodes = matrix.Codes;
        inner.RowStride = matrix.Stride;
        inner.PairsWithSelf = PairMatrix.ComparesColumns(definition.Pairs);
        inner.Kept = null;
        Run(ref inner, definition);
        call.Value = inner.Value;
        if (call.WritesGradient)
            matrix.Return(call.Gradient);
    }

    // Which pairs of a tile belong together, and which are pairs at all. True where not all are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool PreparePairs(in CallState run, in TileMemory memory, ref Tile<T> tile, in PixelSpan span)
    {
        T* codes = run.PairCodes, own = codes + span.Pixel;
        T* target = memory.Target, valid = memory.Valid;
        for (int c = 0; c < run.Classes; c++, target += run.Width, valid += run.Width)
        {
            V code = V.Broadcast(codes + c), takesPart = V.GreaterOrEqual(code, V.Zero);
            for (int i = 0; i < span.Padded; i += V.Count)
            {
                V mine = V.Load(own + i);
                V.Store(V.MaskEqual(mine, code, V.One), target + i);
                V.Store(V.GreaterOrEqual(mine, V.Zero) & takesPart, valid + i);
            }
        }

        for (int i = 0; i < span.Count && !run.PairsWithSelf; i++)
            memory.Valid[((span.Pixel + i) * run.Width) + i] = default;
        tile.Target = memory.Target;
        tile.TargetStride = run.Width;
        tile.Valid = memory.Valid;
        tile.ValidStride = run.Width;
        return !run.PairsWithSelf || span.Count != span.Padded;
    }
}
