using System.Collections.Immutable;
using LossGen.TestSupport;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>Compiles text in memory and runs the generator on it.</summary>
internal static class GeneratorDriverHelper
{
    private const string Usings = "global using System; global using LossGen; global using static LossGen.Functions;";

    // As the SDK has it: libraries built against an older framework are no reason to warn.
    private static readonly KeyValuePair<string, ReportDiagnostic>[] UnifiedVersions =
        [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)];

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview); // C# 14, as users of .NET 10 have it

    private static readonly ImmutableArray<MetadataReference> Framework =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
        || name is "netstandard.dll" or "mscorlib.dll"))
        .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path))
        .ToImmutableArray();

    private static readonly MetadataReference Runtime = MetadataReference.CreateFromFile(typeof(LossAttribute).Assembly.Location);

    private static readonly MetadataReference TorchSharp = MetadataReference.CreateFromFile(typeof(global::TorchSharp.torch)
        .Assembly.Location);

    private static readonly SyntaxTree UsingsFile = ParseFile(Usings, "Usings.cs");

    // All compilations come of these two: what is read of the references is read once.
    private static readonly CSharpCompilation WithoutTorchSharp = CSharpCompilation.Create(
        "Consumer",
        [],
        [.. Framework, Runtime],
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: false,
            specificDiagnosticOptions: UnifiedVersions));

    private static readonly CSharpCompilation WithTorchSharp = WithoutTorchSharp.AddReferences(TorchSharp);

    /// <summary>Runs the generator, then again after a comment was added, and checks that the second run made nothing anew.</summary>
    public static GeneratorRun Run(string source, bool torchSharp = false, params MetadataReference[] references)
    {
        CSharpCompilation compilation = Compile(source, torchSharp, references);
        GeneratorDriver driver = CreateDriver();
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        var run = new GeneratorRun(compilation, output, driver);
        run.AssertNothingAnew(driver.RunGenerators(AppendComment(compilation)).GetRunResult());
        return run;
    }

    /// <param name="properties">Properties of the project, as MSBuild hands them over.</param>
    public static GeneratorDriver CreateDriver(params (string Name, string Value)[] properties) => CSharpGeneratorDriver.Create(
        [new LossGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions,
        optionsProvider: new ProjectProperties(properties),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static CSharpCompilation Compile(string source, bool torchSharp = false, params MetadataReference[] references) =>
        Compile("Consumer", [source], torchSharp, references);

    public static CSharpCompilation Compile(string assembly, string[] sources, bool torchSharp = false,
        params MetadataReference[] references)
    {
        CSharpCompilation empty = torchSharp ? WithTorchSharp : WithoutTorchSharp;
        return (references.Length == 0 ? empty : empty.AddReferences(references))
            .WithAssemblyName(assembly)
            .AddSyntaxTrees([.. sources.Select((source, i) => ParseFile(source, $"Source{i}.cs")), UsingsFile]);
    }

    public static SyntaxTree ParseFile(string source, string path) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions, path, System.Text.Encoding.UTF8);

    /// <summary>Replaces a part of a compilation's source text, as an editor does.</summary>
    public static CSharpCompilation Edit(CSharpCompilation compilation, string old, string replacement)
    {
        SyntaxTree tree = compilation.SyntaxTrees.First(candidate => candidate.ToString().Contains(old, StringComparison.Ordinal));
        string text = tree.ToString().Replace(old, replacement, StringComparison.Ordinal);
        return (CSharpCompilation)compilation.ReplaceSyntaxTree(tree, ParseFile(text, tree.FilePath));
    }

    /// <summary>An assembly built with the generator, as a reference for another compilation.</summary>
    public static MetadataReference Build(string assembly, string source, params MetadataReference[] references)
    {
        CreateDriver().RunGeneratorsAndUpdateCompilation(Compile(assembly, [source], false, references), out Compilation output, out _);
        var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult result = output.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    private static CSharpCompilation AppendComment(CSharpCompilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            compilation = (CSharpCompilation)compilation.ReplaceSyntaxTree(tree, ParseFile(tree + "\n// a comment", tree.FilePath));
        return compilation;
    }
}
