using System.Collections.Immutable;
using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>A declaration and the batches that it is tried on. All of it follows from the seed and the index.</summary>
internal sealed record Trial(int Index, LossText Loss, ImmutableArray<BatchPlan> Batches)
{
    /// <param name="seed">What it follows from.</param>
    /// <param name="index">The number of the formula.</param>
    /// <param name="kind">What the formula does.</param>
    public static Trial Create(int seed, int index, FormulaKind kind = FormulaKind.Pixels)
    {
        var random = new Random(HashCode(seed, index));
        LossText loss = new RandomLoss(random, kind).Next();
        return new(index, loss, [.. BatchPlan.For(loss, random)]);
    }

    /// <summary>What is wrong with the first batch that fails, or null.</summary>
    public string? Failure(DeclarationCompiler compiler) => FailingBatch(compiler)?.Failure;

    public (BatchPlan Batch, string Failure)? FailingBatch(DeclarationCompiler compiler)
    {
        ILoss loss, reference;
        try
        {
            (loss, reference) = Create(compiler);
        }
        catch (InvalidOperationException error) when (error.Message.Contains(NotKnown, StringComparison.Ordinal))
        {
            Tally.Refused();
            return null;
        }
        catch (InvalidOperationException error)
        {
            return (Batches[0], error.Message);
        }

        foreach (BatchPlan plan in Batches)
        {
            Batch batch = plan.Fill(Loss).WithMaps(loss.Definition, plan.Seed);
            if (Comparison.Failure(loss, reference, batch, plan.Seed) is not { } failure)
                continue;
            if (!Undecided.Explains(failure, loss, reference, Loss, batch, plan.Seed))
                return (plan, failure);
            Tally.UndecidedBatch();
        }

        return null;
    }

    /// <summary>The loss, and the one whose formulas the reference executes; often the same.</summary>
    /// <exception cref="InvalidOperationException">One of them did not compile.</exception>
    public (ILoss Loss, ILoss Reference) Create(DeclarationCompiler compiler)
    {
        ILoss loss = compiler.Create(Loss.ToString());
        return (loss, FormulasOnly is { } formulas ? compiler.Create(formulas) : loss);
    }

    /// <summary>The loss as the reference executes its formulas, where that is another than the one that is tried.</summary>
    private string? FormulasOnly => Loss.Text(asReference: true) is var text && text != Loss.ToString() ? text : null;

    /// <summary>Compiles what some trials need.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="isAsShipped">Kernels are compiled and run as users have them, which takes twice the time.</param>
    /// <param name="properties">Of the project.</param>
    public static DeclarationCompiler Compile(
        IReadOnlyCollection<Trial> trials, bool isAsShipped = false, params (string Name, string Value)[] properties)
    {
        HashSet<string> losses = [.. trials.Select(trial => trial.Loss.ToString())];
        return DeclarationCompiler.Compile(losses, isAsShipped ? null : SharedEngine.Source, trials.Select(trial => trial.FormulasOnly)
            .OfType<string>().Where(formulas => !losses.Contains(formulas)), properties: properties);
    }

    // An option that cannot be read at compile time is refused, and no number is made of it.
    private const string NotKnown = "LG0014";

    // The same for every run and machine, unlike System.HashCode.
    private static int HashCode(int seed, int index) => unchecked((seed * 486187739) + (index * 16777619) + 97);
}
