using Xunit.Abstractions;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>Every term of the catalogue, with the options that change its kernels, on a device.</summary>
public sealed class CatalogueTests(ITestOutputHelper output)
{
    private static readonly string[] Variants = ["", ", IgnoreIndex = 255", ", PerImage = true", ", Reduction = Reduction.None"];

    // A device's compiler takes a second or two for a loss: a term is tried as it is and with one option, the next term with the next, by
    // kernels that are not optimised, as others' are in ShapeTests; with LOSSGEN_DEVICE=all with all options, optimised.
    private static readonly bool All = Environment.GetEnvironmentVariable("LOSSGEN_DEVICE") == "all";

    [OpenClFact]
    public void TheCatalogueGivesWhatItGivesOnTheCpu()
    {
        string only = Environment.GetEnvironmentVariable("LOSSGEN_TERM") ?? "";
        List<(string Name, string Options, string Declaration)> all =
        [
            .. from numbered in CatalogueTerms.All.Index()
               let term = numbered.Item
               where term.Name.Contains(only, StringComparison.Ordinal)
               from variant in Variants.Index()
               let options = variant.Item
               where All || variant.Index == 0 || variant.Index == 1 + (numbered.Index % 3)
               select (term.Name, options, $"[Loss(Activation.{term.Activation}{options})]\n{CatalogueTerms.Attribute(term.Name)}\npublic sealed partial class Declared;"),
        ];
        var compiler = DeclarationCompiler.Compile(all.Select(one => one.Declaration), properties: ("LossGenGpu", "true"));
        using OpenClDevice device = OpenClDevice.Open();
        device.CompilesQuickly = !All;
        var failures = new List<string>();
        int compared = 0, without = 0;
        foreach ((string name, string options, string declaration) in all)
        {
            ILoss loss = compiler.Create(declaration);
            if (GpuEvaluator.WhyNot(loss) is not null)
            {
                without++;
                continue;
            }

            foreach (bool dense in new[] { false, true })
            {
                if (((IGpuLoss)loss).Kernels(dense) is null)
                    continue;
                int classes = loss.Definition.Classes > 0 ? loss.Definition.Classes : Math.Max(3, loss.Definition.LeastClasses);
                try
                {
                    string? difference = new GpuTrial(loss, new LossShape(2, classes, 70))
                    {
                        Dense = dense,
                        Upstream = 0.5,
                        HasComponents =
                        All || (options.Length == 0 && !dense)
                    }.Run(device);
                    compared++;
                    if (difference is not null)
                        failures.Add($"{name}{options}{(dense ? ", dense" : "")}: {difference}");
                }
                catch (Exception error) when (error is GpuException or InvalidOperationException or ArgumentException)
                {
                    failures.Add($"{name}{options}{(dense ? ", dense" : "")}: {error.Message[^Math.Min(400, error.Message.Length)..]}");
                }
            }
        }

        output.WriteLine($"{compared} compared, {without} losses without kernels");
        Assert.NotEqual(0, compared);
        Assert.True(failures.Count == 0, $"{failures.Count} of {compared} differ:\n" + string.Join("\n", failures));
    }
}
