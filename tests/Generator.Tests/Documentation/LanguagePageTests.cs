using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>The examples of docs/language.md compile without a message, run, and are right; those that are shown as wrong are refused where it says so.</summary>
public partial class LanguagePageTests
{
    private const string Page = "docs/language.md";

    private static readonly List<Example> Examples = Example.Of(Page);

    public static TheoryData<string> Sections => new(Examples.Where(example => example.Kind is "").Select(example => example.Section).Distinct());

    [Theory]
    [MemberData(nameof(Sections))]
    public void ExamplesRun(string section)
    {
        var context = new AssemblyLoadContext(section, isCollectible: true);
        List<MetadataReference> references = [];
        foreach (Example library in Examples.Where(example => example.Section == section && example.Kind == "assembly"))
            references.Add(MetadataReference.CreateFromImage(Load(context, "Company.Terms", [library.Code], []).Image));

        string[] files = [.. Examples.Where(example => example.Section == section && example.Kind is ("" or "file")).Select(example => example.Code)];
        Assembly assembly = Load(context, "Consumer", files, [.. references]).Assembly;
        List<ILoss> losses = [.. assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ILoss)) && !type.IsAbstract).Select(type => (ILoss)Activator.CreateInstance(type)!)];
        Assert.NotEmpty(losses);
        Assert.All(losses, LossCheck.Run);
        context.Unload();
    }

    [Fact]
    public void WrongExamplesAreRefusedWhereTheySaySo()
    {
        foreach (Example example in Examples.Where(example => example.Kind == "wrong"))
        {
            string[] lines = example.Code.Split('\n');
            GeneratorRun run = GeneratorDriverHelper.Run(example.Code);
            Assert.Equal(
                lines.Select((line, i) => (Line: i, Id: Expected().Match(line).Groups["id"].Value)).Where(expected => expected.Id.Length > 0),
                run.Diagnostics.Select(diagnostic => (Line: diagnostic.Location.GetLineSpan().StartLinePosition.Line, diagnostic.Id)).Order());
        }

        Assert.Contains(Examples, example => example.Kind == "wrong");
    }

    // The usings are what the compilations of the tests have.
    [Fact]
    public void NothingIsLeftOut() => Assert.All(Examples, example => Assert.Contains(example.Kind, new[] { "", "usings", "file", "assembly", "wrong" }));

    [Theory]
    [InlineData(typeof(Functions))]
    [InlineData(typeof(Prediction))]
    [InlineData(typeof(Target))]
    public void EveryMemberOfTheLanguageIsThere(Type type)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page));
        IEnumerable<string> members = type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo or MethodInfo { IsSpecialName: false })
            .Select(member => member.Name)
            .Except([nameof(Prediction.PerClass), nameof(Prediction.ClassMatrix)]); // what generated code calls
        Assert.All(members, member => Assert.Matches($@"`[^`\n]*\b{member}\b", page));
    }

    private static (Assembly Assembly, byte[] Image) Load(AssemblyLoadContext context, string name, string[] files, MetadataReference[] references)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(name, files, false, references);
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
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
