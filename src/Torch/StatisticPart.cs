namespace LossGen.Generated;

/// <summary>What a statistic of a part of the pixels is to that of all.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal enum StatisticPart
{
    /// <summary>A summand.</summary>
    Summand,

    /// <summary>A summand of its images' own.</summary>
    SummandOfImages,

    /// <summary>The numbers of its pixels.</summary>
    Pixels,
}
