using LossGen.Compiler.Model;

namespace LossGen.Compiler.Graph;

/// <summary>
/// Operations on the neighbours of a pixel. What does not vary over the pixels does so behind them: at the edge a neighbour is missing.
/// </summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The weighted sum of neighbours.</summary>
    public Node Correlate(Node value, Window window) => value.IsNumber(0) ? value
        : window.IsIdentity ? Spread(value, Axes.Batch | Axes.Pixel)
        : OfClasses(value, inner => Make(Op.Correlate, [Spread(inner, Axes.Batch | Axes.Pixel)], window: window));

    /// <summary>The largest or smallest of the neighbours inside the image.</summary>
    public Node Pool(Node value, Window window) =>
        window.IsIdentity ? Spread(value, Axes.Batch | Axes.Pixel) : Make(Op.Pool, [Spread(value, Axes.Batch | Axes.Pixel)],
            window: window);

    /// <summary>
    /// What a pool takes the largest or smallest of, less the choice that leaves out what is ignored. A pixel that is not ignored is itself
    /// among its neighbours.
    /// </summary>
    public static Node Pooled(Node pool) => pool[0].Op == Op.Where && pool[0][0].Op is Op.Valid or Op.Labelled && pool[0][2].IsConstant
        ? pool[0][1] : pool[0];

    /// <summary>The gradient of a pool's input: what arrives goes to the neighbour that was taken.</summary>
    public Node PoolSlope(Node value, Node arriving, Window window) =>
        arriving.IsNumber(0) ? arriving : OfClasses(arriving, inner => Make(Op.PoolSlope, [value, Spread(inner, Axes.Batch | Axes.Pixel)],
            window: window));

    /// <summary>The distance to the nearest pixel that is not 0.</summary>
    public Node Distance(Node sources, EquatableArray<double> spacing) => sources.IsConstant ? Zero
        : Make(Op.Distance, [Spread(sources, Axes.Batch | Axes.Pixel)], window: new Window(0, 0, 1) { Weights = spacing });

    // Which classes take part is asked behind the operation, where what follows sees it: nothing of the other classes then meets their
    // zeros.
    private Node OfClasses(Node value, Func<Node, Node> operation)
    {
        (List<Node> masks, Node inner) = Unmask(value);
        return masks.Exists(IsOfClasses) ? Remask(masks.FindAll(IsOfClasses),
            operation(Remask(masks.FindAll(mask => !IsOfClasses(mask)), inner))) : operation(value);

        static bool IsOfClasses(Node mask) => !mask.IsPixel && mask.Axes.Has(Axes.Class);
    }

    /// <summary>A number of the pixel that a window of one pixel reads, where the pass that asks for it finds the image.</summary>
    public Node Neighbour(Node image, Window window) => Make(Op.Neighbour, [image], window: window);

    /// <summary>A value as the pass of a stage keeps it for later ones.</summary>
    public Node Kept(Node value, int stage) => Make(Op.Kept, [value], stage);
}
