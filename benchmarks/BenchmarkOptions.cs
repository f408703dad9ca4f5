using System.Globalization;
using LossGen.Benchmarks.Losses;

namespace LossGen.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record BenchmarkOptions
{
    public const string Help = """
        Compares declared losses with the same losses in TorchSharp.

          --short            a few losses and sizes, within three minutes
          --loss NAME,...    only these losses; all: {0}
          --size SIZE,...    only these sizes, or others of your own; all: {1}
          --threads N,...    threads of torch, and of lossgen where it has more than one (default 1,2)
          --seconds S        how long to measure each case (default 8; 2 with --short)
          --json FILE        also writes the results as JSON
          --storages         also the span API with logits in half, bfloat16 and channels_last, and an empty autograd function
          --first-calls      the first calls of a process instead, five processes a loss (by default at 2x4x512x512, 4x1x512x512 and 1x4x32x32)
          --generator        measures the source generator instead
        """;

    private static readonly string[] ShortLosses = ["Dice+CE", "CE", "BCE+Dice"];
    private static readonly string[] ShortSizes = ["2x4x512x512", "2x19x512x1024", "1x2x32x32", "4x1x512x512"];

    public IReadOnlyList<LossCase> Losses { get; init; } = LossCase.All;

    public IReadOnlyList<InputSize> Sizes { get; init; } = InputSize.All;

    public IReadOnlyList<int> Threads { get; init; } = [1, 2];

    public double Seconds { get; init; } = 8;

    public string? Json { get; init; }

    public bool Generator { get; init; }

    public bool Storages { get; init; }

    public bool FirstCalls { get; init; }

    /// <summary>In a child: the calls of one loss are measured and printed.</summary>
    public bool IsFirstCallsChild { get; init; }

    public bool IsHelp { get; init; }

    public bool IsShort { get; init; }

    /// <exception cref="ArgumentException">An option or a value is not known.</exception>
    public static BenchmarkOptions Parse(string[] arguments)
    {
        var options = new BenchmarkOptions();
        if (arguments.Contains("--short"))
        {
            options = options with
            {
                IsShort = true,
                Seconds = 2,
                Losses = [.. LossCase.All.Where(loss => ShortLosses.Contains(loss.Name))],
                Sizes = [.. ShortSizes.Select(InputSize.Parse)],
            };
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            options = arguments[i] switch
            {
                "--short" => options,
                "--help" or "-h" => options with { IsHelp = true },
                "--first-calls" => options with { FirstCalls = true },
                Measure.FirstCalls.ChildOption => options with { IsFirstCallsChild = true },
                "--storages" => options with { Storages = true },
                "--generator" => options with { Generator = true },
                "--loss" => options with { Losses = [.. Values(ref i).Select(Loss)] },
                "--size" => options with { Sizes = [.. Values(ref i).Select(InputSize.Parse)] },
                "--threads" => options with { Threads = [.. Values(ref i).Select(text => (int)Positive(text))] },
                "--seconds" => options with { Seconds = Positive(Values(ref i)[0]) },
                "--json" => options with { Json = Values(ref i)[0] },
                string other => throw new ArgumentException($"'{other}' is no option; --help lists them."),
            };
        }

        return options;

        string[] Values(ref int i) => ++i < arguments.Length
            ? arguments[i].Split(',')
            : throw new ArgumentException($"{arguments[i - 1]} needs a value.");
    }

    private static LossCase Loss(string name) =>
        LossCase.All.FirstOrDefault(loss => string.Equals(loss.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException(
        $"There is no loss '{name}'; there are {string.Join(", ", LossCase.All.Select(loss => loss.Name))}.");

    private static double Positive(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0
            ? value
            : throw new ArgumentException($"'{text}' is no positive number.");
}
