using Segmentation;
using Segmentation.Data;
using Segmentation.Report;
using Segmentation.Training;

try
{
    Options options = Options.Parse(args);
    if (options.WantsHelp)
    {
        Console.WriteLine(Options.Help, string.Join(", ", Candidates.All.Select(c => c.Id)), PngFolder.DefaultSide);
        return 0;
    }

    IReadOnlyList<Candidate> candidates = Candidates.Select(options.Losses);
    Dataset data = DataSource.Load(options.Data, options.Seed, options.Side);
    if (options.Export is string folder)
    {
        PngFolder.Save(data, folder);
        Console.WriteLine($"{data.Training.Count + data.HeldOut.Count} images and their masks are in {folder}.");
        return 0;
    }
    ConsoleReport.Introduce(data, options);

    using var trainer = new Trainer(data, options.Steps, options.Seed, options.Rate, options.Out);
    int[] shown = data.HeldOut.Showcase(Picture.Rows, data.Structures.Count);
    IReadOnlyList<TrainingRun> runs = ConsoleReport.WithProgress(
        candidates, options.Steps, (candidate, progress) => trainer.Train(candidate, shown, progress));

    ConsoleReport.Table(data, runs);
    string picture = Path.Combine(options.Out, "segmentation.png");
    Picture.Save(picture, "One network, one set of batches, different losses", data, runs, shown);
    ConsoleReport.Conclude(data, picture);
    return ConsoleReport.Failures(runs) ? 1 : 0;
}
catch (Exception e) when (e is UsageException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
