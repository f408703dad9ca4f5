using LossGen.Benchmarks.Eager;
using LossGen.Benchmarks.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Measure;

/// <summary>One approach at one loss, size and number of threads.</summary>
internal sealed record Row(string Approach, double Forward, double Gradient, Distribution Total)
{
    /// <summary>Bytes allocated by one call, managed and native; null where the machine does not say.</summary>
    public long? Allocated { get; init; }

    /// <summary>The most bytes that a call held at once beyond what was there before.</summary>
    public long? Peak { get; init; }

    /// <summary>The relative error of the gradient against double precision.</summary>
    public double? Error { get; init; }
}

/// <summary>All approaches at one loss, size and number of threads.</summary>
internal sealed record CaseResult(string Loss, InputSize Size, int Threads, IReadOnlyList<Row> Rows, string Notes)
{
    public Row? this[string approach] => Rows.FirstOrDefault(row => row.Approach == approach);
}

/// <summary>Checks and measures one case.</summary>
internal static class CaseRun
{
    private const string Limit = "limit";

    public static CaseResult Measure(LossCase loss, InputSize size, int threads, double budgetSeconds, bool storages)
    {
        size = size with { Shrink = loss.Shrink };
        torch.set_num_threads(threads);
        Clock.UseFor(threads);
        using var inputs = new Inputs(size);
        List<LossApproach> approaches = Approaches(loss, inputs);
        IReadOnlyDictionary<string, (double Value, double Gradient)> errors = Agreement.Check(loss, inputs, approaches);
        LimitApproach[] limits = [LimitApproach.Read(inputs, threads), LimitApproach.Copy(inputs, threads),
            LimitApproach.Exponentials(inputs, threads)];
        Approach[] others = storages ? [.. size.IsSigmoid ? [] : StoredApproach.All(loss.Loss, inputs), new GraphApproach("empty-function",
            EmptyFunction.Apply, inputs.Logits, inputs.Target)] : [];
        Dictionary<string, Timing> timings = Interleaved.Measure([.. approaches, .. others, .. limits], budgetSeconds)
            .ToDictionary(timing => timing.Approach);

        // After the timing, when everything is compiled for good: unoptimised code boxes where optimised code does not.
        Dictionary<string, Allocations> memory = approaches.ToDictionary(approach => approach.Name, Allocations.Of);

        string[] rewrites = [.. approaches.Select(approach => approach.Name).Where(name => name.StartsWith(BestPrefix,
            StringComparison.Ordinal))];
        string best = rewrites.MinBy(name => timings[name].Total.Median)!;
        var rows = new List<Row>();
        foreach (LossApproach approach in approaches.Where(approach => approach.Name == best || !rewrites.Contains(approach.Name)))
        {
            Timing timing = timings[approach.Name];
            rows.Add(new(approach.Name == best ? "eager-best" : approach.Name, timing.Forward.Median, timing.Gradient.Median, timing.Total)
            {
                Allocated = memory[approach.Name].Total,
                Peak = memory[approach.Name].Peak,
                Error = errors[approach.Name].Gradient,
            });
        }

        foreach (Approach other in others)
        {
            Timing timing = timings[other.Name];
            rows.Add(new(other.Name, timing.Forward.Median, timing.Gradient.Median, timing.Total));
        }

        Distribution read = timings["read"].Total, copy = timings["copy"].Total, exp = timings["exponentials"].Total;
        Distribution forward = Larger(read, exp), gradient = Larger(copy, exp);
        rows.Add(new(Limit, forward.Median, gradient.Median, new(forward.Median + gradient.Median, forward.P20 + gradient.P20,
            forward.P80 + gradient.P80)));
        string variant = rewrites.Length > 1 ? $"eager-best: {best[BestPrefix.Length..]}; " : "";
        string notes = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{variant}limit: read {read.Median:G3}, copy {copy.Median:G3}, exponentials {exp.Median:G3} ms; {timings["lossgen"].Rounds} rounds");
        return new(loss.Name, size, threads, rows, notes);
    }

    private const string BestPrefix = "eager-best ";

    private static List<LossApproach> Approaches(LossCase loss, Inputs inputs)
    {
        var all = new List<LossApproach> { loss.HasViews ? new ViewApproach(loss.Loss, inputs) : new SpanApproach(loss.Loss, inputs) };
        if ((object)loss.Loss is Loss<Tensor, Tensor, Tensor> module)
        {
            EagerLoss call = loss.HasViews ? LossCase.OfViews(module.call) : module.call;
            all.Add(new GraphApproach("lossgen-torch", call, inputs.Logits, inputs.Target));
            all.Add(new GraphApproach("lossgen-operations", (logits, target) => OnOperations(call, logits, target), inputs.Logits,
                inputs.Target));
        }

        all.Add(new GraphApproach("eager", loss.Port, inputs.Logits, inputs.Target));
        foreach (EagerLoss rewrite in loss.Rewrites)
            all.Add(new GraphApproach($"{BestPrefix}{VariantName(loss, rewrite)}", rewrite, inputs.Logits, inputs.Target));
        if (loss.Fused is { } fused)
            all.Add(new GraphApproach("fused-torch", fused, inputs.Logits, inputs.Target));
        return all;
    }

    // What other devices run. The backward pass takes the road of its value.
    private static Tensor OnOperations(EagerLoss module, Tensor logits, Tensor target)
    {
        Generated.TorchLoss.ForceTensorOperations = true;
        try
        {
            return module(logits, target);
        }
        finally
        {
            Generated.TorchLoss.ForceTensorOperations = false;
        }
    }

    private static string VariantName(LossCase loss, EagerLoss rewrite) => Array.IndexOf(loss.Rewrites, rewrite) == 0 ? "gather" : "mask";

    private static Distribution Larger(Distribution a, Distribution b) => a.Median > b.Median ? a : b;
}
