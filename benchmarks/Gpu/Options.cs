using System.Globalization;

namespace LossGen.Benchmarks.Gpu;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public const string Help = """
        Losses of docs/performance.md on a GPU: each is compiled, run, compared with the kernels for the CPU, and timed.

          LossGen.Benchmarks.Gpu [options]

          --device cuda | cuda:1 | opencl  where to run; without it CUDA's first GPU, else OpenCL's first device
          --loss Dice+CE,CE,...            some of: LOSSES
          --size 2x4x512x512,...           batch x classes x extents of the target, or rows x features; without it: SIZES
          --type float,bfloat16            types of the logits, of float, bfloat16, half and double; without it the first two
          --seconds 1                      how long each case is timed
          --no-check                       without the comparison with the CPU, which takes longer than all the rest
          --json FILE                      the results for other programs
          --peers FILE                     what peers.py measured: its times join the table
          --sums                           only checksums of the inputs, which peers.py --sums prints as well

        Build it where the .NET 10 SDK and clang are (Debian: clang zlib1g-dev):

          dotnet publish benchmarks/Gpu -c Release -r linux-x64 -o artifacts/gpu

        Carry artifacts/gpu/LossGen.Benchmarks.Gpu and benchmarks/Gpu/peers.py to the machine with the GPU, which needs no .NET. CUDA needs NVIDIA's
        driver and NVRTC of CUDA 11.2 or newer: beside the program, of a toolkit (/usr/local/cuda, or CUDA_PATH), or where LD_LIBRARY_PATH names it,
        such as the folder nvidia/cuda_nvrtc/lib of PyTorch's packages. OpenCL needs a driver with doubles; Debian's pocl-opencl-icd makes the CPU one.

          python3 peers.py --json peers.json
          ./LossGen.Benchmarks.Gpu --device cuda --json gpu.json --peers peers.json

        A table in Markdown goes to the output, progress to the other stream. Columns: `ms` the median of value and gradient, by the device's events
        (OpenCL: by a clock that waits for the device); `moved` the bytes that the kernels read and write, of logits, target and gradient and of what
        lies between them (logits of the target's size, the matrix of pairs); `limit` what the next counts; `limit ms` how long a copy takes to move as
        much as any kernel has to (`bytes`): the logits read twice and the gradient written, or once each where the gradient is linear in the sums; of
        pairs how long the `multiplications` take that any kernel has to do, half of a symmetric matrix and the product with its gradient, at the rate
        that the device multiplies floats in registers, measured first, without tensor cores; `of limit` how many times as long it took; `beside` the
        most memory held besides logits and target. Losses that sort move more than that, and have no limit here. Resize+Dice has logits a quarter of
        the target's size along each axis; sizes with more rows than features are embeddings, of BarlowTwins and VICReg of two views one after the
        other. With --peers: how many times as long as LossGen the eager port, the compiled port and torch's own function took.

        The end is 0 where every case ran and agrees with the CPU, 1 where one does not, 2 where nothing could be measured.
        """;

    public string? Device { get; private init; }

    public IReadOnlyList<string> Losses { get; private init; } = [];

    public IReadOnlyList<string> Sizes { get; private init; } = Case.Sizes;

    public IReadOnlyList<string> Types { get; private init; } = ["float", "bfloat16"];

    public double Seconds { get; private init; } = 1;

    public bool Checks { get; private init; } = true;

    public bool Sums { get; private init; }

    public string? JsonFile { get; private init; }

    public string? PeersFile { get; private init; }

    public static bool WantsHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");

    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--no-check" => options with { Checks = false },
                "--sums" => options with { Sums = true },
                "--device" => options with { Device = Value(ref i) },
                "--loss" => options with { Losses = Value(ref i).Split(',') },
                "--size" => options with { Sizes = Value(ref i).Split(',') },
                "--type" => options with { Types = Value(ref i).Split(',') },
                "--json" => options with { JsonFile = Value(ref i) },
                "--peers" => options with { PeersFile = Value(ref i) },
                "--seconds" => options with { Seconds = Number(Value(ref i)) },
                _ => throw new ArgumentException($"There is no option {args[i]}; --help lists them."),
            };
        }

        return options;

        string Value(ref int i) => ++i < args.Length ? args[i]
            : throw new ArgumentException($"{args[i - 1]} needs something behind it; --help says what.");
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > 0
            ? number
            : throw new ArgumentException($"--seconds {text} is no time; write a number above 0.");
}
