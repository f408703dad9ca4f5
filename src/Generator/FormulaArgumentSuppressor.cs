using System.Collections.Immutable;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LossGen.Generator;

/// <summary>
/// The formula of a term has to be public, and cannot check its arguments: only the library calls it, and hands over no null. CA1062, which
/// asks public methods for such checks, is silent there.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FormulaArgumentSuppressor : DiagnosticSuppressor
{
    private static readonly SuppressionDescriptor Formula = new("LGS1062", "CA1062",
        "Only the library calls the formula of a term, and its arguments are never null.");

    /// <inheritdoc/>
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = [Formula];

    /// <inheritdoc/>
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (Diagnostic diagnostic in context.ReportedDiagnostics)
        {
            if (diagnostic.Location.SourceTree is { } tree
                && tree.GetRoot(context.CancellationToken).FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true)
                .FirstAncestorOrSelf<MethodDeclarationSyntax>() is { Identifier.ValueText: KnownTypes.FormulaMethod } method
                && context.GetSemanticModel(tree).GetDeclaredSymbol(method, context.CancellationToken) is IMethodSymbol symbol
                && symbol.ContainingType.IsTerm())
                context.ReportSuppression(Suppression.Create(Formula, diagnostic));
        }
    }
}
