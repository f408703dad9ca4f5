using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace LossGen.CodeFixes.Tests;

/// <summary>Does what an editor does: runs the compiler and the generator, asks a fix about a message, applies it.</summary>
internal static class Fixing
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    private static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Enable);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
            || name is "netstandard.dll" or "mscorlib.dll"))
            .Select(path => (MetadataReference)MetadataReference.CreateFromFile(path)),
        MetadataReference.CreateFromFile(typeof(LossAttribute).Assembly.Location),
    ];

    /// <summary>
    /// Applies the fix with a title to the first message of an id; what comes of it has the expected text, and that message no more.
    /// </summary>
    public static async Task VerifyAsync(CodeFixProvider fix, string id, string source, string expected, string? title = null,
        string? remaining = null)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Open(workspace, source);
        Diagnostic diagnostic = (await DiagnoseAsync(document)).First(found => found.Id == id);
        List<CodeAction> actions = await ActionsAsync(fix, document, diagnostic);
        CodeAction action = title is null ? Assert.Single(actions) : actions.Single(offered => offered.Title == title);
        var change = (await action.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single();
        Document changed = change.ChangedSolution.GetDocument(document.Id)!;
        Document formatted = await Formatter.FormatAsync(await Simplifier.ReduceAsync(changed), Formatter.Annotation);
        string text = (await formatted.GetTextAsync()).ToString();
        Assert.Equal(expected.ReplaceLineEndings("\n"), text.ReplaceLineEndings("\n"));

        // Read anew, as the editor does with the text.
        using var after = new AdhocWorkspace();
        Assert.Equal(
            remaining is null ? [] : remaining.Split(','),
            (await DiagnoseAsync(Open(after, text))).Where(found => found.Severity >= DiagnosticSeverity.Warning)
                .Select(found => found.Id));
    }

    /// <summary>No fix is offered for the first message of an id.</summary>
    public static async Task VerifyNothingAsync(CodeFixProvider fix, string id, string source)
    {
        using var workspace = new AdhocWorkspace();
        Document document = Open(workspace, source);
        Diagnostic diagnostic = (await DiagnoseAsync(document)).First(found => found.Id == id);
        Assert.Empty(await ActionsAsync(fix, document, diagnostic));
    }

    private static async Task<List<CodeAction>> ActionsAsync(CodeFixProvider fix, Document document, Diagnostic diagnostic)
    {
        Assert.Contains(diagnostic.Id, fix.FixableDiagnosticIds);
        var actions = new List<CodeAction>();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action),
            CancellationToken.None));
        return actions;
    }

    private static Document Open(AdhocWorkspace workspace, string source)
    {
        Project project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "Consumer", "Consumer", LanguageNames.CSharp,
            compilationOptions: Options, parseOptions: ParseOptions, metadataReferences: References));
        return project.AddDocument("Losses.cs", source);
    }

    // What the generator reports, and what the compiler says of the whole.
    private static async Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Document document)
    {
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        CSharpGeneratorDriver.Create([new Generator.LossGenerator().AsSourceGenerator()], parseOptions: ParseOptions)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out ImmutableArray<Diagnostic> reported);
        return [.. reported, .. output.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning
            && found.Id is not ("CS1701" or "CS1702"))];
    }
}
