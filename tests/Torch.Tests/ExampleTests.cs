using System.Globalization;
using System.Text.RegularExpressions;

namespace LossGen.Torch.Tests;

/// <summary>
/// The example that README begins with, as a process: what it says and returns where a training goes wrong, and where it does not.
/// </summary>
public class ExampleTests
{
    [Fact]
    public void A_loss_that_is_not_finite_stops_its_run_and_shows_in_table_picture_and_exit_code()
    {
        // The first step of such a rate leaves weights whose products are infinite.
        (int code, string output, string errors, bool hasPicture) = Run("--steps", "6", "--rate", "1e30", "--losses", "ce,dice");
        Assert.Equal(1, code);
        Assert.True(hasPicture);
        foreach (string name in (string[])["CE", "Dice"])
        {
            Assert.Matches($@"^{name}: the training stopped at step 2, for (its value is NaN|the gradient of \S+ is not finite)\.$", Line(errors, name));
            Assert.Contains("stopped at step 2", Line(output, $"| {name} "), StringComparison.Ordinal);
            Assert.StartsWith($"{name}: stopped at step 2 of 6, ", Line(output, name + ":"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_training_that_goes_well_returns_zero_and_scores()
    {
        (int code, string output, string errors, bool hasPicture) = Run("--steps", "3", "--losses", "dice");
        Assert.Equal((0, "", true), (code, errors, hasPicture));
        Assert.Matches(@"\| Dice +\| +0\.\d{3} \|", Line(output, "| Dice "));
    }

    /// <summary>README's program.</summary>
    [Fact]
    public void The_first_program_learns()
    {
        Outcome run = ExampleProcess.Run("dotnet", [ExampleProcess.Program("First")], Limit);
        Assert.Equal((0, ""), (run.Code, run.Errors));
        MatchCollection steps = Regex.Matches(run.Output, @"^step \d+: loss (\S+), right (\S+) ?% of the pixels", RegexOptions.Multiline);
        double[] losses = [.. steps.Select(step => double.Parse(step.Groups[1].Value, CultureInfo.CurrentCulture))];
        Assert.Equal(4, losses.Length);
        Assert.True(losses[^1] < losses[0]);
        Assert.True(double.Parse(steps[^1].Groups[2].Value, CultureInfo.CurrentCulture) > 98, run.Output);
    }

    /// <summary>F#, with a loss that is declared in C#.</summary>
    [Fact]
    public void The_program_in_FSharp_learns()
    {
        Outcome run = ExampleProcess.Run("dotnet", [ExampleProcess.Program("FSharp")], Limit);
        Assert.True(run.Code == 0, run.Output + run.Errors);
        Assert.Contains("of three pixels", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The phantom, written as a folder of PNG files, is a folder of one's own images.</summary>
    [Fact]
    public void A_folder_of_images_and_masks_trains_a_network()
    {
        string folder = Directory.CreateTempSubdirectory("lossgen-images").FullName, images = Path.Combine(folder, "own"),
            output = Path.Combine(folder, "out");
        try
        {
            Outcome written = Segmentation("--data", "phantom", "--export", images);
            Assert.Equal((0, 240), (written.Code, Directory.GetFiles(Path.Combine(images, "masks"), "*.png").Length));
            Outcome run = Segmentation("--data", images, "--steps", "3", "--losses", "dice", "--out", output);
            Assert.Equal((0, ""), (run.Code, run.Errors));
            Assert.Contains("192 images of 64x64 pixels to train on, 48 to test on", run.Output, StringComparison.Ordinal);
            Assert.All((string[])["#ffb000", "#648fff", "#fe6100", "#dc267f"], name => Assert.Contains(name, run.Output,
                StringComparison.Ordinal));
            Assert.All((string[])["segmentation.png", "dice.dat"],
                file => Assert.True(new FileInfo(Path.Combine(output, file)) is { Exists: true, Length: > 1000 }, file));

            Outcome smaller = Segmentation("--data", images, "--steps", "1", "--losses", "dice", "--out", output, "--side", "40");
            Assert.Contains("192 images of 40x40 pixels", smaller.Output, StringComparison.Ordinal);
            File.Delete(Path.Combine(images, "masks", "0007.png"));
            Outcome refused = Segmentation("--data", images);
            Assert.Equal(2, refused.Code);
            Assert.Contains($"0007.png has no mask: there is no {Path.Combine(images, "masks", "0007.png")}.", refused.Errors,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_without_images_is_refused_with_what_is_wanted()
    {
        Outcome run = Segmentation("--data", AppContext.BaseDirectory);
        Assert.Equal(2, run.Code);
        Assert.Contains("has neither images/ and masks/ with PNG files of the same names nor", run.Errors, StringComparison.Ordinal);
    }

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static Outcome Segmentation(params string[] arguments) =>
        ExampleProcess.Run("dotnet", [ExampleProcess.Program("Segmentation"), .. arguments], Limit);

    private static string Line(string text, string start) =>
        Assert.Single(text.Split('\n'), line => line.StartsWith(start, StringComparison.Ordinal)).TrimEnd();

    private static (int Code, string Output, string Errors, bool HasPicture) Run(params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("lossgen-example").FullName;
        try
        {
            Outcome run = Segmentation(["--data", "phantom", "--out", folder, .. arguments]);
            return (run.Code, run.Output, run.Errors, new FileInfo(Path.Combine(folder, "segmentation.png")) is
            {
                Exists: true,
                Length: > 1000
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
