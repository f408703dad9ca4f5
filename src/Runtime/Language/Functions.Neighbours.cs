using LossGen.Reference;

namespace LossGen;

// Neighbours. A loss that uses these states the axes of its images (LossAttribute.Dimensions, 2 unless stated), which are numbered as in
// the tensor: rows 0 and columns 1 of an image; slices 0, rows 1 and columns 2 of a volume. What does not vary over the pixels is the same
// at each; beyond the edge there are none.
public static partial class Functions
{
    /// <summary>
    /// The value of another pixel: the one <paramref name="by"/> places further along an axis. <c>Shift(v, 1, 1) - v</c> is the difference
    /// to the pixel on the right. At the edge of the image <paramref name="border"/> says what is read; a neighbour that is ignored reads
    /// as 0, so <c>Shift(1, axis, by)</c> is 1 where there is a neighbour that takes part, and 0 elsewhere.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="axis">The axis of the image, from 0; known at compile time.</param>
    /// <param name="by">How many places, negative for those before; known at compile time.</param>
    /// <param name="border">What lies beyond the edge.</param>
    public static Value Shift(Value v, int axis, int by, Border border = Border.Zero) => TermScope.Current.Shift(v, axis, by, border);

    /// <summary>
    /// The sum of the neighbours along an axis, each times its weight (a correlation: the weights are not mirrored); the weight in the
    /// middle is the pixel's own. Along one axis after the other it is a separable window: <c>Window(Window(v, 0, [1, 2, 1], b), 1, [-1, 0,
    /// 1], b)</c> is Sobel's derivative along the rows. Pixels that are ignored read as 0.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="axis">The axis of the image, from 0; known at compile time.</param>
    /// <param name="weights">An odd number of weights, known at compile time.</param>
    /// <param name="border">What lies beyond the edge.</param>
    public static Value Window(Value v, int axis, double[] weights, Border border = Border.Zero) =>
        TermScope.Current.Window(v, axis, weights, border);

    /// <summary>
    /// The sum over a square (or cube) window around the pixel, divided by the number of its places. Pixels that are ignored read as 0.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="size">The side of the window, odd; known at compile time.</param>
    /// <param name="border">What lies beyond the edge.</param>
    public static Value BoxBlur(Value v, int size, Border border = Border.Zero) => TermScope.Current.BoxBlur(v, size, border);

    /// <summary>
    /// The sum over a square (or cube) window around the pixel with the weights of a normal distribution, which add up to 1. Pixels that
    /// are ignored read as 0.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="size">The side of the window, odd; known at compile time.</param>
    /// <param name="sigma">The standard deviation, in pixels; known at compile time.</param>
    /// <param name="border">What lies beyond the edge.</param>
    public static Value GaussianBlur(Value v, int size, double sigma, Border border = Border.Zero) =>
        TermScope.Current.GaussianBlur(v, size, sigma, border);

    /// <summary>
    /// The largest in a square (or cube) window around the pixel: PyTorch's max pooling with stride 1 and a padding of half the window, a
    /// dilation. What is beyond the edge or ignored is left out; where nothing is left it is minus infinity. The derivative goes to the
    /// first of equal ones, row by row.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="size">The side of the window, odd; known at compile time.</param>
    public static Value MaxPool(Value v, int size) => TermScope.Current.Pool(v, size, Math.Max, double.NegativeInfinity);

    /// <summary>
    /// The smallest in a square (or cube) window around the pixel, an erosion; otherwise as <see cref="MaxPool"/>. Where nothing is left it
    /// is infinity.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <param name="size">The side of the window, odd; known at compile time.</param>
    public static Value MinPool(Value v, int size) => TermScope.Current.Pool(v, size, Math.Min, double.PositiveInfinity);

    /// <summary>The largest of the neighbours along one axis; otherwise as <see cref="MaxPool"/>.</summary>
    /// <param name="v">The value.</param>
    /// <param name="axis">The axis of the image, from 0; known at compile time.</param>
    /// <param name="size">How many pixels, odd; known at compile time.</param>
    public static Value MaxPoolAlong(Value v, int axis, int size) =>
        TermScope.Current.PoolAlong(v, axis, size, Math.Max, double.NegativeInfinity);

    /// <summary>The smallest of the neighbours along one axis; otherwise as <see cref="MinPool"/>.</summary>
    /// <param name="v">The value.</param>
    /// <param name="axis">The axis of the image, from 0; known at compile time.</param>
    /// <param name="size">How many pixels, odd; known at compile time.</param>
    public static Value MinPoolAlong(Value v, int axis, int size) =>
        TermScope.Current.PoolAlong(v, axis, size, Math.Min, double.PositiveInfinity);

    /// <summary>
    /// The smallest of the pixel and its next neighbours along each axis, a cross of 5 pixels in images and 7 in volumes: a soft erosion of
    /// probabilities. What is beyond the edge or ignored is left out. <c>MaxPool(SoftErode(v), 3)</c> is a soft opening.
    /// </summary>
    /// <param name="v">The value.</param>
    /// <remarks>
    /// S. Shit et al., "clDice - a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation", CVPR 2021.
    /// </remarks>
    public static Value SoftErode(Value v) => TermScope.Current.SoftErode(v);

    /// <summary>
    /// The soft skeleton of probabilities: what soft openings take away, gathered over repeated soft erosions. Where the value is 0 or 1 it
    /// is the centre lines of what is at most <c>2 * iterations + 2</c> pixels wide.
    /// </summary>
    /// <param name="v">The value, from 0 to 1.</param>
    /// <param name="iterations">How many erosions, known at compile time: half the width of the widest structure, in pixels.</param>
    /// <remarks>
    /// S. Shit et al., "clDice - a Novel Topology-Preserving Loss Function for Tubular Structure Segmentation", CVPR 2021.
    /// </remarks>
    public static Value SoftSkeleton(Value v, int iterations) => TermScope.Current.SoftSkeleton(v, iterations);

    /// <summary>
    /// The exact Euclidean distance of each pixel where a condition holds to the nearest pixel of its image (and class) where it does not,
    /// as scipy's distance_transform_edt: 0 where the condition does not hold, and 0 everywhere if it does hold everywhere. Ignored pixels
    /// are as if they were not there. No gradient flows through it: a condition of the prediction jumps.
    /// </summary>
    /// <param name="condition">The condition.</param>
    /// <param name="slices">
    /// How far neighbouring slices are apart, known at compile time; without a meaning where images have fewer than three axes.
    /// </param>
    /// <param name="rows">How far neighbouring rows are apart.</param>
    /// <param name="columns">How far neighbouring columns are apart.</param>
    public static Value DistanceTransform(Condition condition, double slices = 1, double rows = 1, double columns = 1) =>
        TermScope.Current.DistanceTransform(condition, [slices, rows, columns]);

    /// <summary>
    /// Where a square (or cube) window around the pixel lies inside the image, and nothing in it is ignored: what other libraries call a
    /// valid convolution keeps those pixels. <c>Sum(Where(Inside(11), v, 0)) / Sum(Where(Inside(11), 1, 0))</c> is the mean over them.
    /// </summary>
    /// <param name="size">The side of the window, odd; known at compile time.</param>
    public static Condition Inside(int size) => TermScope.Current.Inside(size);
}
