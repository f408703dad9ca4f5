using System.Globalization;
using System.Text.RegularExpressions;
using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Differential;

/// <summary>
/// Random compositions of the catalogue's terms with random options, as their attributes list them, compile without warnings and agree with
/// the reference. <c>LOSSGEN_SEED</c> chooses others.
/// </summary>
public sealed partial class CompositionTests(ITestOutputHelper output)
{
    private const int Count = 240;

    // So many of them have no warning of any kind. A fiftieth have that of a cross-entropy of a sigmoid (LG0057).
    private const int Clean = 190;

    private const int ShownFailures = 3;

    [GeneratedRegex(@"\bwarning LG00[56]\d:")]
    private static partial Regex Doubtful();

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("LOSSGEN_SEED"), NumberStyles.Integer,
        CultureInfo.InvariantCulture, out int seed) ? seed : 1;

    [Fact]
    public void TheyCompileWithoutWarningsAndAgreeWithTheReference()
    {
        List<Composition> compositions = Composition.Draw(Seed, Count);
        DeclarationCompiler compiler = SharedEngine.Compile(compositions.Select(composition => composition.Declaration),
            asksForWarnings: true);

        // What random options mean may well be doubtful, and LG0050 to LG0069 say so; what is generated for them may not.
        string[] warnings = [.. compiler.Warnings.Where(warning => !Doubtful().IsMatch(warning))];
        Assert.True(warnings.Length == 0, string.Join("\n", warnings.Take(10)));
        List<string> failures = [];
        foreach (Composition composition in compositions)
        {
            string? failure = composition.TakesLabels ? CompositionCheck.Failure(() => compiler.Create(composition.Declaration),
                composition, hasLabels: true) : null;
            failure ??= composition.TakesDense ? CompositionCheck.Failure(() => compiler.Create(composition.Declaration), composition,
                hasLabels: false) : null;
            if (failure is not null)
                failures.Add($"composition {composition.Index}: {failure}\n{composition.Declaration}");
        }

        int clean = compositions.Count(composition => !compiler.Warns(composition.Declaration));
        output.WriteLine($"seed {Seed}: {compositions.Count} compositions, {clean} without any warning, {failures.Count} failures");
        Assert.True(failures.Count == 0,
            $"{failures.Count} of {Count} compositions fail with seed {Seed}.\n\n{string.Join("\n", failures.Take(ShownFailures))}");
        Assert.True(clean >= Clean, $"{clean} of {Count} compositions have no warning; at least {Clean} should.");
    }

    [Fact]
    public void TheyUseEveryTermAndTheSameSeedGivesTheSame()
    {
        List<Composition> first = Composition.Draw(7, Count), second = Composition.Draw(7, Count);
        Assert.Equal(first.Select(composition => composition.Declaration), second.Select(composition => composition.Declaration));
        Assert.Empty(CatalogueTerm.All.Select(term => term.Name).Except(first.SelectMany(composition => composition.Terms)));
        Assert.True(CatalogueTerm.All.Length > 50);
        Assert.All(first, composition => Assert.InRange(composition.Terms.Count, 2, 4));
    }
}
