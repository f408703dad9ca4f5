using LossGen.Benchmarks.Gpu;
using LossGen.Gpu;

// Losses on a device: compiled, compared with the kernels for the CPU, timed, and held against what the memory allows.
if (Options.WantsHelp(args))
{
    Console.WriteLine(Options.Help.Replace("LOSSES", string.Join(", ", Case.Names), StringComparison.Ordinal).Replace("SIZES",
        string.Join(", ", Case.Sizes), StringComparison.Ordinal));
    return 0;
}

try
{
    Options options = Options.Parse(args);
    if (options.Sums)
    {
        Batches.WriteSums(options);
        return 0;
    }

    Case[] cases = [.. Case.Chosen(options)];
    using var machine = Machine.Open(options);
    Console.WriteLine($"{machine.Name}: copies {machine.CopyBandwidth:F1} GB/s, read and written; multiplies and adds {machine.MultiplyRate:F0} thousand million floats a second");
    var results = new List<Result>();
    foreach (Case one in cases)
    {
        Result result = CaseRun.Measure(machine, one, options);
        results.Add(result);
        Console.Error.WriteLine($"{one}: {result.Outcome}");
    }

    Peers? peers = options.PeersFile is { } file ? Peers.Read(file) : null;
    Console.Write(Report.Table(results, peers));
    if (options.JsonFile is { } json)
        File.WriteAllText(json, Report.Json(machine, results));
    return results.Count > 0 && results.All(result => result.IsRight) ? 0 : 1;
}
catch (Exception error) when (error is ArgumentException or GpuException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
