using LossGen.Kernels;

namespace LossGen.Cpu;

/// <content>The memory of one call.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    private ref struct CallState
    {
        public readonly KernelLayout Layout;
        public readonly LossDefinition Definition;
        public readonly int Batch;
        public readonly int Classes;
        public readonly long Pixels;
        public readonly int Width;
        public readonly bool HasLabels;
        public readonly LabelSource Labels;
        public readonly T* Logits;
        public readonly void* Target;
        public readonly TargetElement TargetElement;
        public readonly T* Gradient;
        public readonly T* Elements;
        public readonly T* UpstreamElements;

        public double** Statistics;
        public double** Constants;
        public double* Slots;
        public double* Upstream;
        public double* BlockSums;
        public T* LaneSums;
        public T* TileConstants;
        public T* Scratch;
        public T* LogitTile;
        public T* TargetTile;
        public T* GradientTile;
        public T* ElementTile;
        public T* UpstreamTile;
        public T* ValidTile;
        public T* LabelTile;
        public int* IntTile;
        public T* Ones;

        public CallState(in CpuCall call, KernelLayout layout, LossDefinition definition)
        {
            Layout = layout;
            Definition = definition;
            Batch = call.Shape.Batch;
            Classes = call.Shape.Classes;
            Pixels = call.Shape.Pixels;
            HasLabels = call.HasLabels;
            Labels = new(call.Target, call.TargetElement, Classes, definition);
            Logits = (T*)call.Logits;
            Target = call.Target;
            TargetElement = call.TargetElement;
            Gradient = (T*)call.Gradient;
            Elements = (T*)call.Elements;
            UpstreamElements = (T*)call.UpstreamElements;

            // A tile's rows have to stay in the first-level cache, or at least in the second.
            Width = Classes <= 128 ? 64 : Classes <= 512 ? 32 : 16;
        }

        /// <summary>The doubles that a caller keeps: those of the passes that the value needs.</summary>
        public readonly long StatisticsLength => StatisticsOffset(Layout.ValueStage);

        /// <summary>The doubles of all passes.</summary>
        public readonly long StatisticsTotal => StatisticsOffset(Layout.Passes.Length);

        public readonly long StatisticsOffset(int pass)
        {
            long offset = 0;
            for (int k = 0; k < pass && k < Layout.Passes.Length; k++)
                offset += (long)Layout.Passes[k].SumLength(Classes) * (Layout.PerImage ? Batch : 1);
            return offset;
        }

        public readonly void ThrowBadLabel(int image, long pixel)
        {
            long offset = (image * Pixels) + pixel;
            long label = TargetElement switch
            {
                TargetElement.Byte => ((byte*)Target)[offset],
                TargetElement.SByte => ((sbyte*)Target)[offset],
                TargetElement.Int16 => ((short*)Target)[offset],
                TargetElement.Int32 => ((int*)Target)[offset],
                _ => ((long*)Target)[offset],
            };
            string ignored = Definition.IgnoreIndex is int index ? $" or {index} (ignored)" : "; declare IgnoreIndex to leave pixels out";
            throw new ArgumentOutOfRangeException(
                "labels", label, $"The label at image {image}, pixel {pixel} is {label}; with {Classes} {(Classes == 1 ? "class" : "classes")} it must be from 0 to {Labels.Largest}{ignored}.");
        }
    }
}
