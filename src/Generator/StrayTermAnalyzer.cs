using System.Collections.Immutable;
using LossGen.Generator.Diagnostics;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LossGen.Generator;

/// <summary>
/// Finds terms on classes that are no losses, of which the generator sees nothing. An analyzer, since it looks at every class with
/// attributes: what a generator looks at, it looks at again at each keystroke.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StrayTermAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Descriptors.StrayTerm];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Check, SymbolKind.NamedType);
    }

    private static void Check(SymbolAnalysisContext context)
    {
        ImmutableArray<AttributeData> attributes = context.Symbol.GetAttributes();
        if (attributes.FirstOrDefault(attribute => attribute.AttributeClass.IsTerm()) is not { } term
            || attributes.Any(attribute => attribute.AttributeClass.IsLossGen("LossAttribute")))
            return;
        string name = term.AttributeClass!.Name;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.StrayTerm,
            term.ApplicationSyntaxReference is { } place ? Location.Create(place.SyntaxTree, place.Span)
                : context.Symbol.Locations.FirstOrDefault(),
            context.Symbol.Name, name.EndsWith("Attribute", StringComparison.Ordinal) ? name.Substring(0, name.Length - "Attribute".Length)
                : name));
    }
}
