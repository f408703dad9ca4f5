using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Formulas;
using LossGen.Differential.Losses;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Differential;

/// <summary>
/// Random formulas with random options, on random batches: the reference against every backend. <c>LOSSGEN_SEED</c> chooses the formulas,
/// <c>LOSSGEN_FORMULAS</c> how many, <c>LOSSGEN_FIRST</c> the first of them.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    // As many as leave the build and all tests some twenty minutes on two cores. Longer runs state how many.
    private const int DefaultCount = 600, DefaultCountOfNeighbours = 120, DefaultCountOfSorted = 100;

    // Support code comes with every compilation, and is compiled anew when it first runs.
    private const int BatchSize = 150;

    // One batch in so many is compiled as users have it, each kernel with an engine of its own: see SharedEngine.
    private const int AsShippedEvery = 8;

    private const int ShownFailures = 3;

    private const double MostNotFinite = 0.1, MostUndecided = 0.02;

    [Fact]
    public void BackendsAgreeWithTheReference() => Agree(FormulaKind.Pixels, DefaultCount);

    /// <summary>The same of formulas that look at neighbouring pixels, in images of one to three axes.</summary>
    [Fact]
    public void BackendsAgreeOnNeighbours() => Agree(FormulaKind.Neighbours, DefaultCountOfNeighbours);

    /// <summary>The same of formulas that sort the pixels.</summary>
    [Fact]
    public void BackendsAgreeOnSortedPixels() => Agree(FormulaKind.Sorted, DefaultCountOfSorted);

    private void Agree(FormulaKind kind, int defaultCount)
    {
        int seed = Setting("LOSSGEN_SEED", 1), count = Setting("LOSSGEN_FORMULAS", defaultCount), first = Setting("LOSSGEN_FIRST", 0);
        var failures = new ConcurrentBag<(Trial Trial, string Failure)>();
        var watch = Stopwatch.StartNew();
        long compiling = 0;
        Parallel.ForEach(Enumerable.Range(first, count).Chunk(BatchSize), new ParallelOptions
        {
            MaxDegreeOfParallelism =
            Environment.ProcessorCount
        }, indices =>
        {
            Trial[] trials = [.. indices.Select(index => Trial.Create(seed, index, kind))];
            long start = Stopwatch.GetTimestamp();
            DeclarationCompiler compiler = Trial.Compile(trials, isAsShipped: indices[0] / BatchSize % AsShippedEvery == 0);
            Interlocked.Add(ref compiling, Stopwatch.GetTimestamp() - start);
            foreach (Trial trial in trials)
            {
                if (trial.Failure(compiler) is { } failure)
                    failures.Add((trial, failure));
            }
        });

        output.WriteLine($"seed {seed}, {count} formulas, {failures.Count} failures; {watch.Elapsed.TotalSeconds:0} s, compiling {(double)compiling / Stopwatch.Frequency:0} s of all threads, processor {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:0} s");
        output.WriteLine($"{count / watch.Elapsed.TotalMinutes:0} formulas a minute; {Tally.Report}");
        HashSet<int> known = seed == 1 && kind == FormulaKind.Pixels ? Known(first, count) : [];
        int[] cured = [.. known.Except(failures.Select(failure => failure.Trial.Index)).Order()];
        failures = [.. failures.Where(failure => !known.Contains(failure.Trial.Index))];
        foreach ((Trial trial, string failure) in failures.OrderBy(failure => failure.Trial.Index))
            output.WriteLine($"{trial.Index}: {failure.Split('\n')[0]}");
        foreach ((Trial trial, string failure) in failures.OrderBy(failure => failure.Trial.Loss.Size)
            .Take(Setting("LOSSGEN_SHOWN", ShownFailures)))
            output.WriteLine(Report(seed, Shrinker.Shrink(trial, failure)));
        Assert.True(failures.IsEmpty, $"{failures.Count} of {count} formulas fail with seed {seed}; the smallest are in the output.");
        Assert.True(Tally.ShareNotFinite < MostNotFinite && Tally.ShareOfUndecidedSlopes < MostUndecided,
            $"Too little is compared: {Tally.Report}");
        Assert.True(cured.Length == 0, $"Formulas {string.Join(", ", cured)} pass: take them out of known-failures.txt.");
    }

    [Fact]
    public void TheSameSeedGivesTheSameFormulas()
    {
        for (int index = 0; index < 100; index++)
        {
            Trial first = Trial.Create(7, index), second = Trial.Create(7, index);
            Assert.Equal(first.Loss.ToString(), second.Loss.ToString());
            Assert.Equal(first.Batches.AsEnumerable(), second.Batches.AsEnumerable());
            Assert.True(first.Loss.IsSound, first.Loss.ToString());
        }
    }

    /// <summary>The language is drawn from in full: words, sizes of logits, ways to set an option.</summary>
    [Fact]
    public void EverythingIsDrawn()
    {
        LossText[] losses = [.. Enumerable.Range(0, 4000).Select(index => Trial.Create(3, index).Loss)];
        Formula[] formulas = [.. losses.SelectMany(loss => loss.Terms).Select(term => term.Formula).OfType<Formula>()];
        var drawn = new HashSet<Word>();
        foreach (Expression expression in formulas.SelectMany(formula => formula.Locals.Append(formula.Result)))
            expression.Contains(node => drawn.Add(node.Word) && false);
        foreach (FormulaKind kind in (FormulaKind[])[FormulaKind.Neighbours, FormulaKind.Sorted])
        {
            IEnumerable<Formula> others = Enumerable.Range(0, 400).Select(index => Trial.Create(3, index, kind).Loss)
                .SelectMany(loss => loss.Terms).Select(term => term.Formula).OfType<Formula>();
            foreach (Expression expression in others.SelectMany(formula => formula.Locals.Append(formula.Result)))
                expression.Contains(node => drawn.Add(node.Word) && false);
        }

        Assert.Empty(Words.Leaves.Concat(NeighbourWords.Functions).Concat(NeighbourWords.Conditions).Concat(SortWords.Functions)
            .Concat(SortWords.Conditions).Concat(Words.Functions).Concat(Words.Conditions).Except(drawn).Select(word => word.Name));
        Assert.Equal([5, 30, 100, 1e4], losses.Select(loss => loss.LogitBound).Distinct().Order());
        Assert.Contains(losses, loss => loss.MasksClasses);
        Assert.Equal(Enum.GetValues<ParameterKind>(), formulas.SelectMany(formula => formula.Numbers).Select(number => number.Kind)
            .Distinct().Order());
        Assert.All((double[])[0, 1], exponent => Assert.Contains(formulas,
            formula => formula.Numbers.Contains((ParameterKind.Property, exponent))
            && formula.Result.Contains(node => node.Word.Name == "Pow" && node.Inputs[1].Word == Words.Parameter
            && formula.Numbers[(int)node.Inputs[1].Number] == (ParameterKind.Property, exponent))));
        Assert.Contains(losses, loss => loss.Terms.Any(term => term.HasRunTimeWeight));
        Assert.Contains(losses, loss => loss.Terms.Any(term => term.WeightMaps.Length > 0));
    }

    private static string Report(int seed, (Trial Trial, string Failure) smallest) =>
        $"\n---- seed {seed}, formula {smallest.Trial.Index}: the smallest that still fails\n{smallest.Failure}\n\n{smallest.Trial.Loss}\n"
        + $"{smallest.Trial.Batches[0].Fill(smallest.Trial.Loss)}\n(random numbers of the batch: {smallest.Trial.Batches[0].Seed.ToString(CultureInfo.InvariantCulture)})";

    // The formulas that are known to fail, from the visible list.
    private static HashSet<int> Known(int first, int count) =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "known-failures.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => int.Parse(line[..line.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture))
            .Where(index => index >= first && index < first + count)];

    internal static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number
            : otherwise;
}
