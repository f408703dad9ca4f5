using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>What can be wrong with a loss that compiles. Each has a message, in Diagnostics.</summary>
internal enum Rule
{
    ActivationMissing,
    ActivationDoubled,
    PooledSoftmax,
    CountsBySum,
    InfiniteSlope,
    InfiniteSlopeOfScore,
    InfiniteSlopeOfDense,
    DeadZone,
    SmoothingBelowOnly,
    GuardBelowOnly,
    NoEffectInFloat,
    Overflow,
    BoundsCross,
    GradientLost,
    GradientPartlyLost,
    Constant,
    ElementWeightsJoined,
    WeightsSorted,
    NormalizesNothing,
    OneSided,
    CostAboveOne,

    /// <summary>The analysis failed: the fault is the generator's.</summary>
    Failure,
}

/// <summary>Something that is wrong, without a place in the source: plain data, equal when the loss is.</summary>
/// <param name="Rule">What it is.</param>
/// <param name="Term">The index of the term, or -1 for the loss.</param>
/// <param name="Expression">The number of the expression in the term's formula text, or -1.</param>
/// <param name="Option">The option of the term that causes it, where one is stated; it's the better place.</param>
/// <param name="Arguments">What the message says.</param>
internal sealed record Finding(Rule Rule, int Term, int Expression, string? Option, EquatableArray<string> Arguments);

/// <summary>The findings of a loss.</summary>
internal sealed record LossFindings(string HintName, EquatableArray<Finding> Findings);
