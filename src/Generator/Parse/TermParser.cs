using LossGen.Compiler;
using LossGen.Compiler.Model;
using LossGen.Compiler.Support;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>A term attribute of this compilation: what is written onto it for other assemblies, and what is wrong with it.</summary>
/// <param name="Header">Null when nothing can be generated.</param>
/// <param name="Text">The formula text; null after an error, and where the term inherits its formula.</param>
/// <param name="Options">The text of its option rules; null where the formula's text says all of them.</param>
internal sealed record TermResult(TypeHeader? Header, string? Text, string? Options, EquatableArray<Diagnostic> Diagnostics);

/// <summary>From the declaration of a term attribute to its formula text.</summary>
internal static class TermParser
{
    /// <summary>A class with a base type or a method named Formula: cheap, and all that terms have in common in their syntax.</summary>
    public static bool IsCandidate(SyntaxNode node) =>
        node is ClassDeclarationSyntax { BaseList: not null } or ClassDeclarationSyntax { Identifier.ValueText: "LossTermAttribute" }
        or MethodDeclarationSyntax { Identifier.ValueText: KnownTypes.FormulaMethod, Parent: TypeDeclarationSyntax };

    public static TermResult? Parse(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        ISymbol? declared = context.SemanticModel.GetDeclaredSymbol(context.Node, cancellation);
        if ((declared as INamedTypeSymbol ?? declared?.ContainingType) is not { } term
            || !(term.IsTerm() || term.IsLossGen("LossTermAttribute")) || !IsFirst(term, context.Node))
            return null;

        var sink = new DiagnosticSink();
        try
        {
            Compilation compilation = context.SemanticModel.Compilation;
            bool hasFormula = FormulaSignature.FindMethods(term).Any();
            DeclaredFormula? formula = hasFormula ? SourceFormulaReader.Read(term, isTerm: true, compilation, sink, cancellation) : null;
            INamedTypeSymbol? owner = FormulaSignature.FindOwner(term);
            List<IParameterSymbol> parameters = owner is null ? [] : FormulaSignature.FindMethods(owner).First().Parameters.Skip(2)
                .ToList();
            SourceOptionRules rules = OptionRulesReader.Read(term, compilation, cancellation);
            if (!term.IsAbstract && owner is not null)
                TermOptionChecks.Check(term, parameters, formula, rules, compilation, sink, cancellation);
            if (formula is not null || (owner is not null && !hasFormula))
                TermOptionChecks.CheckUsed(term, parameters, sink, cancellation);
            if (owner is not null)
                TermOptionChecks.CheckFields(term, parameters, sink);

            string? options = TermOptionChecks.AreImplied(term, parameters, formula, rules, compilation) ? null : rules.Text;
            bool isWritten = hasFormula || (options is not null && (TermOptionChecks.IsPartial(term, cancellation)
                || TermOptionChecks.SetsInherited(term, parameters, rules)));
            TypeHeader? header = isWritten ? TypeHeader.Read(term, sink, cancellation) : null;
            if (header is not null
                && context.Node.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: < KnownTypes.LeastVersion and var version })
            {
                sink.Report(
                    Descriptors.OldLanguage, (term.DeclaringSyntaxReferences[0]
                        .GetSyntax(cancellation) as TypeDeclarationSyntax)?.Identifier.GetLocation(),
                    term.Name, version.ToDisplayString(), KnownTypes.LeastVersion.ToDisplayString());
            }

            return new(header, sink.IsBroken ? null : formula?.Text, sink.IsBroken ? null : options, sink.ToArray());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            sink.Report(Descriptors.InternalError, term.Locations.FirstOrDefault(), term.Name, Fault.Describe(error));
            return new(null, null, null, sink.ToArray());
        }
    }

    // A term is read once: at its formula, or where it has none at its first part with a base type.
    private static bool IsFirst(INamedTypeSymbol term, SyntaxNode node)
    {
        SyntaxNode? first = FormulaSignature.FindMethods(term).FirstOrDefault()?.DeclaringSyntaxReferences[0].GetSyntax()
            ?? term.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).FirstOrDefault(IsCandidate);
        return first is not null && first.SyntaxTree == node.SyntaxTree && first.Span == node.Span;
    }
}
