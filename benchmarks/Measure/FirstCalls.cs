using System.Diagnostics;
using System.Globalization;
using LossGen.Benchmarks.Losses;

namespace LossGen.Benchmarks.Measure;

/// <summary>What the first calls of a process take, in milliseconds.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Size">The size.</param>
/// <param name="Calls">Value and gradient through the span API, call after call; the median over several processes.</param>
internal sealed record FirstCalls(LossCase Loss, InputSize Size, IReadOnlyList<double> Calls)
{
    /// <summary>The option that makes a process measure one loss and print its calls.</summary>
    public const string ChildOption = "--first-calls-of";

    private const int Processes = 5;

    // So many that the compiler is done with all of them.
    private const int Count = 400;

    /// <summary>What a call takes at the end.</summary>
    public double Steady => Distribution.Of(Calls.TakeLast(50)).Median;

    /// <summary>Several processes, one after the other.</summary>
    public static FirstCalls Measure(LossCase loss, InputSize size)
    {
        double[][] runs = [.. Enumerable.Range(0, Processes).Select(_ => InChild(loss, size))];
        return new(loss, size, [.. Enumerable.Range(0, Count).Select(k => Distribution.Of(runs.Select(run => run[k])).Median)]);
    }

    /// <summary>In the child: a line a call.</summary>
    public static void Print(LossCase loss, InputSize size)
    {
        using var inputs = new Inputs(size);
        var approach = new SpanApproach(loss.Loss, inputs);
        LossRuntime.Threads = 1;
        for (int k = 0; k < Count; k++)
        {
            // Not processor time: the compiler has a thread of its own.
            long start = Stopwatch.GetTimestamp();
            approach.RunTotal();
            Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static double[] InChild(LossCase loss, InputSize size)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(FirstCalls).Assembly.Location);
        foreach (string argument in (string[])[ChildOption, "--loss", loss.Name, "--size", size.Text])
            start.ArgumentList.Add(argument);
        using Process child = Process.Start(start)!;
        string[] lines = child.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        child.WaitForExit();
        return child.ExitCode == 0 && lines.Length == Count
            ? [.. lines.Select(line => double.Parse(line, CultureInfo.InvariantCulture))]
            : throw new InvalidOperationException($"The process that measures {loss.Name} at {size.Text} ended with {child.ExitCode}.");
    }
}
