using System.Diagnostics;
using LossGen.Gpu;
using Xunit;
using Xunit.Abstractions;

namespace LossGen.Golden;

/// <summary>
/// Golden cases on a device. Its compiler takes a third of a second for a declaration: of every third of the libraries' losses the cases of
/// one are tried, or all cases with <c>LOSSGEN_DEVICE=all</c>.
/// </summary>
public sealed class DeviceTests(ITestOutputHelper output)
{
    private static readonly bool All = Environment.GetEnvironmentVariable("LOSSGEN_DEVICE") == "all";

    [OpenClFact]
    public void KernelsForGpusMeetThePeers()
    {
        var watch = Stopwatch.StartNew();
        (Case Case, Mapping Mapping)[] known = [.. CaseFiles.Finite.Where(c => NotExpressible.List.Reason(c) is null)
            .Select(c => (c, Mapping.Of(c)))];

        // Of a library's loss the declaration in the middle: at the ends stand those with the fewest options.
        HashSet<string> chosen = [.. known.GroupBy(one => (one.Case.Library, one.Case.Loss)).Where((_, index) => index % 3 == 0)
            .Select(same => same.Select(one => one.Mapping.Declaration).Distinct().ToArray() is var own ? own[own.Length / 2] : "")];
        (Case Case, Mapping Mapping)[] tried = All ? known : [.. known.Where(one => chosen.Contains(one.Mapping.Declaration))];
        DeclarationCompiler compiler = DeclarationCompiler.Compile(tried.Select(one => one.Mapping.Declaration),
            properties: ("LossGenGpu", "true"));
        using OpenClDevice device = OpenClDevice.Open();
        device.CompilesQuickly = true;
        var backend = new DeviceBackend(device);
        int passed = 0;
        var without = new List<string>();
        var failures = new List<string>();
        foreach ((Case c, Mapping mapping) in tried)
        {
            if (GpuEvaluator.WhyNot(compiler.Create(mapping.Declaration)) is { } reason)
                without.Add(reason);
            else if (Comparison.Failure(c, mapping, compiler, backend) is { } failure)
                failures.Add(failure);
            else
                passed++;
        }

        output.WriteLine($"{tried.Length} of {known.Length} cases of {compiler.Count} declarations on {device.Name}: {passed} passed, {failures.Count} failed, {without.Count} have no kernels; {watch.Elapsed.TotalSeconds:0} s");
        Assert.True(without.Count == 0, $"{without.Count} cases have no kernels: {string.Join("; ", without.Distinct())}");
        Assert.True(failures.Count == 0, $"{failures.Count} cases failed.\n\n{string.Join("\n", failures.Take(3))}");
        if (CaseFiles.IsOwnFolder)
            Assert.True(passed > tried.Length / 2, $"{passed} of {tried.Length} passed");
    }

    private sealed class DeviceBackend(GpuDevice device) : Backend
    {
        public override string Name => "device";

        public override Found Run(ILoss loss, Mapping mapping)
        {
            Feed feed = mapping.Feed;
            ElementLayout? layout = mapping.Elements;
            (double[] value, double[] gradient) = DeviceCall.InDouble(
                device, loss, feed.Shape, feed.Logits.Data, feed.HasLabels ? feed.LabelArray() : null, feed.HasLabels ? null
                    : feed.Target.Data, feed.Inputs,
                layout?.Count(feed.Shape.Classes) ?? 1, layout?.Upstream(feed.Shape.Classes) ?? []);
            return new(value, gradient);
        }
    }
}
