using System.Globalization;
using Segmentation.Data;

namespace Segmentation;

/// <summary>What the command line says.</summary>
internal sealed record Options
{
    public const string Help = """
        Trains a small U-Net with several losses, each declared by attributes, and compares them.

          --steps N     training steps for each loss (default 300)
          --rate X      learning rate at the start (default 0.003)
          --seed N      seed of the network, the batches and the phantom (default 1)
          --data WHAT   auto: the MRI of Debian's package mricron-data where it is installed, else the phantom (default)
                        mri, phantom, or a folder: of one's own images, images/*.png, with masks of the same names, masks/*.png,
                        in which each colour is a class and black the background; or one that holds ch2.nii.gz and aal.nii.gz
          --side N      pixels of the longer side that images of a folder are made smaller to (default {1})
          --losses A,B  which losses, of: {0} (default all)
          --out FOLDER  where the picture and the trained networks go (default artifacts/segmentation)
          --export F    writes the images and masks to the folder F, as --data takes them, and trains nothing
        """;

    public int Steps { get; private init; } = 300;

    public double Rate { get; private init; } = 3e-3;

    public int Seed { get; private init; } = 1;

    public string Data { get; private init; } = "auto";

    public int Side { get; private init; } = PngFolder.DefaultSide;

    /// <summary>The folder that images are written to, or null to train.</summary>
    public string? Export { get; private init; }

    public string Out { get; private init; } = Path.Combine("artifacts", "segmentation");

    public IReadOnlyList<string> Losses { get; private init; } = [];

    public bool WantsHelp { get; private init; }

    /// <exception cref="UsageException">An option is unknown, lacks its value or has one that does not fit.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i++)
        {
            string option = arguments[i];
            if (option is "--help" or "-h")
                return options with { WantsHelp = true };
            if (option is not ("--steps" or "--rate" or "--seed" or "--data" or "--side" or "--losses" or "--out" or "--export"))
                throw new UsageException($"{option} is not an option. There are --steps, --rate, --seed, --data, --side, --losses, --out, --export and --help.");
            if (++i == arguments.Length)
                throw new UsageException($"{option} needs a value after it.");
            string value = arguments[i];
            options = option switch
            {
                "--steps" => options with { Steps = Number(option, value, least: 1) },
                "--rate" => options with { Rate = PositiveNumber(option, value) },
                "--seed" => options with { Seed = Number(option, value, least: 0) },
                "--data" => options with { Data = value },
                "--side" => options with { Side = Number(option, value, least: 8) },
                "--export" => options with { Export = value },
                "--losses" => options with
                {
                    Losses =
                    value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                },
                _ => options with { Out = value },
            };
        }
        return options;
    }

    private static double PositiveNumber(string option, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && double.IsFinite(number)
            ? number
            : throw new UsageException($"{option} is {value}; it must be a positive number.");

    private static int Number(string option, string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
            ? number
            : throw new UsageException($"{option} is {value}; it must be a whole number of at least {least}.");
}
