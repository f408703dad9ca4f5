using System.Security.Cryptography;
using System.Text;
using LossGen.Generator.Tests.Helpers;
using LossGen.TestSupport;

namespace LossGen.Generator.Tests.Snapshots;

/// <summary>
/// The text generated for the whole catalogue, by hash: what moves code inside the generator changes no byte of it. Where the text
/// changes on purpose, the text that the test leaves beside its snapshot becomes the snapshot, and those of whole files show how it
/// changed.
/// </summary>
public sealed class GeneratedTextTests
{
    private static readonly (string Name, string Options)[] Variants =
    [
        ("Plain", ""),
        ("Ignoring", ", IgnoreIndex = 255"),
        ("PerImage", ", PerImage = true"),
        ("Elements", ", Reduction = Reduction.None"),
    ];

    [Fact]
    public void TheCatalogueIsGeneratedAsItWas()
    {
        GeneratorRun run = GeneratorDriverHelper.Run(string.Join("\n\n", Declarations()), torchSharp: true);
        var lines = new StringBuilder();
        foreach ((string hint, string text) in run.Sources)
            lines.Append(hint).Append(' ').Append(Hash(text)).Append('\n');
        Snapshot.VerifyText(lines.ToString());
    }

    private static IEnumerable<string> Declarations() =>
        from term in CatalogueTerms.All
        from variant in Variants
        select $"[Loss(Activation.{term.Activation}{variant.Options})]\n{CatalogueTerms.Attribute(term.Name)}\npublic sealed partial class {term.Name}{variant.Name};";

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))))[..16];
}
