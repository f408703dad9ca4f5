namespace LossGen.Pages.Catalogue;

/// <summary>What a term compares, and the folder of the catalogue in which it lies: how the index groups the pages.</summary>
internal enum Family
{
    /// <summary>Sums over the pixels of a class.</summary>
    Region,

    /// <summary>Each pixel on its own.</summary>
    Pixel,

    /// <summary>Distributions.</summary>
    Divergence,

    /// <summary>Pixels in the order of their errors.</summary>
    Sorted,

    /// <summary>Numbers with numbers.</summary>
    Regression,

    /// <summary>Scores and distances, by a margin.</summary>
    Margin,

    /// <summary>What lies around each pixel.</summary>
    Neighbours,

    /// <summary>Boxes.</summary>
    Boxes,

    /// <summary>Embeddings with each other.</summary>
    Pairs,
}
