using System.Collections.Immutable;
using LossGen.Compiler.Analyze;
using LossGen.Compiler.Model;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Diagnostics;

/// <summary>Gives the findings of the analysis, which knows no source, their places and words.</summary>
internal static class FindingMessages
{
    public static IEnumerable<Diagnostic> Of(ImmutableArray<LossFindings> losses, ImmutableArray<LossPlaces> places)
    {
        var sink = new DiagnosticSink();
        foreach (LossFindings loss in losses)
        {
            if (loss.Findings.Count == 0 || places.FirstOrDefault(place => place.HintName == loss.HintName) is not { } found)
                continue;
            foreach (Finding finding in loss.Findings)
            {
                Location? location = finding.Term < 0 ? found.Attribute.Location : found.Terms[finding.Term].Find(finding.Expression,
                    finding.Option);
                sink.Report(DescriptorOf(finding.Rule), location ?? found.Loss.Location,
                    finding.Arguments.Select(argument => (object)argument).ToArray());
            }
        }

        return sink.ToArray();
    }

    private static DiagnosticDescriptor DescriptorOf(Rule rule) => rule switch
    {
        Rule.ActivationMissing => Descriptors.ActivationMissing,
        Rule.ActivationDoubled => Descriptors.ActivationDoubled,
        Rule.PooledSoftmax => Descriptors.PooledSoftmax,
        Rule.CountsBySum => Descriptors.CountsBySum,
        Rule.InfiniteSlope => Descriptors.InfiniteSlope,
        Rule.InfiniteSlopeOfScore => Descriptors.InfiniteSlopeOfScore,
        Rule.InfiniteSlopeOfDense => Descriptors.InfiniteSlopeOfDense,
        Rule.DeadZone => Descriptors.DeadZone,
        Rule.SmoothingBelowOnly => Descriptors.SmoothingBelowOnly,
        Rule.GuardBelowOnly => Descriptors.GuardBelowOnly,
        Rule.NoEffectInFloat => Descriptors.NoEffectInFloat,
        Rule.Overflow => Descriptors.Overflow,
        Rule.BoundsCross => Descriptors.BoundsCross,
        Rule.GradientLost => Descriptors.GradientLost,
        Rule.GradientPartlyLost => Descriptors.GradientPartlyLost,
        Rule.Constant => Descriptors.Constant,
        Rule.ElementWeightsJoined => Descriptors.ElementWeightsJoined,
        Rule.WeightsSorted => Descriptors.WeightsSorted,
        Rule.NormalizesNothing => Descriptors.NormalizesNothing,
        Rule.OneSided => Descriptors.OneSided,
        Rule.CostAboveOne => Descriptors.CostAboveOne,
        Rule.Failure => Descriptors.InternalError,
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "has no message"),
    };
}
