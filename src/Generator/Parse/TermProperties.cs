using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>The properties of a term attribute: its options.</summary>
internal static class TermProperties
{
    /// <summary>The property that feeds a parameter, on the term or a term it derives from (but not those every term has).</summary>
    public static IPropertySymbol? Find(INamedTypeSymbol term, string parameter)
    {
        for (INamedTypeSymbol? type = term; type.IsTerm(); type = type!.BaseType)
        {
            foreach (IPropertySymbol property in type!.GetMembers().OfType<IPropertySymbol>())
            {
                if (!property.IsStatic && !property.IsIndexer && KnownTypes.NamesMatch(property.Name, parameter))
                    return property;
            }
        }
        return null;
    }

    /// <summary>The number in the property's initialiser; where there is none, the default of the parameter, or 0.</summary>
    public static double? ReadDefault(
        IPropertySymbol property, IParameterSymbol parameter, double? parameterDefault,
        Compilation compilation, DiagnosticSink sink, CancellationToken cancellation)
    {
        var syntax = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        bool isPerClass = Shapes.Of(parameter.Type) is Shape.Value or Shape.ClassMatrix;
        if (property.Type.TypeKind == TypeKind.Error)
        {
            sink.MarkBroken();
            return null;
        }
        if (!Feeds(property.Type, parameter.Type))
        {
            Location? place = (syntax as PropertyDeclarationSyntax)?.Type.GetLocation() ?? property.Locations.FirstOrDefault();
            sink.Report(
                Descriptors.WrongParameterType, place, $"Option '{property.Name}' of '{property.ContainingType.Name}'", property.Type,
                isPerClass ? $"double[]?, as its parameter '{parameter.Name}' is one number a class" : $"'{parameter.Type}', as its parameter '{parameter.Name}'");
            return null;
        }

        ExpressionSyntax? initializer = (syntax as PropertyDeclarationSyntax)?.Initializer?.Value;
        if (initializer is null || (isPerClass && IsNull(initializer)))
            return isPerClass ? null : parameterDefault ?? 0;
        if (!compilation.ContainsSyntaxTree(initializer.SyntaxTree))
            return isPerClass ? null : parameterDefault;

        SemanticModel model = compilation.GetSemanticModel(initializer.SyntaxTree);
        if (!isPerClass && model.GetConstantValue(initializer, cancellation) is { HasValue: true, Value: var value } && Numbers.TryRead(value, out double number))
            return number;
        if (model.GetSymbolInfo(initializer, cancellation).Symbol is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } source)
        {
            // [Term(2)]: every use states it, or takes the default of the constructor.
            return source.HasExplicitDefaultValue && Numbers.TryRead(source.ExplicitDefaultValue, out double preset) ? preset : parameterDefault;
        }
        if (model.GetDiagnostics(initializer.Span, cancellation).Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
            sink.MarkBroken();
        else
            sink.Report(
                Descriptors.DefaultNotConstant, initializer.GetLocation(), property.Name,
                isPerClass ? "leave it null, which means 1 for every class" : "write a literal, a const or a member of an enumeration");
        return null;
    }

    /// <summary>How to declare the property that feeds a parameter.</summary>
    public static string Declaration(DeclaredParameter parameter) =>
        $"public {(parameter.TakesNumbers ? "double[]?" : parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat))} "
        + $"{KnownTypes.Pascal(parameter.Name)} {{ get; init; }}";

    private static bool Feeds(ITypeSymbol property, ITypeSymbol parameter) => Shapes.Of(parameter) switch
    {
        Shape.Value or Shape.ClassMatrix => property is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Double },
        Shape.Double => property.SpecialType is SpecialType.System_Double or SpecialType.System_Single or SpecialType.System_Int32,
        _ => SymbolEqualityComparer.Default.Equals(property, parameter),
    };

    private static bool IsNull(ExpressionSyntax expression) =>
        expression.IsKind(SyntaxKind.NullLiteralExpression) || expression.IsKind(SyntaxKind.DefaultLiteralExpression);
}
