using System.Collections.Immutable;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Formula;

/// <summary>
/// What a formula reads around a pixel. Pixels that are ignored are as if they were not there: sums of neighbours read 0 at them, the
/// largest and the smallest leave them out.
/// </summary>
internal sealed partial class FormulaScope
{
    // More taps than any image has pixels along an axis are a mistake, and each is a number of the generated code.
    private const int MostTaps = 1023;

    private const int MostErosions = 100;

    /// <summary>The value of the pixel so many places further along an axis.</summary>
    public FormulaValue Shift(FormulaValue value, Node axis, Node by, Node border)
    {
        int places = Whole(by, "the third argument of 'Shift'");
        return Correlate(value, new Window(Axis(axis, "Shift"), places, 1) { Weights = [1], Border = BorderOf(border) });
    }

    /// <summary>The sum of the neighbours along an axis, each times its weight; the middle one is the pixel itself.</summary>
    public FormulaValue Window(FormulaValue value, Node axis, ImmutableArray<double> weights, Node border)
    {
        if (weights.Length % 2 == 0 || weights.Length > MostTaps)
            throw new FormulaTextException($"the weights of 'Window' are {weights.Length} numbers; an odd number of them, at most {MostTaps}, has one in the middle for the pixel itself");
        return Correlate(value, new Window(Axis(axis, "Window"), -(weights.Length / 2), weights.Length)
        {
            Weights =
            weights.ToEquatableArray(),
            Border = BorderOf(border)
        });
    }

    /// <summary>The mean of the window of a size, along all axes.</summary>
    public FormulaValue BoxBlur(FormulaValue value, Node size, Node border)
    {
        int taps = OddSize(size, "BoxBlur");
        return Blur(value, Enumerable.Repeat(1D / taps, taps), border);
    }

    /// <summary>The mean of the window of a size with the weights of a normal distribution, along all axes.</summary>
    public FormulaValue GaussianBlur(FormulaValue value, Node size, Node sigma, Node border)
    {
        int taps = OddSize(size, "GaussianBlur");
        if (sigma is not { IsConstant: true, Number: > 0 } || double.IsInfinity(sigma.Number))
            throw new FormulaTextException(
                "the third argument of 'GaussianBlur', sigma, has to be a number above 0 that is known at compile time");
        double[] weights = [.. Enumerable.Range(0, taps)
            .Select(k => Math.Exp(-(k - (taps / 2)) * (k - (taps / 2)) / (2 * sigma.Number * sigma.Number)))];
        double sum = weights.Sum();
        return Blur(value, weights.Select(weight => weight / sum), border);
    }

    /// <summary>The largest (or smallest) of the window of a size, along all axes.</summary>
    public FormulaValue Pool(FormulaValue value, Node size, bool isMinimum)
    {
        int taps = OddSize(size, isMinimum ? "MinPool" : "MaxPool");
        return Pool(value, new Window(0, -(taps / 2), taps) { IsMinimum = isMinimum, Shape = AllAxes(WindowShape.Box) });
    }

    /// <summary>The largest (or smallest) of the neighbours along an axis.</summary>
    public FormulaValue PoolAlong(FormulaValue value, Node axis, Node size, bool isMinimum)
    {
        string function = isMinimum ? "MinPoolAlong" : "MaxPoolAlong";
        int taps = OddSize(size, function);
        return Pool(value, new Window(Axis(axis, function), -(taps / 2), taps) { IsMinimum = isMinimum });
    }

    /// <summary>Condition: the window of a size around the pixel lies inside the image, and nothing in it is ignored.</summary>
    public FormulaValue Inside(Node size)
    {
        int taps = OddSize(size, "Inside");
        FormulaValue counted = Blur(new(Graph.One, Valid.Axes), Enumerable.Repeat(1D, taps), Graph.Constant((double)Border.Zero));
        double all = Math.Pow(taps, options.Dimensions);
        return new(Graph.Less(Graph.Constant(all - 0.5), counted.Node), counted.Axes);
    }

    /// <summary>
    /// The distance of each pixel where a condition holds to the nearest where it does not, with what neighbours are apart along slices,
    /// rows and columns.
    /// </summary>
    public FormulaValue DistanceTransform(FormulaValue condition, ImmutableArray<Node> spacing)
    {
        FormulaValue pixels = WithPixels(condition);
        Node sources = Graph.Mask(ValidFor(pixels), Graph.Mask(Graph.Not(pixels.Node), Graph.One));
        return new(Graph.Distance(sources, spacing.Skip(3 - options.Dimensions).Select(Spacing).ToEquatableArray()), pixels.Axes);

        static double Spacing(Node node) => node is { IsConstant: true, Number: > 0 } && !double.IsInfinity(node.Number) ? node.Number
            : throw new FormulaTextException("the spacing of 'DistanceTransform' has to be numbers above 0 that are known at compile time");
    }

    /// <summary>The smallest of the pixel and its neighbours along each axis: a cross.</summary>
    public FormulaValue SoftErode(FormulaValue value) =>
        Pool(value, new Window(0, -1, 3) { IsMinimum = true, Shape = AllAxes(WindowShape.Cross) });

    /// <summary>What openings by a small cross take away, gathered over erosions: the centre lines of what is thin.</summary>
    public FormulaValue SoftSkeleton(FormulaValue value, Node iterations)
    {
        int count = Whole(iterations, "the second argument of 'SoftSkeleton'");
        if (count is < 0 or > MostErosions)
            throw new FormulaTextException($"'SoftSkeleton' erodes {count} times; from 0 to {MostErosions} are possible, and as many as half the width of what is looked for are needed");
        FormulaValue eroded = SoftErode(value);
        Node skeleton = Ridge(value, eroded);
        for (int k = 0; k < count; k++)
        {
            value = eroded;
            eroded = SoftErode(value);
            Node ridge = Ridge(value, eroded);
            skeleton = Graph.Add(skeleton, Positive(Graph.Subtract(ridge, Graph.Multiply(skeleton, ridge))));
        }

        return new(skeleton, eroded.Axes);
    }

    // What an opening takes away.
    private Node Ridge(FormulaValue value, FormulaValue eroded) =>
        Positive(Graph.Subtract(value.Node, Pool(eroded, Graph.Constant(3), isMinimum: false).Node));

    // PyTorch's relu: NaN stays, and 0 has the derivative 0.
    private Node Positive(Node value) => Graph.Where(Graph.LessOrEqual(value, Graph.Zero), Graph.Zero, value);

    // One window of all axes: what is ignored is 0 to it, and what lies between two of its axes is whole at ignored pixels too.
    private FormulaValue Blur(FormulaValue value, IEnumerable<double> weights, Node border)
    {
        EquatableArray<double> taps = weights.ToEquatableArray();
        FormulaValue pixels = WithPixels(value);
        Node sum = Graph.Mask(ValidFor(pixels), pixels.Node);
        for (int axis = 0; axis < options.Dimensions; axis++)
            sum = Graph.Correlate(sum, new Window(axis, -(taps.Count / 2), taps.Count) { Weights = taps, Border = BorderOf(border) });
        return new(sum, pixels.Axes);
    }

    private WindowShape AllAxes(WindowShape shape) => options.Dimensions == 1 ? WindowShape.Line : shape;

    private FormulaValue Correlate(FormulaValue value, Window window)
    {
        FormulaValue pixels = WithPixels(value);
        return new(Graph.Correlate(Graph.Mask(ValidFor(pixels), pixels.Node), window), pixels.Axes);
    }

    private FormulaValue Pool(FormulaValue value, Window window)
    {
        FormulaValue pixels = WithPixels(value);
        Node nothing = Graph.Constant(window.IsMinimum ? double.PositiveInfinity : double.NegativeInfinity);
        return new(Graph.Pool(Graph.Where(ValidFor(pixels), pixels.Node, nothing), window), pixels.Axes);
    }

    private static FormulaValue WithPixels(FormulaValue value) => new(value.Node, value.Axes | Axes.Batch | Axes.Pixel);

    private int Axis(Node axis, string function)
    {
        int index = Whole(axis, $"the second argument of '{function}'");
        string axes = options.Dimensions switch
        {
            1 => "0, the only one",
            2 => "0 for rows and 1 for columns",
            _ => "0 for slices, 1 for rows and 2 for columns"
        };
        return index >= 0 && index < options.Dimensions ? index
            : throw new FormulaTextException($"'{function}' asks for axis {index}; with Dimensions = {options.Dimensions} the axes of an image are {axes}; state Dimensions in [Loss] as the images have them");
    }

    private static int OddSize(Node size, string function)
    {
        int taps = Whole(size, $"the size of '{function}'");
        return taps is > 0 and <= MostTaps && taps % 2 == 1 ? taps
            : throw new FormulaTextException(
            $"the size of '{function}' is {taps}; it has to be odd, so that the pixel is in the middle, and from 1 to {MostTaps}");
    }

    private static Border BorderOf(Node border) =>
        border is { IsConstant: true } && Enum.IsDefined(typeof(Border), (int)border.Number) ? (Border)(int)border.Number
            : throw new FormulaTextException(
            "the border has to be one of Border.Zero, Border.Replicate and Border.Reflect, known at compile time");

    private static int Whole(Node node, string what) =>
        node is { IsConstant: true, Number: > -(1 << 20) and < 1 << 20 } && node.Number == Math.Floor(node.Number) ? (int)node.Number
            : throw new FormulaTextException($"{what} has to be a whole number that is known at compile time");
}
