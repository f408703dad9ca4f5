using System.Numerics;
using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Cpu;

/// <content>What the passes know of a call. Threads share it; each has tiles of its own.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private struct CallState
    {
        private const int MostWidth = 256;

        public readonly KernelLayout Layout;
        public readonly LossDefinition Definition;
        public readonly int Batch;
        public readonly int Classes;

        /// <summary>The extents of logits and target, which are the same here.</summary>
        public readonly LossShape Shape;

        /// <summary>S.</summary>
        public readonly long ImagePixels;

        /// <summary>
        /// Tiles run over the pixels of the whole batch as if it were one image. For images smaller than a tile: most of each tile
        /// would be padding.
        /// </summary>
        public readonly bool IsPacked;

        /// <summary>N, or 1 when packed.</summary>
        public readonly int Images;

        /// <summary>S, or N * S when packed.</summary>
        public readonly long Pixels;

        public readonly int Width;

        /// <summary>Pixels of a block. Its sums are added to the batch's as one, in block order, whoever computed them.</summary>
        public readonly int BlockPixels;

        /// <summary>Pixels after which products end, a power of two.</summary>
        public readonly int ProductPixels;

        /// <summary>Whole tiles differ in nothing but where they lie.</summary>
        public readonly bool IsPlain;

        /// <summary>
        /// A softmax copies the next tile's logits while it computes one. Not where a few dozen classes lie so far apart that their pages
        /// fall into the same set of the processor's address cache: reading a little of each then waits for addresses, and fetching does
        /// not.
        /// </summary>
        public readonly bool CopiesAhead;
        public readonly TileSizes Sizes;
        public readonly bool HasLabels;
        public readonly LabelSource Labels;

        /// <summary>The type of the numbers behind <see cref="Logits"/> and <see cref="Gradient"/>.</summary>
        public readonly LogitElement LogitElement;

        /// <summary>Logits and gradient have the classes of a pixel side by side.</summary>
        public readonly bool ClassesLast;

        /// <summary>Logits and gradient as the caller has them.</summary>
        public readonly void* Logits;
        public readonly void* Gradient;
        public readonly void* Target;
        public readonly TargetElement TargetElement;
        public readonly T** Inputs;

        /// <summary><see cref="CpuCall.PairCodes"/>.</summary>
        public readonly T* PairCodes;

        /// <summary><see cref="CpuCall.PairsWithSelf"/>.</summary>
        public readonly bool PairsWithSelf;

        /// <summary>From a pixel of logits and gradient to that of the next class: S, or <see cref="CpuCall.RowStride"/>.</summary>
        public readonly long RowStride;

        public readonly T* Elements;
        public readonly T* UpstreamElements;

        /// <summary>What passes store and steps leave.</summary>
        public T** Maps;

        /// <summary>The logits as (N, C, S) in the kernel's type, where passes read those of neighbours.</summary>
        public T* LogitImages;

        /// <summary>The numbers of a dense target are checked as they are read: in the first pass.</summary>
        public bool ChecksTarget;

        /// <summary>The gradient pass under way writes past the caches, where a tile writes in place.</summary>
        public bool IsStreamed;

        public double** Statistics;
        public double** Constants;
        public double* Slots;
        public double* Upstream;

        public CallState(in CpuCall call, KernelLayout layout, LossDefinition definition)
        {
            Layout = layout;
            Definition = definition;
            Shape = call.Shape;
            Batch = call.Shape.Batch;
            Classes = call.Shape.Classes;
            ImagePixels = call.Shape.Pixels;
            HasLabels = call.HasLabels;
            Labels = new(call.Target, call.TargetElement, Classes, definition, call.Grid);
            LogitElement = call.LogitElement;
            ClassesLast = call.Shape.ClassesLast && Classes > 1 && ImagePixels > 1;
            Logits = call.Logits;
            Gradient = call.Gradient;
            Target = call.Target;
            TargetElement = call.TargetElement;
            Inputs = (T**)call.Inputs;
            PairCodes = (T*)call.PairCodes;
            PairsWithSelf = call.PairsWithSelf;
            RowStride = call.RowStride > 0 ? call.RowStride : ImagePixels;
            BlockPixels = PairCodes is null ? LargeBlock : PairBlock;
            Elements = (T*)call.Elements;
            UpstreamElements = (T*)call.UpstreamElements;

            int factors = MostFactors(Classes);
            Width = Math.Min(TileWidth(Classes, isPlane: !ClassesLast && ImagePixels >= MostWidth && PairCodes is null)
                * WidthForNeighbours(layout, Classes), factors * V.Count);
            ProductPixels = Math.Min(FlushPixels, factors * V.Count);
            IsPacked = !layout.PerImage && Batch > 1 && ImagePixels < Width && PairCodes is null;
            Images = IsPacked ? 1 : Batch;
            Pixels = IsPacked ? Batch * ImagePixels : ImagePixels;
            Sizes = new(layout, definition, Classes, Width, IsConverted);
            CopiesAhead = definition.Activation == Activation.Softmax && Softmax.IsCopiedAhead<V>(Classes, Pixels * sizeof(T));
            IsPlain = !IsPacked && PairCodes is null && Sizes.Neighbours == 0
                && (HasLabels
                    || (!IsTranslated && definition.TargetClassAxis != ClassAxis.Last && definition.IgnoreIndex is null
                        && TargetElement == OwnElement));
        }

        // How many factors a product may have, a power of two: each is at most the sum of a pixel's exponentials, of which none is larger
        // than 1, or 1 + an exponential.
        private static int MostFactors(int classes)
        {
            double doublings = (typeof(T) == typeof(float) ? 127 : 1023) - 0.5;
            return (int)BitOperations.RoundUpToPowerOf2((uint)(doublings / Math.Log2(Math.Max(2, classes))) + 1) / 2;
        }

        // A tile's rows have to stay in the first-level cache, or at least in the second. Processors with AVX-512 have more of that, and
        // with many classes long rows pay: each class's begin in other pages of memory. Rows that are copied one after the other may be
        // longer than the cache holds.
        private static int TileWidth(int classes, bool isPlane) =>
            V.Count * sizeof(T) != 64 ? classes switch { 1 => MostWidth, <= 4 => 128, <= 128 => 64, <= 512 => 32, _ => 16 }
            : isPlane && Softmax.IsNarrow<V>() && classes > 256 ? classes switch
            {
                <= 512 => MostWidth,
                <= 2048 => 128,
                <= 8192 => 64,
                _ => 16
            }
            : classes switch { 1 => MostWidth, <= 32 => 128, <= 64 => 64, <= 256 => MostWidth, <= 512 => 128, <= 2048 => 32, _ => 16 };

        // Where neighbours lie is found once a tile. Of few classes a longer one still lies in the first-level cache.
        private static int WidthForNeighbours(KernelLayout layout, int classes) =>
            classes > 4 || !layout.ReadsNeighbours ? 1 : classes == 1 ? 4 : 2;

        /// <summary>Logits and gradient are stored in fewer bits than they are computed in.</summary>
        public readonly bool IsConverted => LogitElement >= LogitElement.Half;

        /// <summary>Logits and gradient lie in another way than kernels work.</summary>
        public readonly bool IsTranslated => IsConverted || ClassesLast;

        public readonly long LogitCount => Images * Pixels * Classes;

        /// <summary>Plain rows (N, C): each number a class away from the next of its class.</summary>
        public readonly bool IsRows => IsPacked && ImagePixels == 1;

        /// <summary>The doubles that a caller keeps: those of the passes that the value needs.</summary>
        public readonly long StatisticsLength => StatisticsOffset(Layout.ValueStage);

        /// <summary>The doubles of all passes.</summary>
        public readonly long StatisticsTotal => StatisticsOffset(Layout.Passes.Length);

        public readonly long StatisticsOffset(int pass)
        {
            long offset = 0;
            for (int k = 0; k < pass && k < Layout.Passes.Length; k++)
                offset += StatisticsOf(k);
            return offset;
        }

        /// <summary>The doubles of one pass.</summary>
        public readonly long StatisticsOf(int pass) => (long)Layout.Passes[pass].SumLength(Classes) * (Layout.PerImage ? Batch : 1);

        /// <summary>
        /// Where a pixel of a tile lies: its image, its place in the image, and how many of the pixels after it (with it, at most
        /// <paramref name="remaining"/>) are in the same image.
        /// </summary>
        public readonly (long Image, long Pixel, int Length) Locate(int image, long pixel, int remaining)
        {
            if (!IsPacked)
                return (image, pixel, remaining);
            (long at, long rest) = Math.DivRem(pixel, ImagePixels);
            return (at, rest, (int)Math.Min(remaining, ImagePixels - rest));
        }

        public readonly void ThrowBadLabel(int image, long pixel)
        {
            throw Labels.Bad((image * Pixels) + pixel, Labels.IsSampled ? Labels.Grid.TargetPixels : ImagePixels, "declare IgnoreIndex");
        }
    }
}
