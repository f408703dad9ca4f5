using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>The properties of a term attribute: its options.</summary>
internal static class TermProperties
{
    private static readonly SymbolTable<INamedTypeSymbol, List<IPropertySymbol>> s_all = new(Read);

    /// <summary>The property that feeds a parameter, on the term or a term it derives from (but not those every term has).</summary>
    public static IPropertySymbol? Find(INamedTypeSymbol term, string parameter) =>
        All(term).Find(property => KnownTypes.NamesMatch(property.Name, parameter) && property.ContainingType.IsTerm());

    /// <summary>The properties that a name can mean, of the class and those that it derives from, the most derived first.</summary>
    public static List<IPropertySymbol> All(INamedTypeSymbol attribute) => s_all.Of(attribute);

    private static List<IPropertySymbol> Read(INamedTypeSymbol attribute)
    {
        var properties = new List<IPropertySymbol>();
        for (INamedTypeSymbol? type = attribute; type is not null; type = type.BaseType)
            properties.AddRange(type.GetMembers().OfType<IPropertySymbol>()
                .Where(property => property is { IsStatic: false, IsIndexer: false }));
        return properties;
    }

    /// <summary>The option is of a type that can feed the parameter; otherwise a message says which is needed.</summary>
    public static bool Check(IPropertySymbol property, IParameterSymbol parameter, DiagnosticSink sink, CancellationToken cancellation)
    {
        if (property.Type.TypeKind == TypeKind.Error)
        {
            sink.MarkBroken();
            return false;
        }
        if (Feeds(property.Type, parameter.Type))
            return true;
        Location? place = (property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(
            cancellation) as PropertyDeclarationSyntax)?.Type.GetLocation()
            ?? property.Locations.FirstOrDefault();
        sink.Report(
            Descriptors.WrongParameterType, place, $"Option '{property.Name}' of '{property.ContainingType.Name}'", property.Type,
            Shapes.Of(parameter.Type) is Shape.Value or Shape.ClassMatrix
                ? $"double[]?, as its parameter '{parameter.Name}' is one number a class"
                : $"'{parameter.Type}', as its parameter '{parameter.Name}'");
        return false;
    }

    /// <summary>
    /// The value that all constructors leave where a use states nothing; where they differ, or none sets it, that of the parameter.
    /// </summary>
    public static double? DefaultOf(IPropertySymbol property, INamedTypeSymbol term, OptionRules rules, double parameterDefault)
    {
        string cell = OptionRulesReader.CellOf(property);
        var defaults = new List<double?>();
        foreach ((string signature, OptionRules.Construction construction) in rules.Constructions.Select(pair => (pair.Key, pair.Value)))
        {
            IMethodSymbol? constructor = term.InstanceConstructors.FirstOrDefault(candidate =>
                OptionRulesReader.SignatureOf(candidate) == signature);
            OptionValue Argument(int index) => constructor is not null && index < constructor.Parameters.Length
                && constructor.Parameters[index] is { HasExplicitDefaultValue: true } parameter
                ? OptionValue.OfConstant(parameter.ExplicitDefaultValue)
                : throw new UnknownOptionException(-1);
            OptionValue? Cell(string name) => construction.Find(name) is { } value ? new OptionEvaluator(Argument, _ => null)
                .Evaluate(value) : null;
            try
            {
                OptionValue? left = rules.Getter(cell) is { } getter ? new OptionEvaluator(Argument, Cell).Evaluate(getter) : Cell(cell);
                defaults.Add(left is { } value ? value.Number : parameterDefault);
            }
            catch (UnknownOptionException)
            {
                defaults.Add(null);
            }
        }

        return defaults.Distinct().Count() == 1 ? defaults[0] : parameterDefault;
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
}
