using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>
/// Finds the properties of a loss that feed parameters. A property has the parameter's name (<c>Beta</c>), or the term's
/// name before it (<c>TverskyBeta</c>); it feeds exactly one parameter, of a term whose attribute does not state it. The weight of a term
/// counts as a parameter, behind those of the formulas.
/// </summary>
internal sealed class PropertyMatcher(INamedTypeSymbol loss, IReadOnlyList<DeclaredTerm> terms, Compilation compilation,
    DiagnosticSink sink)
{
    private readonly Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> fed = [];
    private readonly HashSet<ISymbol> matched = new(SymbolEqualityComparer.Default);

    /// <summary>The factor of a term, as a parameter that every term has.</summary>
    public DeclaredParameter Weight { get; } = new("weight", ParameterKind.Scalar, 1, compilation.GetSpecialType(SpecialType.System_Double),
        HasOption: true, Location.None);

    public Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> Match()
    {
        List<Slot> slots = terms
            .SelectMany(term => term.Formula.Parameters.Where(parameter => !parameter.IsLossOption && !parameter.IsInput)
            .Select(parameter => new Slot(term, parameter)))
            .ToList();

        // A formula may have a parameter that is called so itself.
        List<Slot> weights = terms
            .Where(term => !slots.Any(slot => ReferenceEquals(slot.Term, term) && KnownTypes.NamesMatch(slot.Parameter.Name, Weight.Name)))
            .Select(term => new Slot(term, Weight))
            .ToList();
        List<ISymbol> members = Members().ToList();
        Feed(members, slots);
        Feed(members, weights);
        foreach (ISymbol member in members)
        {
            if (!matched.Contains(member) && member is IPropertySymbol property && LooksLikeParameter(property)
                && SymbolEqualityComparer.Default.Equals(property.ContainingType, loss))
                ReportUnused(property, slots, weights);
        }
        foreach (Slot slot in slots.Where(slot => !slot.IsStated && !fed.ContainsKey((slot.Term, slot.Parameter))))
            ReportLookalike(slot);
        return fed;
    }

    // The name with the term's in front is the more precise one, and goes first.
    private void Feed(List<ISymbol> members, List<Slot> slots)
    {
        var precise = new HashSet<Slot>();
        foreach (ISymbol member in members)
            Feed(member, slots.Where(slot => KnownTypes.NamesMatch(member.Name, slot.PreciseName)).ToList(), precise);
        foreach (ISymbol member in members)
            Feed(member, slots.Where(slot => KnownTypes.NamesMatch(member.Name, slot.Parameter.Name) && !precise.Contains(slot)).ToList(),
                taken: null);
    }

    // Those of the loss, then what it inherits and can read. A base class of TorchSharp has properties for other purposes.
    private IEnumerable<ISymbol> Members()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (INamedTypeSymbol? type = loss; type is not null && type.SpecialType != SpecialType.System_Object; type = type.BaseType)
        {
            bool isOwn = SymbolEqualityComparer.Default.Equals(type, loss);
            if (!isOwn && type.ContainingNamespace is { Name: "TorchSharp", ContainingNamespace.IsGlobalNamespace: true })
                yield break;
            foreach (ISymbol member in type.GetMembers().Where(IsCandidate).ToList())
            {
                if (seen.Add(member.Name) && (isOwn || compilation.IsSymbolAccessibleWithin(member, loss)))
                    yield return member;
            }
        }
    }

    // A field from which another generator makes a property, which nobody sees yet; a parameter of the constructor; a field that was meant
    // to be a property.
    private void ReportLookalike(Slot slot)
    {
        if (slot.Parameter.Type.SpecialType is not (SpecialType.System_Double or SpecialType.System_Int32)
            && slot.Parameter.Kind != ParameterKind.Class)
            return;
        foreach (ISymbol member in loss.GetMembers().OfType<IFieldSymbol>()
            .Where(field => field is { IsStatic: false, IsConst: false, IsImplicitlyDeclared: false }
            && field.DeclaredAccessibility != Accessibility.Public && field.AssociatedSymbol is null)
            .Concat<ISymbol>(loss.InstanceConstructors.Where(constructor => constructor.DeclaringSyntaxReferences.Any(reference =>
            reference.GetSyntax() is TypeDeclarationSyntax)).SelectMany(constructor => constructor.Parameters)))
        {
            string name = member.Name.StartsWith("m_", StringComparison.Ordinal) ? member.Name.Substring(2) : member.Name.TrimStart('_');
            if (!KnownTypes.NamesMatch(name, slot.Parameter.Name) && !KnownTypes.NamesMatch(name, slot.PreciseName))
                continue;
            ITypeSymbol type = member is IFieldSymbol own ? own.Type : ((IParameterSymbol)member).Type;
            string declaration = $"public {type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} {KnownTypes.Pascal(name)} {{ get; set; }}";
            sink.Report(
                Descriptors.LookalikeField, Place(member, isType: false, loss),
                    $"{(member is IFieldSymbol ? "Field" : "Constructor parameter")} '{member.Name}'", slot.Parameter.Name, slot.Term.Name,
                member is IFieldSymbol && member.GetAttributes().Length > 0
                    ? $"a property that another generator makes of it is not seen; write the property itself, '{declaration}', or '{declaration.Replace("public ", "public partial ")}' where that generator takes partial properties"
                    : $"write a property, '{declaration}', or give it another name");
        }
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
                Descriptors.WrongPropertyType, Place(member, problem.IsType, loss), member.Name, open[0].Parameter.Name, open[0].Term.Name,
                    problem.What, problem.Cure);
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
        sink.Report(Descriptors.ClashingProperty, Place(member, isType: false, loss), member.Name, parameter, names, cure);
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
        sink.Report(Descriptors.PropertyNotUsed, Place(property, isType: false, loss), property.Name, loss.Name, cure);
    }

    private static bool IsCandidate(ISymbol member) => member switch
    {
        IPropertySymbol property => !property.IsIndexer && !property.IsImplicitlyDeclared
            && property.ExplicitInterfaceImplementations.IsEmpty,
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
            return property.Type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Double } ? null
                : ($"is of type '{property.Type}'", $"its type has to be 'double[]', {each}", true);
        }

        if (parameter.Type.SpecialType is not (SpecialType.System_Double or SpecialType.System_Int32))
        {
            return (
                $"that parameter, {Describe(parameter)}, is known at compile time only",
                "state it in the attribute, or give the property another name", false);
        }
        bool fits = property.Type.SpecialType == SpecialType.System_Int32
            || (parameter.Type.SpecialType == SpecialType.System_Double
            && property.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Single);
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

    /// <summary>Where a property of a loss is declared; the name of the loss for one that it inherits from another assembly.</summary>
    public static Location? Place(ISymbol member, bool isType, INamedTypeSymbol loss) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
        {
            PropertyDeclarationSyntax property => isType ? property.Type.GetLocation() : property.Identifier.GetLocation(),
            VariableDeclaratorSyntax field => field.Identifier.GetLocation(),
            _ => member.Locations.FirstOrDefault(location => location.IsInSource) ?? loss.Locations.FirstOrDefault(),
        };

    private sealed record Slot(DeclaredTerm Term, DeclaredParameter Parameter)
    {
        public string PreciseName => Term.Name + KnownTypes.Pascal(Parameter.Name);

        public bool IsStated => Term.Attribute?.States(Parameter.Name) == true;
    }
}
