using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>
/// What is wrong with the options of a term that is declared in source, and whether its formula's text says all that others need to know of
/// them.
/// </summary>
internal static class TermOptionChecks
{
    private const string Assignable =
        "use constants, parameters of the constructor and other options, joined by + - * /, comparisons and ?:";

    /// <summary>Reports what keeps an option from being known at compile time, where it stands.</summary>
    public static void Check(
        INamedTypeSymbol term, List<IParameterSymbol> parameters, DeclaredFormula? formula, SourceOptionRules rules,
            Compilation compilation, DiagnosticSink sink, CancellationToken cancellation)
    {
        // A parameter that is wrong itself has its message.
        if (formula is null && FormulaSignature.FindMethods(term).Any())
            return;
        var found = new SortedSet<int>();
        foreach (IPropertySymbol option in parameters.Select(parameter => TermProperties.Find(term, parameter.Name))
            .Concat(DeclaredTerm.OfEveryTerm.Select(name => FindBase(term, name))).OfType<IPropertySymbol>())
        {
            string cell = OptionRulesReader.CellOf(option);
            if (option.SetMethod is { DeclaredAccessibility: Accessibility.Public })
                Collect(rules.Rules.Put(cell), found);
            if (rules.Rules.Getter(cell) is { } getter)
                Collect(getter, found, rules.Rules);
            foreach (KeyValuePair<string, OptionRules.Construction> construction in rules.Rules.Constructions)
                Collect(construction.Value.Find(cell), found);
        }

        foreach (int index in found)
            Report(term, rules.Reasons[index], parameters, compilation, sink, cancellation);
    }

    /// <summary>An option that no parameter takes would be ignored without a word.</summary>
    public static void CheckUsed(INamedTypeSymbol term, List<IParameterSymbol> parameters, DiagnosticSink sink,
        CancellationToken cancellation)
    {
        foreach (IPropertySymbol property in term.GetMembers().OfType<IPropertySymbol>())
        {
            if (property is { IsStatic: true } or { IsIndexer: true } or { SetMethod: null }
                or { DeclaredAccessibility: not Accessibility.Public }
                || parameters.Any(parameter => !IsInput(parameter) && KnownTypes.NamesMatch(parameter.Name, property.Name))
                || DeclaredTerm.OfEveryTerm.Contains(property.Name) || IsRead(property, term, cancellation))
                continue;
            var syntax = property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as PropertyDeclarationSyntax;
            sink.Report(
                Descriptors.OptionNotUsed, syntax?.Identifier.GetLocation() ?? property.Locations.FirstOrDefault(),
                property.Name, term.Name, KnownTypes.Camel(property.Name));
        }
    }

    /// <summary>A field does not feed a parameter, whatever its name.</summary>
    public static void CheckFields(INamedTypeSymbol term, List<IParameterSymbol> parameters, DiagnosticSink sink)
    {
        foreach (IFieldSymbol field in term.GetMembers().OfType<IFieldSymbol>().Where(field => field is
        {
            IsStatic: false,
            IsImplicitlyDeclared: false, DeclaredAccessibility: Accessibility.Public
        }))
        {
            if (parameters.FirstOrDefault(parameter => !IsInput(parameter) && KnownTypes.NamesMatch(parameter.Name,
                field.Name)) is { } parameter && TermProperties.Find(term, parameter.Name) is null)
                sink.Report(Descriptors.WrongPropertyType, field.Locations.FirstOrDefault(), field.Name, parameter.Name, term.Name,
                    "is a field", $"write a property such as 'public {field.Type} {KnownTypes.Pascal(field.Name)} {{ get; init; }}'");
        }
    }

    /// <summary>
    /// The formula's text says all: one constructor without parameters, which leaves the defaults that are in the text. Of a class that
    /// others may derive from it never does.
    /// </summary>
    public static bool AreImplied(INamedTypeSymbol term, List<IParameterSymbol> parameters, DeclaredFormula? formula,
        SourceOptionRules rules, Compilation compilation)
    {
        if (!term.IsSealed || rules.Rules.HasAccessors || rules.Rules.Constructions.ToList() is not [{ Key: "", Value: var construction }])
            return false;
        OptionRules inherited = BaseRules(term, compilation);
        foreach (IPropertySymbol option in parameters.Select(parameter => TermProperties.Find(term, parameter.Name))
            .Concat(DeclaredTerm.OfEveryTerm.Select(name => FindBase(term, name))).OfType<IPropertySymbol>())
        {
            string cell = OptionRulesReader.CellOf(option);
            SExpression? value = construction.Find(cell), before = inherited.Find("")?.Find(cell);
            double? preset = formula?.Parameters.FirstOrDefault(parameter => !parameter.IsInput && KnownTypes.NamesMatch(parameter.Name,
                option.Name))?.Default;
            bool isPreset = value is null || (value.Atom is { } atom && (atom == "null" || (FormulaText.TryNumber(atom, out double number)
                && number.Equals(preset ?? double.NaN))));
            if (value?.ToText() != before?.ToText() && !isPreset)
                return false;
        }

        return true;
    }

    /// <summary>A term that inherits its formula leaves something else in the options than the class that it derives from.</summary>
    public static bool SetsInherited(INamedTypeSymbol term, List<IParameterSymbol> parameters, SourceOptionRules rules) =>
        parameters.Count >= 0 && (rules.Rules.Constructions.Any(construction => construction.Key.Length > 0)
            || term.GetMembers().OfType<IPropertySymbol>().Any(property => parameters.Any(parameter => KnownTypes.NamesMatch(parameter.Name,
            property.Name)) || DeclaredTerm.OfEveryTerm.Contains(property.Name))
            || term.InstanceConstructors.Any(constructor => !constructor.IsImplicitlyDeclared))
        && !term.IsAbstract;

    public static bool IsPartial(INamedTypeSymbol term, CancellationToken cancellation) => term.DeclaringSyntaxReferences.Any(
        reference => reference.GetSyntax(cancellation) is TypeDeclarationSyntax { Modifiers: var modifiers }
            && modifiers.Any(SyntaxKind.PartialKeyword));

    private static OptionRules BaseRules(INamedTypeSymbol term, Compilation compilation) =>
        term.BaseType is { } ancestor && (ancestor.IsTerm() || ancestor.IsLossGen("LossTermAttribute"))
            ? TermRules.Of(ancestor, compilation, default) : OptionRules.None;

    private static bool IsInput(IParameterSymbol parameter) => Shapes.Of(parameter.Type) is Shape.PixelMap or Shape.ElementMap;

    // Other members of the term use the property: an option that others are computed from.
    private static bool IsRead(IPropertySymbol property, INamedTypeSymbol term, CancellationToken cancellation) =>
        term.GetMembers().OfType<IPropertySymbol>()
        .Where(other => !ReferenceEquals(other, property))
        .SelectMany(other => other.DeclaringSyntaxReferences)
        .Any(reference => reference.GetSyntax(cancellation).DescendantNodes().OfType<IdentifierNameSyntax>()
        .Any(name => name.Identifier.ValueText == property.Name));

    // An option that every term has, or what hides it.
    private static IPropertySymbol? FindBase(INamedTypeSymbol term, string name)
    {
        for (INamedTypeSymbol? type = term; type is not null; type = type.BaseType)
        {
            if (type.GetMembers(name).OfType<IPropertySymbol>().FirstOrDefault() is { } found)
                return found;
        }

        return null;
    }

    private static void Collect(SExpression? expression, SortedSet<int> found, OptionRules? rules = null)
    {
        if (expression is null)
            return;
        if (expression.Atom is { } cell)
        {
            foreach (KeyValuePair<string, OptionRules.Construction> construction in rules?.Constructions ?? [])
                Collect(construction.Value.Find(cell), found);
            Collect(rules?.Put(cell), found);
        }
        else if (expression.Head == OptionRules.Unknown)
        {
            if (expression.Items.Length > 1 && int.TryParse(expression.Items[1].Atom, out int index))
                found.Add(index);
        }
        else
        {
            foreach (SExpression item in expression.Items.Skip(1))
                Collect(item, found, rules);
        }
    }

    private static void Report(INamedTypeSymbol term, UnknownOption reason, List<IParameterSymbol> parameters, Compilation compilation,
        DiagnosticSink sink, CancellationToken cancellation)
    {
        // What the compiler itself does not understand has its message.
        if (reason.Place.SourceTree is { } tree && compilation.ContainsSyntaxTree(tree)
            && compilation.GetSemanticModel(tree).GetDiagnostics(reason.Place.SourceSpan, cancellation)
            .Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            sink.MarkBroken();
            return;
        }

        if (reason.Property is { } option)
        {
            bool isPerClass = parameters.FirstOrDefault(parameter => KnownTypes.NamesMatch(parameter.Name, option.Name)) is { } parameter
                && Shapes.Of(parameter.Type) is Shape.Value or Shape.ClassMatrix;
            sink.Report(
                Descriptors.DefaultNotConstant, reason.Place, option.Name,
                isPerClass ? "write a list of constants, or leave it null, which means 1 for every class"
                    : "write a literal, a const or a member of an enumeration, or what is computed from those");
            return;
        }

        sink.Report(Descriptors.OptionNotKnown, reason.Place, term.Name, reason.What, Assignable);
    }
}
