using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Snapshots;

/// <summary>
/// The text generated for the whole catalogue, by hash: what moves code inside the generator changes no byte of it. Where the text
/// changes on purpose, <c>GeneratedTextTests.received.txt</c> beside this file becomes <c>GeneratedTextTests.verified.txt</c>, and the
/// snapshots show how it changed.
/// </summary>
public sealed class GeneratedTextTests
{
    // What takes no probabilities, or those of a sigmoid.
    private static readonly Dictionary<string, Activation> Activations = new()
    {
        ["BinaryCrossEntropy"] = Activation.Sigmoid,
        ["WeightedBinaryCrossEntropy"] = Activation.Sigmoid,
        ["BinaryBiTempered"] = Activation.Sigmoid,
        ["Focal"] = Activation.Sigmoid,
        ["QualityFocal"] = Activation.Sigmoid,
        ["MatthewsCorrelation"] = Activation.Sigmoid,
        ["Poisson"] = Activation.Sigmoid,
        ["LovaszHinge"] = Activation.None,
        ["HingeEmbedding"] = Activation.None,
        ["SoftMargin"] = Activation.None,
        ["MultiMargin"] = Activation.None,
        ["MultiLabelSoftMargin"] = Activation.None,
        ["Cosine"] = Activation.None,
        ["Ranking"] = Activation.None,
        ["Triplet"] = Activation.None,
        ["Gaussian"] = Activation.None,
        ["GeneralizedIou"] = Activation.None,
        ["DistanceIou"] = Activation.None,
        ["CompleteIou"] = Activation.None,
    };

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
        Verify(lines.ToString());
    }

    private static IEnumerable<string> Declarations()
    {
        IEnumerable<Type> terms = typeof(LossTermAttribute).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && !type.IsAbstract)
            .OrderBy(type => type.Name, StringComparer.Ordinal);
        foreach (Type type in terms)
        {
            string name = type.Name[..^nameof(Attribute).Length];
            bool isRegression = type.IsSubclassOf(typeof(RegressionTermAttribute));
            if (!Activations.TryGetValue(name, out Activation activation))
                activation = isRegression ? Activation.None : Activation.Softmax;
            string arguments = name == "TopKCrossEntropy" ? "(Fraction = 0.5)" : "";
            foreach ((string variant, string options) in Variants)
                yield return $"[Loss(Activation.{activation}{options})]\n[{name}{arguments}]\npublic sealed partial class {name}{variant};";
        }
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))))[..16];

    private static void Verify(string actual, [CallerFilePath] string file = "")
    {
        string stem = Path.Combine(Path.GetDirectoryName(file)!, nameof(GeneratedTextTests));
        string verified = stem + ".verified.txt", received = stem + ".received.txt";
        string[] expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n").Split('\n') : [];
        string[] changed = [.. actual.Split('\n').Except(expected)];
        if (string.Join("\n", expected) == actual)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        Assert.Fail($"{changed.Length} generated files changed, as {string.Join(", ", changed.Take(5))}\nexpected: {verified}\nreceived: {received}");
    }
}
