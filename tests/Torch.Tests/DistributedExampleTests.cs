using System.Globalization;
using System.Text.RegularExpressions;

namespace LossGen.Torch.Tests;

/// <summary>The example that trains in several processes, run as they are: by MPICH's launcher.</summary>
public partial class DistributedExampleTests
{
    private const int Steps = 4;

    [MpiFact]
    public void One_two_and_four_processes_train_the_same_network()
    {
        string folder = Directory.CreateTempSubdirectory("lossgen-distributed").FullName;
        try
        {
            var runs = ((int[])[1, 2, 4]).Select(count =>
            {
                string own = Path.Combine(folder, $"{count}");
                Outcome run = Launch(count, "train", "--steps", $"{Steps}", "--out", own);
                Assert.True(run.Code == 0, run.Errors);
                return (Losses: Losses(run.Output), Picture: File.ReadAllBytes(Path.Combine(own, "distributed.png")));
            }).ToList();
            Assert.Equal(Steps, runs[0].Losses.Length);
            Assert.True(runs[0].Losses[^1] < runs[0].Losses[0], "Nothing was learnt.");
            foreach (var run in runs.Skip(1))
            {
                Assert.All(run.Losses.Zip(runs[0].Losses), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
                Assert.Equal(runs[0].Picture, run.Picture);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [MpiFact]
    public void A_volume_in_planes_over_processes_has_the_loss_and_the_gradient_of_the_whole()
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[][] gradients = [.. ((int[])[1, 3]).Select(count =>
            {
                Outcome run = Launch(count, "volume", "--size", "40", "--compare", "--gradient", file);
                Assert.True(run.Code == 0, run.Errors);
                Assert.Equal(Number(run.Output, @"^loss +(\S+)"), Number(run.Output, @"^in one +loss (\S+);"), 1e-7); // floats are added up piece by piece
                Assert.InRange(Number(run.Output, @"differ by (\S+) of"), 0, 1e-6);
                double quotient = Number(run.Output, @"difference quotient (\S+)");
                Assert.Equal(quotient, Number(run.Output, @"^derivative +(\S+)"), 1e-3 * Math.Abs(quotient));
                return File.ReadAllBytes(file);
            })];
            Assert.Equal(2 * 40 * 40 * 40 * sizeof(float), gradients[0].Length);
            Assert.Equal(gradients[0], gradients[1]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [MpiFact]
    public void NaN_in_one_process_stops_all_of_them_at_the_same_step()
    {
        Outcome run = Launch(2, "train", "--steps", "6", "--fault", "nan:1:3");
        Assert.Equal(1, run.Code);
        for (int process = 0; process < 2; process++)
            Assert.Contains($"process {process} of 2: dice+ce stopped at step 3: the loss of the batch is NaN", run.Errors,
                StringComparison.Ordinal);
    }

    [MpiFact]
    public void Process_that_throws_ends_the_others()
    {
        Outcome run = Launch(2, "train", "--steps", "6", "--fault", "throw:1:3");
        Assert.NotEqual(0, run.Code);
        Assert.Contains("a fault that was asked for", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Process 1 of 2 gives up, and ends the others.", run.Errors, StringComparison.Ordinal);
    }

    [MpiFact]
    public void Process_that_is_killed_ends_the_run_with_the_launchers_message()
    {
        Outcome run = Launch(2, "train", "--steps", "6", "--fault", "die:1:3");
        Assert.NotEqual(0, run.Code);
        Assert.Contains("BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_launcher_there_is_one_process_and_no_MPI_is_needed()
    {
        Outcome run = Run("dotnet", [ExampleProcess.Program("Distributed"), "volume", "--size", "8", "--compare"]);
        Assert.True(run.Code == 0, run.Errors);
        Assert.Contains("processes   1", run.Output, StringComparison.Ordinal);
    }

    private static double[] Losses(string output) =>
        [.. LossOfStep().Matches(output).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    private static double Number(string output, string pattern)
    {
        Match match = Regex.Match(output, pattern, RegexOptions.Multiline);
        Assert.True(match.Success, $"{pattern} is not in: {output}");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static Outcome Launch(int processes, params string[] arguments) =>
        Run(MpiFactAttribute.Launcher, ["-n", $"{processes}", "dotnet", ExampleProcess.Program("Distributed"), .. arguments]);

    private static Outcome Run(string program, string[] arguments) => ExampleProcess.Run(program, arguments, TimeSpan.FromMinutes(4));

    [GeneratedRegex(@"^dice\+ce +step +\d+ +loss (\S+)", RegexOptions.Multiline)]
    private static partial Regex LossOfStep();
}

/// <summary>A test of several processes: skipped, with the reason, where MPICH is not installed.</summary>
internal sealed class MpiFactAttribute : FactAttribute
{
    public const string Launcher = "mpiexec.mpich";

    public MpiFactAttribute() => Skip = Reason;

    private static string? Reason { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Launcher)))
        ? null
        : $"There is no {Launcher} (Debian's package mpich), which starts the processes.";
}
