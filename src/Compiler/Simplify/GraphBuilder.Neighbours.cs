using LossGen.Compiler.Model;

namespace LossGen.Compiler.Graph;

/// <summary>Operations on the neighbours of a pixel. What does not vary over the pixels does so behind them: at the edge a neighbour is missing.</summary>
internal sealed partial class GraphBuilder
{
    /// <summary>The weighted sum of neighbours.</summary>
    public Node Correlate(Node value, Window window) => value.IsNumber(0) ? value
        : window.IsIdentity ? Spread(value, Axes.Batch | Axes.Pixel)
        : Make(Op.Correlate, [Spread(value, Axes.Batch | Axes.Pixel)], window: window);

    /// <summary>The largest or smallest of the neighbours inside the image.</summary>
    public Node Pool(Node value, Window window) =>
        window.IsIdentity ? Spread(value, Axes.Batch | Axes.Pixel) : Make(Op.Pool, [Spread(value, Axes.Batch | Axes.Pixel)], window: window);

    /// <summary>The gradient of a pool's input: what arrives goes to the neighbour that was taken.</summary>
    public Node PoolSlope(Node value, Node arriving, Window window) =>
        arriving.IsNumber(0) ? arriving : Make(Op.PoolSlope, [value, Spread(arriving, Axes.Batch | Axes.Pixel)], window: window);

    /// <summary>The distance to the nearest pixel that is not 0.</summary>
    public Node Distance(Node sources, EquatableArray<double> spacing) => sources.IsConstant ? Zero
        : Make(Op.Distance, [Spread(sources, Axes.Batch | Axes.Pixel)], window: new Window(0, 0, 1) { Weights = spacing });

    /// <summary>A value as the pass of a stage keeps it for later ones.</summary>
    public Node Kept(Node value, int stage) => Make(Op.Kept, [value], stage);
}
