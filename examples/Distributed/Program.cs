using Distributed;
using Distributed.Processes;
using Distributed.Training;
using Distributed.Volume;
using Segmentation;
using Segmentation.Data;
using Segmentation.Report;
using Segmentation.Training;
using TorchSharp;
using static System.FormattableString;

IProcesses? processes = null;
try
{
    Options options = Options.Parse(args);
    if (options.WantsHelp)
    {
        Console.WriteLine(Options.Help, string.Join(", ", Candidates.All.Select(c => c.Id)), Fault.Form);
        return 0;
    }
    processes = MpiProcesses.Join();
    int exitCode = 0;
    if (options.IsVolume)
        VolumeRun.Run(processes, options.Size, options.Gradient, options.Compare);
    else
        exitCode = Train(processes, options);
    processes.Dispose();
    return exitCode;
}
catch (Exception e)
{
    // The others wait for this process's part of the next sum, and would wait for ever.
    Console.Error.WriteLine(e is UsageException or InvalidDataException or IOException or UnauthorizedAccessException ? e.Message
        : e.ToString());
    if (processes is null)
        return 2;
    Console.Error.WriteLine($"Process {processes.Rank} of {processes.Count} gives up, and ends the others.");
    Console.Error.Flush();
    processes.EndAll(2);
    return 2;
}

static int Train(IProcesses processes, Options options)
{
    torch.set_num_threads(1); // the processes are what works side by side
    IReadOnlyList<Candidate> candidates = Candidates.Select(options.Losses);
    Dataset data = DataSource.Load(options.Data, options.Training.Seed);
    bool speaks = processes.Rank == 0;
    if (speaks)
    {
        Console.WriteLine($"data       {data.Description}");
        Console.WriteLine($"processes  {processes.Count}; of each batch of {Batches.Size} images, every process takes its share");
    }

    using var trainer = new DataParallelTrainer(data, processes, options.Training);
    int[] shown = data.HeldOut.Showcase(Picture.Rows, data.Structures.Count);
    var runs = new List<TrainingRun>();
    foreach (Candidate candidate in candidates)
    {
        runs.Add(trainer.Train(candidate, shown, (step, loss, dice) =>
        {
            if (speaks)
                Console.WriteLine(Invariant($"{candidate.Id}  step {step,4}  loss {loss:F12}  held-out Dice {dice:F4}"));
        }));
        if (runs[^1].Failure is { } failure)
            Console.Error.WriteLine(Invariant(
                $"process {processes.Rank} of {processes.Count}: {candidate.Id} stopped at step {failure.Step}: {failure.Found}"));
    }

    if (speaks)
    {
        string picture = Path.Combine(options.Out, "distributed.png");
        Picture.Save(picture, "One network, trained in several processes", data, runs, shown);
        Console.WriteLine($"picture    {picture}");
    }
    return runs.Any(run => run.Failure is not null) ? 1 : 0;
}
