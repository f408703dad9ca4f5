namespace LossGen.Generator.Parse.Body;

/// <summary>
/// Names that people know from tensor libraries and that a formula cannot have, since a kernel sees one pixel at a time, and sums:
/// docs/language.md lists what is out of scope. The compiler alone would say that the name does not exist.
/// </summary>
internal static class OutOfScope
{
    private const string Map = "if it does not depend on the prediction, compute it where the data is read and pass it as a PixelMap or ElementMap; otherwise write that part with tensors and add it to the loss";

    private static readonly Dictionary<string, (string What, string Cure)> Names = Table();

    /// <summary>What a name stands for elsewhere, and what to write here; null for one that is not known.</summary>
    public static (string What, string Cure)? Find(string name) => Names.TryGetValue(name, out (string, string) found) ? found : null;

    private static Dictionary<string, (string What, string Cure)> Table()
    {
        (string What, string Cure, string Names)[] groups =
        [
            ("a window of weights that is not separable", "write Window(v, axis, weights, border) along one axis after the other, or GaussianBlur or BoxBlur; other windows are sums of Shift(v, axis, by, border)",
                "Conv Conv1d Conv2d Conv3d Convolve Convolution Filter Blur Sobel Laplacian AvgPool AvgPool1d AvgPool2d AvgPool3d"),
            ("a pool that leaves fewer pixels",
                "write MaxPool(v, size) and MinPool(v, size), which keep all pixels; SoftErode and SoftSkeleton are made of them",
                "MaxPool1d MaxPool2d MaxPool3d Pool Erode Dilate SoftDilate Skeleton Skeletonize"),
            ("an operation on far pixels", Map, "Neighbors Neighbours Unfold ConnectedComponents"),
            ("a distance transform", "write DistanceTransform(condition), the distance of each pixel where it holds to the nearest where it does not", "Edt DistanceMap SignedDistance DistanceTransformEdt"),
            ("a shift", "write Shift(v, axis, by, border) for neighbouring pixels, and ShiftClasses(v, by, fill) over the classes",
                "ShiftPixels Roll Diff"),
            ("an operation on pairs of pixels or images", "write that part with tensors and add it to the loss; the pairs that a call passes are two channels, or a target and a prediction",
                "Pairwise PairwiseDistance Pairs Cdist Contrastive InfoNce Gram Covariance"),
            ("a product of matrices", "over the classes write Transform(matrix, v), with a ClassMatrix; other products are out of scope: write that part with tensors and add it to the loss",
                "MatMul Matmul Mm Bmm Dot Outer Einsum Inverse Det Svd"),
            ("an order statistic", "RunningSum(1, keys) is the rank of a pixel, 1 for the largest key, and Where by it chooses; MaxOverClasses is the largest class",
                "Sort ArgSort Argsort TopK Topk Quantile Percentile Median CumSum Cumsum"),
            ("a change of shape", "values have their axes by name: Channel(v, c) is a class, SumOverClasses(y * v) the class of the label",
                "Gather Scatter Index Slice Concat Cat Stack Reshape View Permute Transpose Flatten Squeeze Unsqueeze"),
            ("a transform of the whole image", Map, "Fft Fft2 FftN Rfft Rfft2 Dct Wavelet"),
            ("a change of resolution", "state Resize in [Loss], or pass outputs of several resolutions with DeepSupervision",
                "Resize Interpolate Upsample Downsample"),
            ("a random number", "draw it where the data is read and pass it as a PixelMap or ElementMap",
                "Random Rand Randn Noise Dropout Gumbel"),
            ("a value of earlier calls", "keep it in a property of the loss, which is a run-time parameter, and set it between the calls",
                "MovingAverage Ema Momentum"),
        ];
        return groups.SelectMany(group => group.Names.Split(' ').Select(name => (name, group))).ToDictionary(pair => pair.name,
            pair => (pair.group.What, pair.group.Cure), StringComparer.Ordinal);
    }
}
