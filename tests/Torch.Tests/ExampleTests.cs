namespace LossGen.Torch.Tests;

/// <summary>The example that README begins with, as a process: what it says and returns where a training goes wrong, and where it does not.</summary>
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

    private static string Line(string text, string start) => Assert.Single(text.Split('\n'), line => line.StartsWith(start, StringComparison.Ordinal)).TrimEnd();

    private static (int Code, string Output, string Errors, bool HasPicture) Run(params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("lossgen-example").FullName;
        try
        {
            Outcome run = ExampleProcess.Run("dotnet", [ExampleProcess.Program("Segmentation"), "--data", "phantom", "--out", folder, .. arguments], TimeSpan.FromMinutes(4));
            return (run.Code, run.Output, run.Errors, new FileInfo(Path.Combine(folder, "segmentation.png")) is { Exists: true, Length: > 1000 });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
