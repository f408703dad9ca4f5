using System.Diagnostics;

namespace LossGen.Torch.Tests;

/// <summary>What a program said and returned.</summary>
internal sealed record Outcome(int Code, string Output, string Errors);

/// <summary>The examples, as processes.</summary>
internal static class ExampleProcess
{
    /// <summary>The program of an example, built beside these tests.</summary>
    public static string Program(string name)
    {
        DirectoryInfo bin = new(AppContext.BaseDirectory), root = bin;
        while (!File.Exists(Path.Combine(root.FullName, "LossGen.sln")))
            root = root.Parent!;
        return Path.Combine(root.FullName, "examples", name, "bin", bin.Parent!.Name, bin.Name, name + ".dll");
    }

    /// <summary>Runs a program to its end; one that takes longer than it may has hung, and is ended.</summary>
    public static Outcome Run(string program, string[] arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} still ran after {limit}.");
        }
        process.WaitForExit();
        return new(process.ExitCode, output.Result, errors.Result);
    }
}
