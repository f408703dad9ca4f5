using LossGen.Benchmarks.Measure;
using LossGen.Benchmarks.Report;
using LossGen.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Spectre.Console;

namespace LossGen.Benchmarks.Generation;

/// <summary>
/// How long the generator keeps the compiler: for a project of fifty losses, when it is built and after each kind of edit. The time
/// includes what Roslyn does to find the declarations, not the compilation of the code that comes out.
/// </summary>
internal static class GeneratorTiming
{
    private const int Rounds = 15;

    public static void Run()
    {
        CSharpCompilation compilation = SampleProject.Compile();
        double first = Time(() => CreateDriver().RunGenerators(compilation));
        GeneratorDriver warm = CreateDriver().RunGenerators(compilation);
        GeneratorRunResult output = warm.GetRunResult().Results.Single();
        if (output.Exception is { } exception || !output.Diagnostics.IsEmpty)
            throw new InvalidOperationException(
                $"The generator reported: {output.Exception?.ToString() ?? string.Join('\n', output.Diagnostics)}");

        Table table = Tables.New("what", "median ms", "p20 - p80", "ms a loss that changed");
        table.AddRow("the first run of a process (just-in-time compilation included)", Tables.Time(first), "", "");
        Add("a new driver, process warm", SampleProject.LossCount,
            round => Fresh(SampleProject.Edit(compilation, "Other", $"// build {round}")));
        Add("after an edit in a file without losses", 0, round => After(SampleProject.Edit(compilation, "Other", $"// edit {round}")));
        Add("after a comment beside a loss", 0, round => After(SampleProject.Edit(compilation, "Losses0", $"// edit {round}")));
        Add("after an option of one loss changed", 1, round => After(SampleProject.Restate(compilation, "Losses0", "Smooth = 1e-5",
            $"Smooth = {round + 1}e-4")));
        AnsiConsole.WriteLine($"Generator: {SampleProject.LossCount} losses, {output.GeneratedSources.Length} files, {output.GeneratedSources.Sum(source => source.SourceText.Lines.Count)} lines generated");
        AnsiConsole.WriteLine();
        AnsiConsole.Write(table);

        void Add(string what, int changed, Func<int, double> run)
        {
            Distribution time = Distribution.Of(Enumerable.Range(0, Rounds).Select(run).ToArray());
            table.AddRow(what, Tables.Time(time.Median), $"{Tables.Time(time.P20)} - {Tables.Time(time.P80)}", changed == 0 ? ""
                : Tables.Time(time.Median / changed));
        }

        // Compilations are immutable, so every round starts from the same state. Binding that the edited compilation has not done yet is
        // part of the time.
        double Fresh(Compilation edited) => Time(() => CreateDriver().RunGenerators(edited));

        double After(Compilation edited) => Time(() => warm.RunGenerators(edited));
    }

    private static CSharpGeneratorDriver CreateDriver() =>
        CSharpGeneratorDriver.Create([new LossGenerator().AsSourceGenerator()], parseOptions: SampleProject.ParseOptions);

    private static double Time(Action action)
    {
        double start = Clock.Wall;
        action();
        return Clock.Wall - start;
    }
}
