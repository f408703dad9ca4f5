using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>
/// Losses of pairs: the kernels of pairs.cl make the matrix of the pairs of embeddings, for the passes, and take its gradient back. As
/// <see cref="PairMatrix{T}"/> does on the CPU.
/// </summary>
internal sealed class GpuPairs : IDisposable
{
    private const int Threads = 256;

    // As the kernels have them.
    private const int Tile = 64, Deep = 16, Columns = 32;

    // So many tiles have work for every multiprocessor. Where there are fewer, what is summed over is cut into parts, though not shorter
    // than that: the same for every device, so that the sums are.
    private const int ManyTiles = 512, LeastDepth = 128, MostParts = 16;

    private readonly GpuDevice device;
    private readonly GpuArguments arguments;
    private readonly GpuModule?[] modules = new GpuModule?[4];

    // The embeddings as they are multiplied, their gradient, 1 / the length of each row or the deviation of each column, and the matrix.
    private readonly GpuScratch own, returned, inverse, matrix;

    public GpuPairs(GpuDevice device, GpuArguments arguments, Func<long, nint> allocate, Action<nint> free)
    {
        this.device = device;
        this.arguments = arguments;
        (own, returned, inverse, matrix) = (New(), New(), New(), New());
        GpuScratch New() => new(allocate, free);
    }

    /// <summary>
    /// The batch that the passes see, before there is memory for its numbers: the matrix, of the type that pixels are computed in. The
    /// classes of a pixel, which is what it is compared with, are adjacent.
    /// </summary>
    /// <param name="pairs">What the loss compares.</param>
    /// <param name="batch">A batch of embeddings.</param>
    public static GpuBatch Full(Pairs pairs, GpuBatch batch)
    {
        LossShape shape = PairMatrix.ShapeOf(pairs, batch.Shape);
        return batch with
        {
            Shape = shape,
            Logits = 0,
            LogitElement = batch.LogitElement == LogitElement.Double ? LogitElement.Double : LogitElement.Single,
            LogitStrides = GpuStrides.ClassesLast(shape.Classes, shape.Pixels),
            Target = PairMatrix.ComparesColumns(pairs) ? 0 : batch.Target,
            TargetStrides = batch.TargetStrides ?? new GpuStrides(1, 0, 0),
        };
    }

    /// <summary>What of a batch does not go with a loss of pairs. Its target is not asked for: <see cref="CheckTarget"/>.</summary>
    public static void Check(LossDefinition definition, GpuBatch batch)
    {
        if (PairMatrix.ComparesColumns(definition.Pairs))
            PairChecks.Views(definition, batch.Shape);
        else
            PairChecks.Shape(definition, batch.Shape);
        if (batch.Grid.IsSampled)
            throw new ArgumentException($"The batch has a grid of labels; {definition.Name} compares rows of embeddings, which have one label each.", nameof(batch));
    }

    /// <summary>Labels, or none: two views of the same samples.</summary>
    public static void CheckTarget(LossDefinition definition, GpuBatch batch)
    {
        if (batch.Target == 0)
            PairChecks.Views(definition, batch.Shape);
        else
            PairChecks.Labels(definition, batch.TargetElement <= TargetElement.Int64, batch.Shape);
    }

    /// <summary>The macros that the kernels are compiled with.</summary>
    /// <param name="element">The type of the caller's embeddings and gradient.</param>
    public static List<string> Defines(LogitElement element) => GpuDefines.AroundPasses(Threads, element);

    /// <summary>Compiles the kernels, which are the same for all losses.</summary>
    public GpuModule Compile(LogitElement element) =>
        modules[(int)element] ??= device.Compile(GpuKernels.Prelude + GpuKernels.Pairing, Defines(element));

    /// <summary>Makes the matrix.</summary>
    /// <param name="pairs">What the loss compares.</param>
    /// <param name="batch">The batch of embeddings.</param>
    /// <returns>Its address, where the passes leave its gradient, too.</returns>
    public nint Make(Pairs pairs, GpuBatch batch)
    {
        GpuModule module = Compile(batch.LogitElement);
        var sizes = new Sizes(pairs, batch.Shape);
        int width = Width(batch);
        own.Grow(width * sizes.Numbers);
        inverse.Grow(sizeof(double) * Math.Max(sizes.Rows, 2L * sizes.Features));
        matrix.Grow(width * sizes.Images * sizes.Square);
        arguments.Clear().Add(batch.Logits).Add(own.Address).Add(inverse.Address).Add(Embeddings(pairs, batch, batch.LogitStrides));
        device.Launch(module, sizes.OfColumns ? "pairColumns" : "pairRows", sizes.Blocks, Threads, arguments);

        // Rows times rows, or columns of one view times columns of it or the other.
        long second = pairs == Pairs.Correlation ? sizes.View : 0;
        GpuProduct product = sizes.OfColumns
            ? new() { LeftRow = 1, LeftStep = sizes.Features, RightStep = sizes.Features, RightColumn = 1, Depth = sizes.Samples }
            : new() { LeftRow = sizes.Features, LeftStep = 1, RightStep = 1, RightColumn = sizes.Features, Depth = sizes.Features };
        Multiply(module, "pairProduct", own.Address, own.Address, matrix.Address, product with
        {
            LeftImage = sizes.View,
            RightFirst = second,
            RightImage = sizes.View,
            ToRow = sizes.Side,
            ToColumn = 1,
            ToImage = sizes.Square,
            Factor = sizes.Factor,
            Rows = sizes.Side,
            Columns = sizes.Side,
            Parts = 1,
            DepthOfPart = product.Depth,
            IsMirrored = pairs == Pairs.Correlation ? 0 : 1,
        }, sizes.Images);
        return matrix.Address;
    }

    /// <summary>Takes the gradient of the matrix back to the embeddings.</summary>
    /// <param name="pairs">What the loss compares.</param>
    /// <param name="batch">The batch that <see cref="Make"/> had last.</param>
    /// <param name="to">Receives the gradient: of the type of the embeddings.</param>
    /// <param name="strides">Where it lies.</param>
    public void Return(Pairs pairs, GpuBatch batch, nint to, GpuStrides? strides)
    {
        GpuModule module = Compile(batch.LogitElement);
        var sizes = new Sizes(pairs, batch.Shape);
        var product = new GpuProduct { LeftRow = sizes.Side, LeftImage = sizes.Square, Factor = 1, Rows = sizes.Side, Depth = sizes.Side };
        (int parts, int depth) = Parts(sizes);
        product = product with { Parts = parts, DepthOfPart = depth, ToPart = sizes.Numbers };
        returned.Grow(Width(batch) * sizes.Numbers * parts);
        if (pairs == Pairs.Correlation)
        {
            // G Z2^T, what arrives at the first view, and G^T Z1^T, at the second.
            product = product with
            {
                RightStep = 1,
                RightColumn = sizes.Features,
                ToRow = 1,
                ToColumn = sizes.Features,
                Columns = sizes.Samples,
            };
            Multiply(module, "pairProduct", matrix.Address, own.Address, returned.Address,
                product with { LeftStep = 1, RightFirst = sizes.View }, 1);
            Multiply(module, "pairProduct", matrix.Address, own.Address, returned.Address,
                product with { LeftRow = 1, LeftStep = sizes.Side, ToFirst = sizes.View }, 1);
        }
        else
        {
            // (G + G^T) Z of rows; of columns (G + G^T) Z^T, a number of a column a row.
            product = sizes.OfColumns
                ? product with { RightStep = 1, RightColumn = sizes.Features, ToRow = 1, ToColumn = sizes.Features }
                : product with { RightStep = sizes.Features, RightColumn = 1, ToRow = sizes.Features, ToColumn = 1 };
            product = product with { Columns = sizes.OfColumns ? sizes.Samples : sizes.Features };
            Multiply(module, "pairSymmetric", matrix.Address, own.Address, returned.Address,
                product with { RightImage = sizes.View, ToImage = sizes.View }, sizes.Images);
        }

        arguments.Clear().Add(own.Address).Add(inverse.Address).Add(returned.Address).Add(to)
            .Add(Embeddings(pairs, batch, strides ?? batch.LogitStrides) with { Parts = parts });
        device.Launch(module, sizes.OfColumns ? "pairColumnsBack" : "pairRowsBack", sizes.Blocks, Threads, arguments);
    }

    /// <summary>Gives its memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        foreach (GpuScratch memory in (GpuScratch[])[own, returned, inverse, matrix])
            memory.Dispose();
    }

    private static int Width(GpuBatch batch) => batch.LogitElement == LogitElement.Double ? sizeof(double) : sizeof(float);

    private static GpuEmbeddings Embeddings(Pairs pairs, GpuBatch batch, GpuStrides? strides)
    {
        GpuStrides places = strides ?? GpuStrides.OfLogits(batch.Shape);
        return new()
        {
            Row = places.Image,
            Feature = places.Class,
            Factor = new Sizes(pairs, batch.Shape).Factor,
            Floor = PairMatrix.VarianceFloor,
            Rows = batch.Shape.Batch,
            Features = batch.Shape.Classes,
            IsScaled = pairs is Pairs.Cosine or Pairs.Correlation ? 1 : 0,
        };
    }

    private void Multiply(GpuModule module, string kernel, nint left, nint right, nint to, GpuProduct product, int images)
    {
        int down = (product.Rows + Tile - 1) / Tile, across = (product.Columns + Tile - 1) / Tile;
        int tiles = product.IsMirrored == 1 ? checked(across * (across + 1)) / 2 : checked(down * across);
        arguments.Clear().Add(left).Add(right).Add(to).Add(product with { Tiles = tiles, TilesAcross = across });
        device.Launch(module, kernel, checked(images * product.Parts * tiles), Threads, arguments);
    }

    // Of the products that take a gradient back: how many, and how much of what is summed over, in whole steps.
    private static (int Count, int Depth) Parts(Sizes sizes)
    {
        int across = sizes.OfColumns ? sizes.Samples : sizes.Features;
        long tiles = (long)sizes.Images * ((sizes.Side + Tile - 1) / Tile) * ((across + Tile - 1) / Tile);
        int wanted = (int)Math.Clamp(ManyTiles / tiles, 1, Math.Clamp(sizes.Side / LeastDepth, 1, MostParts));
        int depth = (((sizes.Side + wanted - 1) / wanted) + Deep - 1) / Deep * Deep;
        return ((sizes.Side + depth - 1) / depth, depth);
    }

    // N and D, the side of the matrix, and how many numbers views and matrices have.
    private readonly record struct Sizes(Pairs Pairs, LossShape Shape)
    {
        public bool OfColumns => PairMatrix.ComparesColumns(Pairs);

        public int Rows => Shape.Batch;

        public int Features => Shape.Classes;

        public int Samples => Rows / 2;

        public long Numbers => (long)Rows * Features;

        public long View => (long)Samples * Features;

        public int Side => OfColumns ? Features : Rows;

        public long Square => (long)Side * Side;

        public int Images => Pairs == Pairs.Covariance ? 2 : 1;

        public double Factor => !OfColumns ? 1 : 1.0 / (Pairs == Pairs.Correlation ? Samples : Samples - 1);

        public int Blocks => OfColumns ? 2 * ((Features + Columns - 1) / Columns) : Rows;
    }
}
