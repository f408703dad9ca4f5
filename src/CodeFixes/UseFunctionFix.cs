using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.CodeFixes;

/// <summary>
/// LG0010: turns <c>Math.Log(v)</c> into <c>Log(v)</c>, and so on for whatever LossGen.Functions has. Of a value the compiler itself says
/// that it is no double (CS1503): the cure is the same.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseFunctionFix)), Shared]
public sealed class UseFunctionFix : FormulaFix
{
    private const string Functions = "LossGen.Functions";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["LG0010", "CS1503"];

    private protected override IEnumerable<Change> Find(SyntaxNode root, SyntaxNode node, SemanticModel model,
        CancellationToken cancellation)
    {
        InvocationExpressionSyntax? call = node.FirstAncestorOrSelf<InvocationExpressionSyntax>();
        if (call?.Expression is not MemberAccessExpressionSyntax { Name: IdentifierNameSyntax { Identifier.ValueText: var name } } access
            || model.GetSymbolInfo(access.Expression, cancellation).Symbol is not INamedTypeSymbol
            {
                Name: "Math" or "MathF",
                ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true }
            }
            || model.Compilation.GetTypeByMetadataName(Functions) is not { } functions
            || !functions.GetMembers(name).OfType<IMethodSymbol>()
            .Any(function => function.Parameters.Length == call.ArgumentList.Arguments.Count))
            yield break;

        // Elsewhere a value may well be converted to a double on purpose.
        if (!IsInFormula(call, model, functions, cancellation))
            yield break;
        SyntaxNode changed = Replace(root, access, SyntaxFactory.IdentifierName(name));
        bool isKnown = model.LookupSymbols(call.SpanStart, name: name).OfType<IMethodSymbol>()
            .Any(method => SymbolEqualityComparer.Default.Equals(method.ContainingType, functions));
        yield return new($"Use {name} of {Functions}", name, isKnown ? changed : WithUsing((CompilationUnitSyntax)changed));
    }

    // A method that returns what a formula is made of.
    private static bool IsInFormula(SyntaxNode node, SemanticModel model, INamedTypeSymbol functions, CancellationToken cancellation)
    {
        for (ISymbol? symbol = model.GetEnclosingSymbol(node.SpanStart, cancellation); symbol is not null; symbol = symbol.ContainingSymbol)
        {
            if (symbol is IMethodSymbol { ReturnType: { Name: "Value" or "Condition" } type }
                && SymbolEqualityComparer.Default.Equals(type.ContainingNamespace, functions.ContainingNamespace))
                return true;
        }

        return false;
    }

    private static CompilationUnitSyntax WithUsing(CompilationUnitSyntax unit)
    {
        UsingDirectiveSyntax directive = SyntaxFactory.UsingDirective(SyntaxFactory.ParseName(Functions))
            .WithUsingKeyword(SyntaxFactory.Token(SyntaxKind.UsingKeyword).WithTrailingTrivia(SyntaxFactory.Space))
            .WithStaticKeyword(SyntaxFactory.Token(SyntaxKind.StaticKeyword).WithTrailingTrivia(SyntaxFactory.Space))
            .WithTrailingTrivia(SyntaxFactory.LineFeed);
        if (unit.Usings.Count > 0 || unit.Externs.Count > 0)
            return unit.AddUsings(directive);

        // A comment at the top of the file stays at the top.
        SyntaxTriviaList leading = unit.GetLeadingTrivia();
        return unit.WithoutLeadingTrivia().AddUsings(directive.WithLeadingTrivia(leading).WithTrailingTrivia(SyntaxFactory.LineFeed,
            SyntaxFactory.LineFeed));
    }
}
