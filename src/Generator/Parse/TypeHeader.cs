using System.Collections.Immutable;
using LossGen.Compiler.Model;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>What the other part of a partial class repeats: namespace, containing types, modifiers and name.</summary>
internal sealed record TypeHeader(
    string Namespace, EquatableArray<string> Containers, string Modifiers, string Name, string HintName)
{
    private static readonly SymbolDisplayFormat NamespaceFormat =
        SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    /// <summary>Null, with a message, when no other part can be written.</summary>
    public static TypeHeader? Read(INamedTypeSymbol type, DiagnosticSink sink, CancellationToken cancellation)
    {
        bool isPossible = true;
        var containers = ImmutableArray.CreateBuilder<string>();
        for (INamedTypeSymbol? part = type; part is not null; part = part.ContainingType)
        {
            var syntax = part.DeclaringSyntaxReferences[0].GetSyntax(cancellation) as TypeDeclarationSyntax;
            if (syntax is null)
                return Broken(sink);
            bool isContainer = !SymbolEqualityComparer.Default.Equals(part, type);
            isPossible &= CheckKind(part, syntax, isContainer, sink) && CheckPartial(part, syntax, type, sink, cancellation);
            if (isContainer)
                containers.Insert(0, $"partial {Keyword(part)} {CSharpWords.Escape(part.Name)}");
        }
        return isPossible
            ? new(
                type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(NamespaceFormat),
                containers.ToImmutable().ToEquatableArray(), ModifiersOf(type), CSharpWords.Escape(type.Name), HintNames.For(type))
            : null;
    }

    private static TypeHeader? Broken(DiagnosticSink sink)
    {
        sink.MarkBroken();
        return null;
    }

    private static bool CheckKind(INamedTypeSymbol type, TypeDeclarationSyntax syntax, bool isContainer, DiagnosticSink sink)
    {
        (string What, string Cure)? problem = type switch
        {
            { Arity: > 0 } => ("generic", "remove the type parameters, or move the loss out of it"),
            { IsFileLocal: true } => ("local to its file", "make it internal"),
            { IsStatic: true } when !isContainer => ("static", "remove 'static': a loss is an object"),
            { IsRecord: true } when !isContainer => ("a record", "make it a class"),
            _ => null,
        };
        if (problem is { } found)
            sink.Report(Descriptors.UnsupportedKind, syntax.Identifier.GetLocation(), type.Name, found.What, found.Cure);
        return problem is null;
    }

    private static bool CheckPartial(
        INamedTypeSymbol part, TypeDeclarationSyntax syntax, INamedTypeSymbol type, DiagnosticSink sink, CancellationToken cancellation)
    {
        // With several parts the compiler itself asks for the modifier on each.
        foreach (SyntaxReference reference in part.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax { Modifiers: var modifiers }
                && modifiers.Any(SyntaxKind.PartialKeyword))
                return true;
        }
        bool isContainer = !SymbolEqualityComparer.Default.Equals(part, type);
        sink.Report(
            Descriptors.NotPartial, syntax.Identifier.GetLocation(), part.Name,
            isContainer ? $" for '{type.Name}' inside it" : "", Keyword(part));
        return false;
    }

    private static string Keyword(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "interface",
        { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
        { TypeKind: TypeKind.Struct } => "struct",
        { IsRecord: true } => "record",
        _ => "class",
    };

    private static string ModifiersOf(INamedTypeSymbol type) =>
        SyntaxFacts.GetText(type.DeclaredAccessibility) + (type.IsSealed ? " sealed" : type.IsAbstract ? " abstract" : "");
}
