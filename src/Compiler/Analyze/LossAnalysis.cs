using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Model;
using LossGen.Compiler.Support;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// Looks for mistakes in losses that compile. The rules look at operations, values and their bounds; they know no term and no loss by its
/// name. A mistake that only the sense of a term can tell is metadata of its attribute.
/// </summary>
internal static class LossAnalysis
{
    private static readonly Action<TermAnalysis>[] Rules =
    [
        ActivationRules.Doubled,
        PoolingRules.Check,
        SlopeRules.Check,
        DeadZoneRule.Check,
        OverflowRule.Check,
        BoundsRule.Check,
        SmoothingRule.Check,
        ResolutionRule.Check,
        GradientRules.Check,
        WeightMapRule.Check,
        CostRule.Check,
    ];

    public static LossFindings Analyze(LossModel model, CancellationToken cancellation)
    {
        if (model.IsBroken)
            return new(model.HintName, []);
        try
        {
            ImmutableArray<Finding> findings = RoomyStack.Run(FormulaText.Levels(model.Terms), () => Find(model, cancellation),
                cancellation);
            return new(model.HintName, new(findings));
        }
        catch (FormulaTextException)
        {
            return new(model.HintName, []); // reported where the loss is built
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new(model.HintName, [new(Rule.Failure, -1, -1, null, [model.Name, Fault.Describe(error)])]);
        }
    }

    private static ImmutableArray<Finding> Find(LossModel model, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (bool indexTarget in new[] { true, false })
        {
            if (model.Options.Target == (indexTarget ? TargetKind.Dense : TargetKind.Index))
                continue;
            List<TermAnalysis> terms = model.Terms.Select((term, i) => Read(model, term, i, indexTarget, cancellation)).ToList();
            if (ActivationRules.Missing(model, terms) is { } missing)
                findings.Add(missing);
            if (OneSidedRule.Check(terms) is { } oneSided)
                findings.Add(oneSided);
            foreach (TermAnalysis term in terms)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (Action<TermAnalysis> rule in Rules)
                {
                    int before = term.Findings.Count;
                    rule(term);
                    findings.AddRange(term.Findings.Skip(before).Select(finding => WithCause(finding, term, rule)));
                }
            }
        }

        return findings.Where(finding => !IsToldOfBoth(finding, findings)).Distinct().ToImmutableArray();
    }

    // What is wrong for both kinds of target is not told of dense ones once more.
    private static bool IsToldOfBoth(Finding finding, List<Finding> all) => finding.Rule == Rule.InfiniteSlopeOfDense
        && all.Any(other => other.Rule == Rule.InfiniteSlope && other.Term == finding.Term && other.Expression == finding.Expression);

    // An option without which there would be nothing to say is the place where it should be said.
    private static Finding WithCause(Finding finding, TermAnalysis term, Action<TermAnalysis> rule) => finding.Option is not null ? finding
        : finding with
        {
            Option = term.Changed.Select(changed => changed.Parameter).FirstOrDefault(parameter =>
            {
                TermAnalysis other = term.With(parameter, term.Changed.First(changed => changed.Parameter == parameter).Default);
                rule(other);
                return other.Findings.All(found => found.Rule != finding.Rule);
            }),
        };

    /// <summary>Reads a term of a loss, perhaps with other arguments.</summary>
    public static TermAnalysis Read(LossModel model, TermModel term, int index, bool indexTarget, CancellationToken cancellation)
    {
        LossOptions options = model.Options;
        var tables = new List<ClassNumbers>();
        var classes = new ClassSelection(term.IncludeBackground, term.OnlyClasses.AsImmutableArray());
        Activation activation = term.Activation ?? options.Activation;
        var scope = new FormulaScope(LossBuilder.For(options, tables, cancellation, activation == Activation.Softmax), options, indexTarget,
            classes, activation);
        return new(model, term, index, FormulaReader.Read(term, scope, tables), new Ranges(tables, activation), indexTarget, scope.Graph,
            cancellation);
    }
}
