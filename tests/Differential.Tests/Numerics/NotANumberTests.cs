using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>
/// A network that has diverged is not hidden: with one logit that is NaN, or all, the value of every loss is NaN, whichever options it has,
/// with every kind of target and on every road. A comparison, which NaN fails, must not choose a number.
/// </summary>
public sealed partial class NotANumberTests
{
    private const int Classes = 4, Pixels = 3;

    private static readonly Variant[] Variants = [.. CatalogueTerm.All.SelectMany(All)];

    private static readonly Lazy<DeclarationCompiler> Compiler =
        new(() => SharedEngine.Compile(Variants.Select(variant => variant.Declaration)));

    public static IEnumerable<object[]> Names => CatalogueTerm.All.Select(term => new object[] { term.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void StaysNaN(string name)
    {
        var hidden = new List<string>();
        foreach (Variant variant in Variants.Where(variant => variant.Term == name))
        {
            foreach ((string target, long[]? labels, double[]? dense) in Targets(variant.IsDense))
            {
                foreach ((string logits, double[] numbers) in Logits())
                {
                    // It asks of a class index the label's logit alone.
                    if (name == "SoftMargin" && labels is not null && logits == "a logit NaN")
                        continue;
                    var call = new RoadCall(new LossShape(1, Classes, Pixels), numbers, labels, dense);
                    foreach ((string road, ScalarType _, Func<ILoss, RoadCall, Found> run) in Roads.All)
                        Check(run(Compiler.Value.Create(variant.Declaration), call).Elements[0], road);
                    Check(Roads.Reference(Compiler.Value.Create(variant.Declaration), call), "reference");

                    void Check(double value, string road)
                    {
                        if (!double.IsNaN(value))
                            hidden.Add($"{variant.Declaration.ReplaceLineEndings(" ")} {target}, {logits}, {road}: {value.ToString("R", CultureInfo.InvariantCulture)}");
                    }
                }
            }
        }

        Assert.True(hidden.Count == 0, $"{hidden.Count} times\n{string.Join('\n', hidden.Take(8))}");
    }

    // The defaults, and each option by itself.
    private static IEnumerable<Variant> All(CatalogueTerm term)
    {
        Activation activation = CatalogueLoss.All.Single(loss => loss.Name == term.Name).Activation;
        bool isDense = CatalogueLoss.All.Single(loss => loss.Name == term.Name).IsDense;

        // Less of three pixels would be none.
        string most = term.Name == "TopKCrossEntropy" ? "Fraction = 0.5" : "";
        string[] stated = [most, .. term.Options.Where(option => !most.StartsWith(option.Name, StringComparison.Ordinal))
            .SelectMany(option => term.Variants(option, Classes)
            .Select(value => $"{option.Name} = {value}{(most.Length > 0 ? ", " : "")}{most}"))];
        foreach (string options in stated)
        {
            yield return new(term.Name, isDense, $"""
                [Loss(Activation.{activation}{(isDense ? ", Target = TargetKind.Dense" : "")})]
                [{term.Name}({options})]
                public sealed partial class Declared;
                """);
        }
    }

    private static IEnumerable<(string Target, long[]? Labels, double[]? Dense)> Targets(bool denseOnly)
    {
        double[] oneHot = new double[Classes * Pixels], soft = new double[Classes * Pixels];
        long[] labels = [2, 1, 0];
        for (int s = 0; s < Pixels; s++)
        {
            oneHot[(labels[s] * Pixels) + s] = 1;
            for (int c = 0; c < Classes; c++)
                soft[(c * Pixels) + s] = c == labels[s] ? 0.625 : 0.125;
        }

        if (!denseOnly)
            yield return ("index", labels, null);
        yield return ("one-hot", null, oneHot);
        yield return ("soft", null, soft);
    }

    private static IEnumerable<(string Name, double[] Numbers)> Logits()
    {
        double[] one = [.. Enumerable.Range(0, Classes * Pixels).Select(i => Math.Round(Math.Sin(i + 1), 3))], pixel = [.. one];
        one[1] = double.NaN;
        for (int c = 0; c < Classes; c++)
            pixel[(c * Pixels) + 1] = double.NaN;
        yield return ("all NaN", [.. one.Select(_ => double.NaN)]);
        yield return ("a pixel NaN", pixel);
        yield return ("a logit NaN", one);
    }

    private sealed record Variant(string Term, bool IsDense, string Declaration);
}
