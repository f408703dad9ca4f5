using LossGen.Cpu;
using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using LossGen.Kernels;
using Xunit;

namespace LossGen.Differential;

/// <summary>
/// Sums of tiles and images, merged, finish to the value and gradient of the whole: every term of the catalogue that compares regions.
/// </summary>
public sealed class PieceTests
{
    private const int Classes = 4;

    private const int Pixels = 90;

    private static readonly LossShape Whole = new(2, Classes, Pixels);

    // Of each term what its formula leaves standing, and the losses of the batch and of each image.
    private static readonly Lazy<(string Term, string Unreduced, string[] Losses)[]> Declarations = new(() =>
        [.. CatalogueTerm.All.Select(term => (term.Name, Text(term, "Reduction = Reduction.None"), new[] { Text(term, "IgnoreIndex = 255"),
            Text(term, "IgnoreIndex = 255, PerImage = true") }))]);

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() =>
        SharedEngine.Compile(Declarations.Value.SelectMany(declaration => declaration.Losses.Append(declaration.Unreduced))));

    public static TheoryData<string> Terms => new(CatalogueTerm.All.Select(term => term.Name));

    [Theory]
    [MemberData(nameof(Terms))]
    public void PiecesAddUpToTheWhole(string term)
    {
        (_, string unreduced, string[] losses) = Declarations.Value.Single(declaration => declaration.Term == term);
        foreach (string text in losses)
        {
            ILoss loss = Compiler.Value.Create(text);
            bool isOfRegions = !CallChecks.Measure(Compiler.Value.Create(unreduced), Whole, TargetElement.Int64)
                .ElementAxes.HasFlag(ElementAxes.Pixel);
            LossStatistics? statistics = null;
            Exception? refusal = Record.Exception(() => statistics = loss.CreateStatistics(Whole));
            if (refusal is not null)
            {
                // Ranks of pixels are known when all are there.
                Assert.IsType<NotSupportedException>(refusal);
                Assert.True(!isOfRegions || term.StartsWith("Lovasz", StringComparison.Ordinal), $"{term}: {refusal.Message}");
                continue;
            }

            Check(loss, statistics!, Labels(), loss.Definition.PerImage);
            Check(loss, loss.CreateStatistics(Whole), Dense(), loss.Definition.PerImage);
        }
    }

    [Fact]
    public void MostTermsAreOfRegions() => Assert.InRange(Declarations.Value.Count(declaration =>
        !CallChecks.Measure(Compiler.Value.Create(declaration.Unreduced), Whole, TargetElement.Int64)
            .ElementAxes.HasFlag(ElementAxes.Pixel)), 12, CatalogueTerm.All.Length);

    // Tiles of both images; without sums per image also the images apart. The last piece comes by way of another block of sums.
    private static void Check<TTarget>(ILoss loss, LossStatistics statistics, TTarget[] target, bool isPerImage)
        where TTarget : unmanaged
    {
        int rows = target.Length / Pixels;
        var random = new Random(3);
        double[] logits = [.. Enumerable.Range(0, 2 * Classes * Pixels).Select(_ => 0.05 + (0.9 * random.NextDouble()))];
        double[][] maps = [.. loss.Definition.Inputs.Select(input => Enumerable.Range(0, input.Kind == InputKind.Element ? logits.Length
            : 2 * Pixels).Select(_ => 0.2 + random.NextDouble()).ToArray())];
        var expected = new double[logits.Length];
        double value = loss.EvaluateWithGradient(logits, (ReadOnlySpan<TTarget>)target, Whole, Maps(maps), expected);
        (int Image, int Images, int From, int To)[] pieces = isPerImage
            ? [(0, 2, 0, 37), (0, 2, 37, Pixels)]
            : [(0, 1, 0, Pixels), (1, 1, 0, 41), (1, 1, 41, Pixels)];
        LossStatistics others = loss.CreateStatistics(Whole);
        for (int k = 0; k < pieces.Length; k++)
        {
            (int image, int images, int from, int to) = pieces[k];
            loss.Accumulate(
                Cut(logits, Classes, pieces[k]), (ReadOnlySpan<TTarget>)Cut(target, rows / 2, pieces[k]),
                    new LossShape(images, Classes, to - from),
                Maps([.. maps.Select(map => Cut(map, map.Length / 2 / Pixels, pieces[k]))]), k == pieces.Length - 1 && !isPerImage ? others
                    : statistics);
        }

        if (!isPerImage)
            statistics.Merge(others);
        double found = loss.Finish(statistics);
        Assert.True(Math.Abs(found - value) <= 1e-12 * (1 + Math.Abs(value)), $"{found} in pieces, {value} at once");
        foreach (var piece in pieces)
        {
            double[] part = new double[piece.Images * Classes * (piece.To - piece.From)], whole = Cut(expected, Classes, piece);
            loss.Gradient(
                Cut(logits, Classes, piece), (ReadOnlySpan<TTarget>)Cut(target, rows / 2, piece), new LossShape(piece.Images, Classes,
                    piece.To - piece.From),
                Maps([.. maps.Select(map => Cut(map, map.Length / 2 / Pixels, piece))]), statistics, part);
            double scale = 1e-12 * (1 + expected.Max(Math.Abs));
            for (int i = 0; i < part.Length; i++)
                Assert.True(Math.Abs(part[i] - whole[i]) <= scale, $"gradient [{i}]: {part[i]} in pieces, {whole[i]} at once");
        }
    }

    private static LossInputs Maps(double[][] maps) => new(maps.ElementAtOrDefault(0), maps.ElementAtOrDefault(1),
        maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));

    private static T[] Cut<T>(T[] numbers, int rows, (int Image, int Images, int From, int To) piece) =>
        [.. Enumerable.Range(piece.Image * rows, piece.Images * rows)
            .SelectMany(row => numbers[((row * Pixels) + piece.From)..((row * Pixels) + piece.To)])];

    private static long[] Labels()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 2 * Pixels).Select(_ => random.Next(5) == 0 ? 255L : random.Next(Classes))];
    }

    private static double[] Dense()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, 2 * Classes * Pixels).Select(_ => random.Next(5) == 0 ? 255 : random.NextDouble())];
    }

    private static string Text(CatalogueTerm term, string options) =>
        $"[Loss(Activation.None, Classes = {Classes}, {options})]\n[{term.Name}]\npublic sealed partial class {DeclarationCompiler.ClassName};\n";
}
