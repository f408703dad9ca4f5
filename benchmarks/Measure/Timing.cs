namespace LossGen.Benchmarks.Measure;

/// <summary>What an approach took, in milliseconds a call.</summary>
internal sealed record Timing(string Approach, Distribution Forward, Distribution Gradient, Distribution Total, int Rounds);

/// <summary>
/// Runs approaches in turns, round after round, so that whatever else the machine does meets all of them alike. Every round begins with
/// another approach, so that none always follows the same one.
/// </summary>
internal static class Interleaved
{
    private const double ShortestSample = 1.0;
    private const int JitPause = 250; // the just-in-time compiler makes its best code in the background, once no new methods come

    public static IReadOnlyList<Timing> Measure(IReadOnlyList<Approach> approaches, double budgetSeconds)
    {
        foreach (Approach approach in approaches)
            Repeats(approach);
        Thread.Sleep(JitPause);
        int[] repeats = [.. approaches.Select(Repeats)];
        List<Sample>[] samples = [.. approaches.Select(_ => new List<Sample>())];
        double start = Clock.Wall;
        for (int round = 0; round < 5 || (round < 301 && Clock.Wall - start < budgetSeconds * 1000); round++)
        {
            for (int k = 0; k < approaches.Count; k++)
            {
                int i = (round + k) % approaches.Count;
                samples[i].Add(approaches[i].Run(repeats[i]));
            }
        }

        return [.. approaches.Select((approach, i) => Summary(approach.Name, samples[i]))];
    }

    /// <summary>Warms an approach up, and finds how many calls make a sample that the clock resolves well.</summary>
    private static int Repeats(Approach approach)
    {
        double fastest = Math.Min(approach.Run(1).Total, approach.Run(1).Total);
        for (int i = 0; i < 100 && fastest * i < 50; i++) // small inputs: enough calls for the compiler to take note
            fastest = Math.Min(fastest, approach.Run(1).Total);
        return (int)Math.Clamp(ShortestSample / fastest, 1, 2000);
    }

    private static Timing Summary(string name, List<Sample> samples) => new(
        name,
        Distribution.Of(samples.Select(sample => sample.Forward)),
        Distribution.Of(samples.Select(sample => Math.Max(0, sample.Total - sample.Forward))),
        Distribution.Of(samples.Select(sample => sample.Total)),
        samples.Count);
}
