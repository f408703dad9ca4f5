namespace LossGen.Differential.Losses;

/// <summary>What random formulas do beside what all of them may.</summary>
internal enum FormulaKind
{
    /// <summary>Nothing: a pixel knows others by sums over all of them.</summary>
    Pixels,

    /// <summary>They look at neighbouring pixels.</summary>
    Neighbours,

    /// <summary>They sort the pixels; half of them look at neighbours, too.</summary>
    Sorted,

    /// <summary>They compare the rows of embeddings: one formula over the matrix of pairs.</summary>
    Pairs,
}
