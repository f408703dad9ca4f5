namespace LossGen;

/// <summary>The weights of a window around each pixel.</summary>
public enum ImageWindow
{
    /// <summary>Those of a normal distribution, which add up to 1.</summary>
    Gaussian,

    /// <summary>All the same.</summary>
    Box,
}
