using System.Collections.Immutable;
using LossGen.Compiler.Model;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>What one run of the generator gave.</summary>
internal sealed class GeneratorRun(Compilation input, Compilation output, GeneratorDriver driver)
{
    private readonly GeneratorRunResult result = driver.GetRunResult().Results.Single();

    /// <summary>What the person wrote.</summary>
    public Compilation Input => input;

    /// <summary>The same with the generated files.</summary>
    public Compilation Output => output;

    public GeneratorDriver Driver => driver;

    /// <summary>The generator's messages, those that a pragma suppresses left out.</summary>
    public ImmutableArray<Diagnostic> Diagnostics => driver.GetRunResult().Diagnostics;

    /// <summary>The generated files by their hint names, but for those that do not depend on what is declared.</summary>
    public ImmutableSortedDictionary<string, string> Sources =>
        result.GeneratedSources.Where(source => source.HintName.EndsWith(".g.cs", StringComparison.Ordinal))
            .ToImmutableSortedDictionary(source => source.HintName, source => source.SourceText.ToString(), StringComparer.Ordinal);

    public IEnumerable<LossModel> Models => Values<LossModel>(LossGenerator.ModelStep);

    public LossModel Model => Assert.Single(Models);

    /// <summary>The compiler's own errors in the whole, generated files included.</summary>
    public ImmutableArray<Diagnostic> Errors =>
        output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToImmutableArray();

    /// <summary>The values that a step of the pipeline gave.</summary>
    public IEnumerable<T> Values<T>(string step) => Steps(result, step).SelectMany(run => run.Outputs).Select(o => o.Value).OfType<T>();

    /// <summary>No errors or warnings of the generator or the compiler.</summary>
    public GeneratorRun AssertClean()
    {
        Assert.Empty(Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        Assert.Empty(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        return this;
    }

    /// <summary>
    /// As <see cref="AssertClean"/>, but what is said of the sense of a loss does not count: for options that nobody would state.
    /// </summary>
    public GeneratorRun AssertCompiles()
    {
        Assert.Empty(Diagnostics.Where(diagnostic => diagnostic.Descriptor.Category is not ("LossGen.Meaning" or "LossGen.Numerics")));
        Assert.Empty(output.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        return this;
    }

    /// <summary>
    /// The same with one of the generated files that differ in the namespace of their loss alone: what the compiler says of one it says of
    /// all.
    /// </summary>
    public GeneratorRun WithoutRepeats()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        IEnumerable<SyntaxTree> repeats = output.SyntaxTrees.Except(input.SyntaxTrees).Where(tree => !seen.Add(WithoutNamespace(tree)));
        return new(input, output.RemoveSyntaxTrees(repeats), driver);
    }

    /// <summary>
    /// Warnings and errors of the compiler, but for those in methods of the files that every project with TorchSharp gets once, which are
    /// most of the text: <see cref="AssertClean"/> looks into them, too.
    /// </summary>
    public IEnumerable<Diagnostic> WarningsBesideSupport() => output.GetDeclarationDiagnostics()
        .Concat(output.SyntaxTrees.Where(tree => !IsSupport(tree)).SelectMany(tree => output.GetSemanticModel(tree).GetDiagnostics()))
        .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    /// <summary>A second run, on the same declarations, found every file as it was.</summary>
    public void AssertNothingAnew(GeneratorDriverRunResult secondRun)
    {
        GeneratorRunResult second = secondRun.Results.Single();
        Assert.Null(result.Exception);
        Assert.Null(second.Exception);
        foreach (string step in new[] { LossGenerator.ModelStep, LossGenerator.EmitStep, LossGenerator.TermSourceStep,
            LossGenerator.SupportStep })
            AssertUnchanged(Steps(second, step), step);
        if (Diagnostics.IsEmpty)
            AssertUnchanged(second.TrackedOutputSteps.Values.SelectMany(steps => steps), "output");
        Assert.Equal(
            result.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString())),
            second.GeneratedSources.Select(source => (source.HintName, source.SourceText.ToString())));
    }

    public static IEnumerable<IncrementalGeneratorRunStep> Steps(GeneratorRunResult result, string step) =>
        result.TrackedSteps.TryGetValue(step, out ImmutableArray<IncrementalGeneratorRunStep> steps) ? steps : [];

    private static bool IsSupport(SyntaxTree tree) =>
        Path.GetFileName(tree.FilePath).StartsWith(HintNames.Support, StringComparison.Ordinal);

    // The file of a loss has its full name.
    private static string WithoutNamespace(SyntaxTree tree)
    {
        string name = Path.GetFileName(tree.FilePath).Replace(".g.cs", "", StringComparison.Ordinal), text = tree.ToString();
        return name.LastIndexOf('.') is var dot and > 0 ? text.Replace(name[..dot], "", StringComparison.Ordinal) : text;
    }

    private static void AssertUnchanged(IEnumerable<IncrementalGeneratorRunStep> steps, string name)
    {
        foreach (IncrementalGeneratorRunStep step in steps)
        {
            foreach ((object _, IncrementalStepRunReason reason) in step.Outputs)
                Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{name}: {reason}");
        }
    }
}
