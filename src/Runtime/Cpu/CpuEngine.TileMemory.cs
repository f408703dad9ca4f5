using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Cpu;

/// <content>The memory of the tiles that one thread works on.</content>
internal static unsafe partial class CpuEngine<TKernel, T, V>
{
    /// <summary>Lengths, the largest of all passes.</summary>
    private readonly struct TileSizes
    {
        public readonly int Width;
        public readonly long Tile;
        public readonly long Converted;
        public readonly long Sums;
        public readonly long Products;
        public readonly long Constants;
        public readonly long Rows;
        public readonly int Inputs;
        public readonly int Maps;
        public readonly int Neighbours;
        public readonly long InputRows;

        public TileSizes(KernelLayout layout, LossDefinition definition, int classes, int width, bool isConverted)
        {
            Width = width;
            Tile = (long)classes * width;
            Converted = isConverted ? Tile : 0;
            Inputs = definition.Inputs.Count;
            for (int k = 0; k < Inputs; k++)
                InputRows += definition.Inputs[k].Kind == InputKind.Element ? classes : 1;
            Maps = layout.Maps.Length;
            foreach (bool hasClass in layout.Maps)
                InputRows += hasClass ? classes : 1;
            foreach (PassLayout pass in layout.AllPasses)
            {
                Sums = Math.Max(Sums, pass.SumLength(classes));
                Products = Math.Max(Products, pass.ProductLength(classes));
                Constants = Math.Max(Constants, pass.ConstantLength(classes));
                Rows = Math.Max(Rows, ((long)pass.ClassRows * classes) + pass.PixelRows);
                Neighbours = Math.Max(Neighbours, pass.Neighbours.Length);
            }

            InputRows += (long)Neighbours * classes;
        }

        /// <summary>Where a tile reads and stores what lies a tile further in the next: all but neighbours.</summary>
        public int Places => Inputs + (2 * Maps);

        public long Bytes =>
            Workspace.Size<double>(Sums) + Workspace.Size<T>(Sums * V.Count) + Workspace.Size<T>(Products * V.Count)
                + Workspace.Size<T>(Constants) + Workspace.Size<T>(Rows * Width)
            + (7 * Workspace.Size<T>(Tile)) + Workspace.Size<Staging<T>>(1) + Workspace.Size<T>(Converted) + (5 * Workspace.Size<T>(Width))
            + Workspace.Size<T>(V.Count) + Workspace.Size<int>(Width)
            + Workspace.Size<nint>(Places + Neighbours) + (2 * Workspace.Size<long>(Neighbours))
            + Workspace.Size<T>(InputRows * Width);
    }

    private struct TileMemory
    {
        /// <summary>The sums of a block.</summary>
        public double* BlockSums;

        /// <summary>Sums in lanes, until they go to the block's.</summary>
        public T* LaneSums;

        /// <summary>Products in lanes, until their logarithm goes to a sum.</summary>
        public T* Products;

        /// <summary>Constants of the pass in the kernel's type.</summary>
        public T* Constants;

        /// <summary>The image that they belong to; -1 before the first.</summary>
        public int ConstantsImage;

        public T* Scratch;
        public Staging<T>* Staging;
        public T* Logits;

        /// <summary>Logits or gradient in the kernel's type, but still in the caller's order.</summary>
        public T* Converted;
        public T* Target;
        public T* Gradient;
        public T* Elements;
        public T* Upstream;
        public T* Valid;
        public T* Labels;
        public T* Ones;
        public int* Integers;

        /// <summary>One register: the bits that any number of the target had.</summary>
        public T* TargetBits;

        /// <summary>
        /// Where the tile reads each of the loss's own inputs and maps, then where it stores the latter, then where it reads neighbours.
        /// </summary>
        public T** Inputs;
        public nint* NeighbourStrides;

        /// <summary>
        /// Where in a block of its axis the last tile began for which the ones of a neighbour were copied; -1 where they were not.
        /// </summary>
        public long* OnesAt;
        public T* InputCopies;

        /// <summary>Takes the memory from this thread's workspace.</summary>
        public static TileMemory Rent(in TileSizes sizes)
        {
            Workspace workspace = Workspace.Rent(WorkspaceUse.Tile, sizes.Bytes);
            var memory = new TileMemory
            {
                ConstantsImage = -1,
                BlockSums = workspace.Take<double>(sizes.Sums),
                LaneSums = workspace.Take<T>(sizes.Sums * V.Count),
                Products = workspace.Take<T>(sizes.Products * V.Count),
                Constants = workspace.Take<T>(sizes.Constants),
                Scratch = workspace.Take<T>(sizes.Rows * sizes.Width),
                Staging = workspace.Take<Staging<T>>(1),
                Logits = workspace.Take<T>(sizes.Tile),
                Converted = workspace.Take<T>(sizes.Converted),
                Target = workspace.Take<T>(sizes.Tile),
                Gradient = workspace.Take<T>(sizes.Tile),
                Elements = workspace.Take<T>(sizes.Tile),
                Upstream = workspace.Take<T>(sizes.Tile),
                Valid = workspace.Take<T>(sizes.Tile),
                Labels = workspace.Take<T>(sizes.Width),
                Ones = workspace.Take<T>(sizes.Width),
                Integers = workspace.Take<int>(sizes.Width),
                TargetBits = workspace.Take<T>(V.Count),
                Inputs = (T**)workspace.Take<nint>(sizes.Places + sizes.Neighbours),
                NeighbourStrides = workspace.Take<nint>(sizes.Neighbours),
                OnesAt = workspace.Take<long>(sizes.Neighbours),
                InputCopies = workspace.Take<T>(sizes.InputRows * sizes.Width),
            };
            *memory.Staging = new()
            {
                Rows = workspace.Take<T>(sizes.Tile),
                Maximum = workspace.Take<T>(sizes.Width),
                NextMaximum = workspace.Take<T>(sizes.Width),
                Block = workspace.Take<T>(sizes.Width),
            };
            new Span<T>(memory.Ones, sizes.Width).Fill(T.One);
            new Span<long>(memory.OnesAt, sizes.Neighbours).Fill(-1);
            return memory;
        }
    }
}
