using System.Globalization;
using Distributed.Training;
using Segmentation;
using Segmentation.Data;

namespace Distributed;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public const string Help = """
        Trains the network of examples/Segmentation in several processes, with the loss of the whole batch:
            mpiexec.mpich -n 2 dotnet Distributed.dll [train] [options]
        Computes loss and gradient of a volume that no process holds:
            mpiexec.mpich -n 2 dotnet Distributed.dll volume [options]
        Without mpiexec there is one process.

        train
          --steps N     training steps for each loss (default 300)
          --rate X      learning rate at the start (default 0.003)
          --seed N      seed of the network, the batches and the phantom (default 1)
          --data WHAT   as of examples/Segmentation (default phantom)
          --losses A,B  which losses, of: {0} (default dice+ce)
          --out FOLDER  where the picture goes (default artifacts/distributed)
          --fault F     something that goes wrong, {1}: RANK gives NaN, throws or is killed at STEP
        volume
          --size N      voxels along each side (default 128)
          --gradient F  file that the gradient is written to, floats (2, N, N, N)
          --compare     compares with the volume in one piece, which each process then holds
        """;

    private static readonly string[] Known = ["--steps", "--rate", "--seed", "--data", "--losses", "--out", "--fault", "--size",
        "--gradient"];

    public bool WantsHelp { get; private init; }

    public bool IsVolume { get; private init; }

    public TrainingOptions Training { get; private init; } = new(Steps: 300, Rate: 3e-3, Seed: 1, Fault: null);

    public string Data { get; private init; } = DataSource.Drawn;

    public IReadOnlyList<string> Losses { get; private init; } = ["dice+ce"];

    public string Out { get; private init; } = Path.Combine("artifacts", "distributed");

    public int Size { get; private init; } = 128;

    public string? Gradient { get; private init; }

    public bool Compare { get; private init; }

    /// <exception cref="UsageException">An option is unknown, lacks its value or has one that does not fit.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        if (arguments is ["train" or "volume", ..])
        {
            options = options with { IsVolume = arguments[0] == "volume" };
            arguments = arguments[1..];
        }
        for (int i = 0; i < arguments.Length; i++)
        {
            string option = arguments[i];
            if (option is "--help" or "-h")
                return options with { WantsHelp = true };
            if (option == "--compare")
            {
                options = options with { Compare = true };
                continue;
            }
            if (!Known.Contains(option))
                throw new UsageException($"{option} is not an option. There are {string.Join(", ", Known)}, --compare and --help.");
            if (++i == arguments.Length)
                throw new UsageException($"{option} needs a value after it.");
            options = options.With(option, arguments[i]);
        }
        return options;
    }

    private Options With(string option, string value) => option switch
    {
        "--steps" => this with { Training = Training with { Steps = Number(option, value, least: 1) } },
        "--rate" => this with { Training = Training with { Rate = PositiveNumber(option, value) } },
        "--seed" => this with { Training = Training with { Seed = Number(option, value, least: 0) } },
        "--fault" => this with { Training = Training with { Fault = Fault.Parse(value) } },
        "--data" => this with { Data = value },
        "--losses" => this with { Losses = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) },
        "--size" => this with { Size = Number(option, value, least: 2) },
        "--gradient" => this with { Gradient = value },
        _ => this with { Out = value },
    };

    private static double PositiveNumber(string option, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
            ? number
            : throw new UsageException($"{option} is {value}; it must be a positive number.");

    private static int Number(string option, string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new UsageException($"{option} is {value}; it must be a whole number of at least {least}.");
}
