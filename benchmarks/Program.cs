using System.Globalization;
using System.Runtime.Intrinsics;
using LossGen.Benchmarks;
using LossGen.Benchmarks.Generation;
using LossGen.Benchmarks.Losses;
using LossGen.Benchmarks.Measure;
using LossGen.Benchmarks.Report;
using Spectre.Console;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Tables.UseWholeLines();
BenchmarkOptions options;
try
{
    options = BenchmarkOptions.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}

if (options.IsHelp)
{
    Console.WriteLine(BenchmarkOptions.Help, string.Join(", ", LossCase.All.Select(loss => loss.Name)),
        string.Join(", ", InputSize.All.Select(size => size.Text)));
    return 0;
}

if (options.Generator)
{
    GeneratorTiming.Run();
    return 0;
}

if (options.IsFirstCallsChild)
{
    FirstCalls.Print(options.Losses[0], options.Sizes[0]);
    return 0;
}

if (options.FirstCalls)
{
    InputSize[] sizes = args.Contains("--size") ? [.. options.Sizes] : [InputSize.Parse("2x4x512x512"), InputSize.Parse("4x1x512x512"),
        InputSize.Parse("1x4x32x32")];
    Tables.Print(options.Losses.SelectMany(loss => sizes.Where(loss.Fits).Select(size => FirstCalls.Measure(loss, size))));
    return 0;
}

if (Allocator.NeedsChild)
{
    int exitCode = Allocator.RunChild(args, retaining: true);
    if (exitCode != 0 || args.Contains("--loss") || args.Contains("--size"))
        return exitCode;
    Console.WriteLine();
    Console.WriteLine("The main case with the allocator as it is by default:");
    return Allocator.RunChild(["--loss", "Dice+CE", "--size", "2x4x512x512", "--threads", "1", "--seconds", options.IsShort ? "2" : "8"],
        retaining: false);
}

AnsiConsole.WriteLine($"{Environment.ProcessorCount} processors, vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits, .NET {Environment.Version}, TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}");
AnsiConsole.WriteLine($"Allocator: {Allocator.Describe()}; OMP_WAIT_POLICY={Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") ?? "(not set)"}");
AnsiConsole.WriteLine("Approaches take turns in one process; medians, and the range from the 20th to the 80th percentile. Bytes: managed memory and tensors.");

var results = new List<CaseResult>();
foreach (int threads in options.Threads)
{
    foreach (LossCase loss in options.Losses)
    {
        foreach (InputSize size in options.Sizes.Where(loss.Fits))
        {
            LossGen.LossRuntime.Threads = threads;
            CaseResult result = CaseRun.Measure(loss, size, threads, options.Seconds, options.Storages);
            results.Add(result);
            Tables.Print(result);
        }
    }
}

Tables.PrintSummary(results);
if (options.Json is not null)
    JsonReport.Write(options.Json, results);
return 0;
