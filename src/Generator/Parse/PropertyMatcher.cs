using LossGen.Generator.Diagnostics;
using LossGen.Generator.Formula;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>
/// Finds the properties of a loss that feed parameters. A property has the parameter's name (<c>Beta</c>), or the term's
/// name before it (<c>TverskyBeta</c>); it feeds exactly one parameter, of a term whose attribute does not state it. The weight of a term counts as a parameter, behind those of the formulas.
/// </summary>
/// <param name="number">The type double.</param>
internal sealed class PropertyMatcher(INamedTypeSymbol loss, IReadOnlyList<DeclaredTerm> terms, ITypeSymbol number, DiagnosticSink sink)
{
    private readonly Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> fed = [];
    private readonly HashSet<ISymbol> matched = new(SymbolEqualityComparer.Default);

    /// <summary>The factor of a term, as a parameter that every term has.</summary>
    public DeclaredParameter Weight { get; } = new("weight", ParameterKind.Scalar, 1, number, HasOption: true, Location.None);

    public Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> Match()
    {
        List<Slot> slots = terms
            .SelectMany(term => term.Formula.Parameters.Where(parameter => !parameter.IsLossOption && !parameter.IsInput).Select(parameter => new Slot(term, parameter)))
            .ToList();

        // A formula may have a parameter that is called so itself.
        List<Slot> weights = terms
            .Where(term => !slots.Any(slot => ReferenceEquals(slot.Term, term) && KnownTypes.NamesMatch(slot.Parameter.Name, Weight.Name)))
            .Select(term => new Slot(term, Weight))
            .ToList();
        List<ISymbol> members = loss.GetMembers().Where(IsCandidate).ToList();
        Feed(members, slots);
        Feed(members, weights);
        foreach (ISymbol member in members)
        {
            if (!matched.Contains(member) && member is IPropertySymbol property && LooksLikeParameter(property))
                ReportUnused(property, slots, weights);
        }
        return fed;
    }

    // The name with the term's in front is the more precise one, and goes first.
    private void Feed(List<ISymbol> members, List<Slot> slots)
    {
        var precise = new HashSet<Slot>();
        foreach (ISymbol member in members)
            Feed(member, slots.Where(slot => KnownTypes.NamesMatch(member.Name, slot.PreciseName)).ToList(), precise);
        foreach (ISymbol member in members)
            Feed(member, slots.Where(slot => KnownTypes.NamesMatch(member.Name, slot.Parameter.Name) && !precise.Contains(slot)).ToList(), taken: null);
    }

    private void Feed(ISymbol member, List<Slot> slots, HashSet<Slot>? taken)
    {
        if (slots.Count == 0 || !matched.Add(member))
            return;
        taken?.UnionWith(slots);
        List<Slot> open = slots.Where(slot => !slot.IsStated).ToList();
        if (open.Count == 0)
        {
            Slot slot = slots[0];
            sink.Report(
                Descriptors.ConstantAndProperty, slot.Term.Attribute?.LocationOf(slot.Parameter.Name),
                KnownTypes.Pascal(slot.Parameter.Name), slot.Term.Name, member.Name);
        }
        else if (open.Count > 1)
        {
            ReportClash(member, open);
        }
        else if (Problem(member, open[0].Parameter) is { } problem)
        {
            sink.Report(
                Descriptors.WrongPropertyType, Place(member, problem.IsType), member.Name, open[0].Parameter.Name, open[0].Term.Name, problem.What, problem.Cure);
        }
        else
        {
            fed[(open[0].Term, open[0].Parameter)] = (IPropertySymbol)member;
        }
    }

    private void ReportClash(ISymbol member, List<Slot> open)
    {
        string parameter = open[0].Parameter.Name;
        string names = string.Join(" and ", open.Select(slot => $"'{slot.Term.Name}'"));
        bool isSameTerm = open.Select(slot => slot.Term.Name).Distinct().Count() < open.Count;
        string cure = isSameTerm
            ? "state it in the attributes of all but one of them"
            : $"name it after the term, as in {string.Join(" or ", open.Select(slot => $"'{slot.PreciseName}'"))}";
        sink.Report(Descriptors.ClashingProperty, Place(member, isType: false), member.Name, parameter, names, cure);
    }

    private void ReportUnused(IPropertySymbol property, List<Slot> slots, List<Slot> weights)
    {
        string[] names = slots.Where(slot => slot.Parameter.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Int32)
            .Select(slot => KnownTypes.Pascal(slot.Parameter.Name))
            .Concat(weights.Select(slot => weights.Count == 1 ? KnownTypes.Pascal(Weight.Name) : slot.PreciseName))
            .Distinct().OrderBy(name => name, StringComparer.Ordinal).ToArray();
        string cure = names.Length == 0
            ? "its terms have none; make it internal if it is meant for something else"
            : $"there are {string.Join(", ", names)}; make it internal if it is meant for something else";
        sink.Report(Descriptors.PropertyNotUsed, Place(property, isType: false), property.Name, loss.Name, cure);
    }

    private static bool IsCandidate(ISymbol member) => member switch
    {
        IPropertySymbol property => !property.IsIndexer && !property.IsImplicitlyDeclared && property.ExplicitInterfaceImplementations.IsEmpty,
        IFieldSymbol field => field is { IsConst: false, IsImplicitlyDeclared: false, DeclaredAccessibility: Accessibility.Public },
        _ => false,
    };

    private static (string What, string Cure, bool IsType)? Problem(ISymbol member, DeclaredParameter parameter)
    {
        const string Cure = "write a property such as 'public double Beta { get; set; }'";
        if (member is not IPropertySymbol property)
            return ("is a field", Cure, false);
        if (property.IsStatic)
            return ("is static", Cure, false);
        if (property.GetMethod is null)
            return ("cannot be read", "give it a getter", false);
        if (parameter.TakesNumbers)
        {
            string each = parameter.Kind == ParameterKind.Matrix ? "one number for each pair of classes, row by row" : "one number a class";
            return property.Type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Double } ? null : ($"is of type '{property.Type}'", $"its type has to be 'double[]', {each}", true);
        }

        if (parameter.Type.SpecialType is not (SpecialType.System_Double or SpecialType.System_Int32))
        {
            return (
                $"that parameter, {Describe(parameter)}, is known at compile time only",
                "state it in the attribute, or give the property another name", false);
        }
        bool fits = property.Type.SpecialType == SpecialType.System_Int32
            || (parameter.Type.SpecialType == SpecialType.System_Double && property.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Single);
        if (fits)
            return null;
        string needed = parameter.Type.SpecialType == SpecialType.System_Double ? "'double', 'float' or 'int'" : "'int'";
        return ($"is of type '{property.Type}'", $"its type has to be {needed}", true);
    }

    private static string Describe(DeclaredParameter parameter) =>
        $"of type '{parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)}'";

    private static bool LooksLikeParameter(IPropertySymbol property) =>
        property is { IsStatic: false, DeclaredAccessibility: Accessibility.Public, SetMethod.DeclaredAccessibility: Accessibility.Public }
        && property.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Single;

    private static Location? Place(ISymbol member, bool isType) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            PropertyDeclarationSyntax property => isType ? property.Type.GetLocation() : property.Identifier.GetLocation(),
            VariableDeclaratorSyntax field => field.Identifier.GetLocation(),
            _ => member.Locations.FirstOrDefault(),
        };

    private sealed record Slot(DeclaredTerm Term, DeclaredParameter Parameter)
    {
        public string PreciseName => Term.Name + KnownTypes.Pascal(Parameter.Name);

        public bool IsStated => Term.Attribute?.States(Parameter.Name) == true;
    }
}
