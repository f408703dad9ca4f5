using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>
/// The examples of docs/language.md compile without a message, run, and are right; those that are shown as wrong are refused where it says
/// so.
/// </summary>
public partial class LanguagePageTests
{
    private const string Page = "docs/language.md";

    private static readonly List<Example> Examples = Example.Of(Page);

    public static TheoryData<string> Sections => new(Examples.Where(example => example.Kind is "").Select(example => example.Section)
        .Distinct());

    [Theory]
    [MemberData(nameof(Sections))]
    public void ExamplesRun(string section)
    {
        var context = new AssemblyLoadContext(section, isCollectible: true);
        List<MetadataReference> references = [];
        foreach (Example library in Examples.Where(example => example.Section == section && example.Kind == "assembly"))
            references.Add(MetadataReference.CreateFromImage(Load(context, "Company.Terms", [library.Code], []).Image));

        List<ILoss> losses = Losses(context, section, references);
        Assert.NotEmpty(losses);
        Assert.All(losses, LossCheck.Run);
        context.Unload();
    }

    /// <summary>The losses from papers against their definitions, pixel by pixel.</summary>
    [Theory]
    [InlineData("DicePlusPlus")]
    [InlineData("Poly1CrossEntropy")]
    [InlineData("BlobDice")]
    public void LossesFromPapersAreThose(string name)
    {
        var context = new AssemblyLoadContext(name, isCollectible: true);
        ILoss loss = Losses(context, "Three losses from papers", []).Single(candidate => candidate.Definition.Name == name);
        const int Classes = 3, Pixels = 5;
        var random = new Random(3);
        double[] logits = [.. Enumerable.Range(0, Classes * Pixels).Select(_ => (random.NextDouble() * 4) - 2)];
        double[] weights = [.. Enumerable.Range(0, Pixels).Select(_ => 0.25 + random.NextDouble())];
        long[] labels = [0, 1, 2, 1, 1];
        var shape = new LossShape(batch: 1, classes: Classes, pixels: Pixels);
        double value = name == "BlobDice" ? loss.Evaluate(logits, (ReadOnlySpan<long>)labels, shape, weights)
            : loss.Evaluate(logits, (ReadOnlySpan<long>)labels, shape);
        context.Unload();

        double Softmax(int c, int s) => Math.Exp(logits[(c * Pixels) + s]) / Enumerable.Range(0, Classes)
            .Sum(k => Math.Exp(logits[(k * Pixels) + s]));
        double Sigmoid(int c, int s) => 1 / (1 + Math.Exp(-logits[(c * Pixels) + s]));
        double[] of = new double[Classes];
        double entropy = 0;
        for (int c = 0; c < Classes; c++)
        {
            double tp = 0, fp = 0, fn = 0, overlap = 0, all = 0;
            for (int s = 0; s < Pixels; s++)
            {
                bool isLabel = labels[s] == c;
                double p = Softmax(c, s);
                tp += isLabel ? p : 0;
                fp += isLabel ? 0 : p * p;
                fn += isLabel ? (1 - p) * (1 - p) : 0;
                entropy += isLabel ? -Math.Log(p) + (1 - p) : 0;
                overlap += isLabel ? weights[s] * Sigmoid(c, s) : 0;
                all += weights[s] * (Sigmoid(c, s) + (isLabel ? 1 : 0));
            }

            of[c] = name == "BlobDice" ? 1 - (((2 * overlap) + 1e-5) / (all + 1e-5))
                : 1 - (((2 * tp) + 1e-5) / ((2 * tp) + fp + fn + 1e-5));
        }

        Assert.Equal(name == "Poly1CrossEntropy" ? entropy / Pixels : of.Average(), value, 1e-12);
    }

    private static List<ILoss> Losses(AssemblyLoadContext context, string section, List<MetadataReference> references)
    {
        string[] files = [.. Examples.Where(example => example.Section == section && example.Kind is ("" or "file"))
            .Select(example => example.Code)];
        Assembly assembly = Load(context, "Consumer", files, [.. references]).Assembly;
        return [.. assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ILoss)) && !type.IsAbstract)
            .Select(type => (ILoss)Activator.CreateInstance(type)!)];
    }

    [Fact]
    public void WrongExamplesAreRefusedWhereTheySaySo()
    {
        foreach (Example example in Examples.Where(example => example.Kind == "wrong"))
        {
            string[] lines = example.Code.Split('\n');
            GeneratorRun run = GeneratorDriverHelper.Run(example.Code);
            Assert.Equal(
                lines.Select((line, i) => (Line: i, Id: Expected().Match(line).Groups["id"].Value))
                    .Where(expected => expected.Id.Length > 0),
                run.Diagnostics.Select(diagnostic => (Line: diagnostic.Location.GetLineSpan().StartLinePosition.Line, diagnostic.Id))
                    .Order());
        }

        Assert.Contains(Examples, example => example.Kind == "wrong");
    }

    // The usings are what the compilations of the tests have.
    [Fact]
    public void NothingIsLeftOut() =>
        Assert.All(Examples, example => Assert.Contains(example.Kind, new[] { "", "usings", "file", "assembly", "wrong" }));

    [Theory]
    [InlineData(typeof(Functions))]
    [InlineData(typeof(Prediction))]
    [InlineData(typeof(Target))]
    public void EveryMemberOfTheLanguageIsThere(Type type)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        IEnumerable<string> members = type.GetMembers(
            BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo or MethodInfo { IsSpecialName: false })
            .Select(member => member.Name)
            .Except([nameof(Prediction.PerClass), nameof(Prediction.ClassMatrix)]); // what generated code calls
        Assert.All(members, member => Assert.Matches($@"`[^`\n]*\b{member}\b", page));
    }

    private static (Assembly Assembly, byte[] Image) Load(AssemblyLoadContext context, string name, string[] files,
        MetadataReference[] references)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(name, files, false, references);
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output,
            out _);
        new GeneratorRun(compilation, output, driver).AssertClean();
        Assert.Empty(driver.GetRunResult().Diagnostics);
        var image = new MemoryStream();
        EmitResult result = output.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        image.Position = 0;
        return (context.LoadFromStream(image), image.ToArray());
    }

    [GeneratedRegex("// (?<id>LG[0-9]+)")]
    private static partial Regex Expected();
}
