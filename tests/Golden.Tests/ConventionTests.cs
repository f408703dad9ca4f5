using Xunit;

namespace LossGen.Golden;

/// <summary>
/// A declaration that says a peer's convention, and beside it only what a case has other than the peer's defaults, gives the peer's values
/// and gradients.
/// </summary>
public class ConventionTests
{
    private static readonly Dictionary<string, Convention> Conventions = new()
    {
        ["monai"] = Convention.Monai,
        ["smp"] = Convention.Smp,
        ["nnunet"] = Convention.NnUnet,
        ["kornia"] = Convention.Kornia,
        ["torch.nn"] = Convention.Torch,
    };

    [Theory]
    [InlineData("monai")]
    [InlineData("smp")]
    [InlineData("nnunet")]
    [InlineData("kornia")]
    public void Meets_the_peer(string library)
    {
        Dictionary<Case, Mapping> mappings = [];
        foreach (Case c in CaseFiles.Finite.Where(c => c.Library == library && NotExpressible.List.Reason(c) is null))
        {
            // A formula of a case's own has no defaults.
            Mapping mapping = Under(Conventions[library], c);
            if (!mapping.Declaration.Contains(": LossTermAttribute", StringComparison.Ordinal)
                && !mapping.Declaration.Contains(": RegionTermAttribute", StringComparison.Ordinal))
                mappings[c] = mapping;
        }

        // Enough, for the compiler is slow: some cases of every loss.
        Dictionary<Case, Mapping> some = mappings.GroupBy(pair => (pair.Key.Loss, pair.Value.Declaration)).Select(group => group.First())
            .GroupBy(pair => pair.Key.Loss).SelectMany(group => group.Take(8)).ToDictionary(pair => pair.Key, pair => pair.Value);
        DeclarationCompiler compiler = DeclarationCompiler.Compile(some.Values.Select(mapping => mapping.Declaration));
        Backend backend = Backend.All.First(backend => backend.Name == "cpu");
        string[] failures = [.. some.Select(pair => Comparison.Failure(pair.Key, pair.Value, compiler, backend)).OfType<string>()];
        Assert.True(failures.Length == 0, $"{failures.Length} of {some.Count} cases failed.\n\n{string.Join("\n", failures.Take(3))}");
        Assert.True(some.Count >= 4, $"There are {some.Count} cases.");
    }

    [Theory]
    [InlineData("smp", "DiceLoss", "[Loss(Activation.Softmax, Convention = Convention.Smp, Target = TargetKind.Index)]\n[Dice]\n")]
    [InlineData("smp", "JaccardLoss", "[Loss(Activation.Sigmoid, Convention = Convention.Smp, Target = TargetKind.Dense)]\n[Jaccard]\n")]
    public void Says_nothing_else_where_the_case_does_not(string library, string loss, string expected) =>
        Assert.Contains(
            CaseFiles.Finite.Where(c => c.Library == library && c.Loss == loss).Select(c => Under(Conventions[library], c).Declaration),
            declaration => declaration.StartsWith(expected, StringComparison.Ordinal));

    private static Mapping Under(Convention convention, Case c)
    {
        Declaration.Under = convention;
        try
        {
            return Mapping.Of(c);
        }
        finally
        {
            Declaration.Under = Convention.None;
        }
    }
}
