using LossGen.Generator.Diagnostics;
using LossGen.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>A term attribute of this compilation: what is written onto it for other assemblies, and what is wrong with it.</summary>
/// <param name="Header">Null when nothing can be generated.</param>
/// <param name="Text">The formula text, or null after an error.</param>
internal sealed record TermResult(TypeHeader? Header, string? Text, EquatableArray<Diagnostic> Diagnostics);

/// <summary>From the declaration of a term attribute to its formula text.</summary>
internal static class TermParser
{
    /// <summary>A method named Formula in a class: cheap, and all that terms have in common in their syntax.</summary>
    public static bool IsCandidate(SyntaxNode node) =>
        node is MethodDeclarationSyntax { Identifier.ValueText: KnownTypes.FormulaMethod, Parent: TypeDeclarationSyntax };

    public static TermResult? Parse(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        if (context.SemanticModel.GetDeclaredSymbol(context.Node, cancellation) is not IMethodSymbol method || !method.ContainingType.IsTerm())
            return null;
        INamedTypeSymbol term = method.ContainingType;
        SyntaxReference first = FormulaSignature.FindMethods(term).First().DeclaringSyntaxReferences[0];
        if (first.SyntaxTree != context.Node.SyntaxTree || first.Span != context.Node.Span)
            return null;

        var sink = new DiagnosticSink();
        try
        {
            Compilation compilation = context.SemanticModel.Compilation;
            TypeHeader? header = TypeHeader.Read(term, sink, cancellation);
            DeclaredFormula? formula = SourceFormulaReader.Read(term, isTerm: true, compilation, sink, cancellation);
            if (formula is not null)
                CheckOptions(term, formula, sink, cancellation);
            return new(header, formula?.Text, sink.ToArray());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            sink.Report(Descriptors.InternalError, ((MethodDeclarationSyntax)context.Node).Identifier.GetLocation(), term.Name, LossParser.Describe(error));
            return new(null, null, sink.ToArray());
        }
    }

    /// <summary>An option that no parameter takes would be ignored without a word.</summary>
    private static void CheckOptions(INamedTypeSymbol term, DeclaredFormula formula, DiagnosticSink sink, CancellationToken cancellation)
    {
        foreach (IPropertySymbol property in term.GetMembers().OfType<IPropertySymbol>())
        {
            if (property is { IsStatic: true } or { IsIndexer: true } or { SetMethod: null } or { DeclaredAccessibility: not Accessibility.Public }
                || formula.Parameters.Any(parameter => !parameter.IsInput && KnownTypes.NamesMatch(parameter.Name, property.Name)))
                continue;
            var syntax = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as PropertyDeclarationSyntax;
            sink.Report(
                Descriptors.OptionNotUsed, syntax?.Identifier.GetLocation() ?? property.Locations.FirstOrDefault(),
                property.Name, term.Name, KnownTypes.Camel(property.Name));
        }
    }
}
