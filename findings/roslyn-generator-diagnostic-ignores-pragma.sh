#!/usr/bin/env bash
# A generator's diagnostic obeys #pragma warning disable only if its location holds the syntax tree.
#
# Incremental generators are told to keep syntax trees out of their models, and many carry a file path and spans and make the location anew by
# Location.Create(path, span, lineSpan). Microsoft.CodeAnalysis.CSharp 4.14.0: such a diagnostic is reported at the right place, yet a #pragma
# around it does not silence it, because suppression asks the location for its tree. The same diagnostic with the tree's location is silent.
# Seen: the same warning at the same class inside a #pragma: reported with the path's location, suppressed with the tree's.
source "$(dirname "$0")/support/dotnet.sh"
run_csharp Microsoft.CodeAnalysis.CSharp=4.14.0 <<'CS'
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

const string source = "#pragma warning disable XX0001\nclass C;\n#pragma warning restore XX0001\n";
var compilation = CSharpCompilation.Create("a", [CSharpSyntaxTree.ParseText(source, path: "a.cs")],
    [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)], new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
int Reported(bool byPath)
{
    CSharpGeneratorDriver.Create(new Reporter(byPath)).RunGeneratorsAndUpdateCompilation(compilation, out _, out var diagnostics);
    return diagnostics.Count(d => d.Id == "XX0001" && !d.IsSuppressed);
}
int path = Reported(true), tree = Reported(false);
Console.WriteLine($"reported inside the #pragma: location by path {path}, location of the tree {tree}");
return path == 1 && tree == 0 ? 0 : 1;

sealed class Reporter(bool byPath) : IIncrementalGenerator
{
    private static readonly DiagnosticDescriptor Rule = new("XX0001", "t", "m", "c", DiagnosticSeverity.Warning, true);

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var classes = context.SyntaxProvider.CreateSyntaxProvider(
            (node, _) => node is ClassDeclarationSyntax, (found, _) => ((ClassDeclarationSyntax)found.Node).Identifier.GetLocation());
        context.RegisterSourceOutput(classes, (output, location) =>
        {
            var span = location.GetLineSpan();
            output.ReportDiagnostic(Diagnostic.Create(Rule, byPath ? Location.Create(span.Path, location.SourceSpan, span.Span) : location));
        });
    }
}
CS
