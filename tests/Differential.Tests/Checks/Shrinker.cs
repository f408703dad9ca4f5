using System.Collections.Immutable;
using LossGen.Differential.Formulas;
using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>Finds a smaller declaration and batch that still fail: fewer terms, fewer options, smaller formulas, smaller shapes.</summary>
internal static class Shrinker
{
    private const int Rounds = 40;

    /// <summary>Candidates that are compiled at once.</summary>
    private const int Width = 48;

    public static (Trial Trial, string Failure) Shrink(Trial trial, string failure)
    {
        for (int round = 0; round < Rounds; round++)
        {
            bool found = false;
            Trial[] candidates = [.. Smaller(trial).Where(candidate => candidate.Loss.IsSound && Cost(candidate) < Cost(trial))
                .DistinctBy(candidate => (candidate.Loss.ToString(), candidate.Batches.Length, candidate.Batches[0])).OrderBy(Cost)];
            foreach (Trial[] some in candidates.Chunk(Width))
            {
                DeclarationCompiler compiler = Trial.Compile(some);
                foreach (Trial candidate in some)
                {
                    if (candidate.FailingBatch(compiler) is not { } failing || KindOf(failing.Failure) != KindOf(failure))
                        continue;
                    trial = candidate with { Batches = [failing.Batch] };
                    failure = failing.Failure;
                    found = true;
                    break;
                }

                if (found)
                    break;
            }

            if (!found)
                break;
        }

        return (trial, failure);
    }

    // A smaller formula that fails in another way is another fault.
    private static string KindOf(string failure) => new([.. failure.TakeWhile(c => !char.IsDigit(c) && c != '\n' && c != '-').Take(32)]);

    private static int Cost(Trial trial) =>
        (50 * trial.Loss.Size) + trial.Batches.Sum(batch => batch.Images * batch.Classes * batch.Depth * batch.Height * batch.Width)
            + (trial.Batches.Length * 10);

    private static IEnumerable<Trial> Smaller(Trial trial) =>
        trial.Batches.SelectMany(batch => Smaller(batch, trial.Loss)).Select(batch => trial with { Batches = [batch] })
            .Concat(trial.Batches.Length > 1 ? trial.Batches.Select(batch => trial with { Batches = [batch] }) : [])
            .Concat(Smaller(trial.Loss).Select(loss => trial with { Loss = loss }));

    private static IEnumerable<BatchPlan> Smaller(BatchPlan batch, LossText loss)
    {
        int fewest = Math.Max(loss.FewestClasses, Math.Max(loss.Classes, loss.NeededClasses));
        if (batch.Images > 1)
            yield return batch with { Images = 1 };
        if (batch.Depth > 1)
            yield return batch with { Depth = 1 };
        if (batch.Height > 1)
            yield return batch with { Height = 1 };
        foreach (int width in new[] { 1, 2, batch.Width / 2, batch.Width - 1 })
        {
            if (width > 0 && width < batch.Width)
                yield return batch with { Width = width };
        }

        if (batch.Classes > fewest)
            yield return batch with { Classes = fewest };
        if (batch.Classes - 1 > fewest)
            yield return batch with { Classes = batch.Classes - 1 };
    }

    private static IEnumerable<LossText> Smaller(LossText loss)
    {
        for (int i = 0; i < loss.Terms.Length; i++)
        {
            if (loss.Terms.Length > 1)
                yield return loss with { Terms = loss.Terms.RemoveAt(i) };
            foreach (Term term in Smaller(loss.Terms[i]))
                yield return loss with { Terms = loss.Terms.SetItem(i, term) };
        }

        if (loss.Classes > 0)
            yield return loss with { Classes = 0 };
        if (loss.MasksClasses)
            yield return loss with { MasksClasses = false };
        if (loss.LogitBound > Words.ModestLogit)
            yield return loss with { LogitBound = Words.ModestLogit };
        if (loss.LogitBound > 30)
            yield return loss with { LogitBound = 30 };
        if (!loss.OtherIgnored.IsEmpty)
            yield return loss with { OtherIgnored = [] };
        else if (loss.IgnoreIndex is not null)
            yield return loss with { IgnoreIndex = null };
        if (loss.PerImage)
            yield return loss with { PerImage = false };
        if (loss.Reduction != Reduction.Mean)
            yield return loss with { Reduction = Reduction.Mean };
        if (loss.Reduction == Reduction.None)
            yield return loss with { Reduction = Reduction.Sum };
        if (loss.Resize != Resize.None)
            yield return loss with { Resize = Resize.None };
        if (loss.DropLastTargetChannel)
            yield return loss with { DropLastTargetChannel = false };
        if (loss.TargetClassAxis != ClassAxis.Second)
            yield return loss with { TargetClassAxis = ClassAxis.Second };
        if (loss.Activation == Activation.Softmax)
            yield return loss with { Activation = Activation.Sigmoid };
    }

    private static IEnumerable<Term> Smaller(Term term)
    {
        if (term.HasRunTimeWeight)
            yield return term with { HasRunTimeWeight = false };
        if (term.WeightMaps.Length > 0)
            yield return term with { WeightMaps = "" };
        if (term.Weight != 1)
            yield return term with { Weight = 1 };
        if (!term.IncludeBackground)
            yield return term with { IncludeBackground = true };
        if (term.OnlyClasses.Length > 0)
            yield return term with { OnlyClasses = [] };
        if (term.Activation is not null)
            yield return term with { Activation = null };
        if (term.Formula is not { } formula)
            yield break;
        for (int i = 0; i < formula.Locals.Length; i++)
        {
            int local = i;
            bool isUsed = formula.Result.Contains(node => node.Word == Words.Local && node.Number >= local) || formula.Locals.Skip(i + 1)
                .Any(later => later.Contains(node => node.Word == Words.Local));
            if (!isUsed)
                yield return term with { Formula = formula with { Locals = formula.Locals.RemoveAt(i) } };
            foreach (Expression smaller in Smaller(formula.Locals[i], formula))
                yield return term with { Formula = formula with { Locals = formula.Locals.SetItem(i, smaller) } };
        }

        foreach (Expression smaller in Smaller(formula.Result, formula))
            yield return term with { Formula = formula with { Result = smaller } };
        bool isSetInPlace = formula.Numbers.All(number => number.Kind is ParameterKind.Constant or ParameterKind.Property);
        if (!term.IsInPlace && isSetInPlace && formula.PerClass.IsEmpty && term.OnlyClasses.IsEmpty && term.IncludeBackground
            && term.Activation is null)
            yield return term with { IsInPlace = true, Weight = 1 };
        if (!formula.Maps.IsEmpty && !Uses(formula, Words.Map, formula.Maps.Length - 1))
            yield return term with { Formula = formula with { Maps = formula.Maps.RemoveAt(formula.Maps.Length - 1) } };
        for (int i = 0; i < formula.Numbers.Length; i++)
        {
            if (formula.Numbers[i].Kind != ParameterKind.Constant)
                yield return term with
                {
                    Formula =
                    formula with { Numbers = formula.Numbers.SetItem(i, (ParameterKind.Constant, formula.Numbers[i].Value)) }
                };
        }

        if (!formula.Numbers.IsEmpty && !Uses(formula, Words.Parameter, formula.Numbers.Length - 1))
            yield return term with { Formula = formula with { Numbers = formula.Numbers.RemoveAt(formula.Numbers.Length - 1) } };
        if (!formula.PerClass.IsEmpty && !Uses(formula, Words.PerClass, formula.PerClass.Length - 1))
            yield return term with { Formula = formula with { PerClass = formula.PerClass.RemoveAt(formula.PerClass.Length - 1) } };
    }

    private static bool Uses(Formula formula, Word word, int index) =>
        formula.Locals.Append(formula.Result).Any(expression => expression.Contains(node => node.Word == word && node.Number == index));

    // A node gives way to one of its inputs, a local variable's definition, or a leaf.
    private static IEnumerable<Expression> Smaller(Expression expression, Formula formula) => expression.Smaller(node =>
    {
        IEnumerable<Expression> leaves = node.Inputs.IsEmpty ? []
            : new[] { Words.Probability, Words.Target }.Select(word => new Expression(word, []));
        if (node.Word == Words.Local)
            leaves = [formula.Locals[(int)node.Number]];
        if (node.Word != Words.Number && node.Word.Conditions == 0)
            leaves = leaves.Append(new Expression(Words.Number, [], 1));
        if (node.Word.Stable is not null && node.Inputs.IsEmpty)
            leaves = leaves.Append(new Expression(Words.Probability, []));
        return node.Inputs.Concat(leaves).ToImmutableArray();
    });
}
