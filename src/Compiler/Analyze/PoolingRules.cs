using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Analyze;

/// <summary>
/// Scores of all classes of a softmax together, which are mean errors, and parameters of them that count by their sum only.
/// </summary>
internal static class PoolingRules
{
    private const double Step = 0.0625;

    public static void Check(TermAnalysis term)
    {
        if (Find(term) is not { } score)
            return;
        TracedValue at = term.Differentiated.LastOrDefault(value => value.Operation == "SumOverClasses" && score.Sums.Contains(value.Node))
            ?? term.Root;
        if (FindPair(term, score) is var (first, second))
        {
            term.Report(Rule.CountsBySum, at, term.Changed.Any(changed => changed.Parameter == second) ? second : first, first, second,
                term.Name);
        }
        else
        {
            term.Report(Rule.PooledSoftmax, at, null, term.Name);
        }
    }

    private static PooledScore? Find(TermAnalysis term) =>
        term is { IndexTarget: true, Activation: Activation.Softmax, Term: { IncludeBackground: true, OnlyClasses.Count: 0 } }
            ? PooledScore.Find(term.Root.Node) : null;

    // Two numbers of which one can be raised and the other lowered by as much. A pair of an attribute that nobody stated is not worth a
    // word.
    private static (string First, string Second)? FindPair(TermAnalysis term, PooledScore score)
    {
        List<ArgumentModel> numbers = term.Term.Arguments
            .Where(argument => argument.Kind == ArgumentKind.Property || (argument.Kind == ArgumentKind.Constant && IsDouble(argument)))
            .ToList();
        for (int i = 0; i < numbers.Count; i++)
        {
            for (int j = i + 1; j < numbers.Count; j++)
            {
                bool isStated = term.IsInPlace || IsStated(numbers[i]) || IsStated(numbers[j]);
                if (isStated && Counts(numbers[i], null) && Counts(numbers[j], null) && !Counts(numbers[i], numbers[j]))
                    return (numbers[i].Parameter, numbers[j].Parameter);
            }
        }

        return null;

        bool IsStated(ArgumentModel number) => number.Kind == ArgumentKind.Property
            || term.Changed.Any(changed => changed.Parameter == number.Parameter);

        // Raising one, and lowering the other by as much, makes a difference.
        bool Counts(ArgumentModel raised, ArgumentModel? lowered)
        {
            TermAnalysis changed = Change(Change(term, raised, Step), lowered, -Step);
            if (Find(changed) is not { } other)
                return true;
            return new[] { 0.3, 0.8 }.Any(mean =>
            {
                double before = score.Evaluate(mean, index => Parameter(index, null, null)),
                    after = other.Evaluate(mean, index => Parameter(index, raised, lowered));
                return double.IsNaN(before) || double.IsNaN(after) || Math.Abs(before - after) > 1e-12;
            });
        }

        static double Parameter(int index, ArgumentModel? raised, ArgumentModel? lowered) =>
            0.25 + (0.125 * index) + (IsProperty(raised, index) ? Step : 0) - (IsProperty(lowered, index) ? Step : 0);

        static bool IsProperty(ArgumentModel? argument, int index) => argument is { Kind: ArgumentKind.Property }
            && argument.Index == index;

        static TermAnalysis Change(TermAnalysis changed, ArgumentModel? argument, double step) =>
            argument is { Kind: ArgumentKind.Constant } ? changed.With(argument.Parameter, argument.Number + step) : changed;
    }

    // Whole numbers, truth values and enumerations are not for small steps.
    private static bool IsDouble(ArgumentModel argument) =>
        argument.CSharp.EndsWith("D", StringComparison.Ordinal) && !double.IsNaN(argument.Number) && !double.IsInfinity(argument.Number);
}
