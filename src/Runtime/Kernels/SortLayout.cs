namespace LossGen.Kernels;

/// <summary>
/// Running sums over the pixels, the largest keys first: a pass stores keys and values as maps, and the sums take the place of the values.
/// </summary>
/// <param name="Keys">The place of the keys: one for each class where their map has all classes.</param>
/// <param name="PerImage">Over the pixels of each image; otherwise over those of the batch.</param>
/// <param name="Sums">The places of the values that are summed up in the order of the keys.</param>
/// <param name="Ranks">Ones are summed up, too: the rank of each pixel takes the place of its key.</param>
/// <param name="LimitPass">
/// The pass, one that the value needs, that has among its constants what ranks are compared with, where nothing else is asked of them;
/// below 0 there is none.
/// </param>
/// <param name="LimitAt">Its place among that pass's constants without a class axis.</param>
/// <param name="Limit">What ranks are compared with, where that is a number.</param>
/// <param name="IsBelow">Ranks below the limit are told from others; else ranks up to it.</param>
public sealed class SortLayout(
    int Keys, bool PerImage, int[]? Sums = null, bool Ranks = false, int LimitPass = -1, int LimitAt = 0, double Limit = double.NaN,
    bool IsBelow = false)
{
    internal int Keys { get; } = Keys;

    internal bool PerImage { get; } = PerImage;

    internal int[] Sums { get; } = Sums ?? [];

    internal bool Ranks { get; } = Ranks;

    internal int LimitPass { get; } = LimitPass;

    internal int LimitAt { get; } = LimitAt;

    internal double Limit { get; } = Limit;

    internal bool IsBelow { get; } = IsBelow;
}
