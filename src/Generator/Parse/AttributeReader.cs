using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>What an attribute says: what it states, and what its class makes of that.</summary>
/// <param name="data">The attribute.</param>
/// <param name="convention">The convention whose defaults take the place of what is not stated; 0 for none.</param>
/// <param name="rules">
/// What the class does with its options; null where each parameter of its constructor is the option of its name.
/// </param>
/// <param name="cancellation">Stops the work.</param>
internal sealed class AttributeReader(AttributeData data, int convention, OptionRules? rules, CancellationToken cancellation)
{
    // Asked for by several checks, and each answer takes a look at the whole attribute.
    private readonly Dictionary<string, (OptionValue? Value, int? Unknown)> found = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AttributeArgumentSyntax?> arguments = new(StringComparer.Ordinal);

    private readonly AttributeSyntax? syntax = data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;

    public INamedTypeSymbol Class => data.AttributeClass!;

    /// <summary>The attribute itself, without its arguments.</summary>
    public Location? Location => syntax?.Name.GetLocation();

    /// <summary>The compiler reports an error in the attribute.</summary>
    public bool HasErrors =>
        data.AttributeConstructor is null
        || data.ConstructorArguments.Any(HasError)
        || data.NamedArguments.Any(argument => HasError(argument.Value));

    /// <summary>The names of the named arguments.</summary>
    public IEnumerable<string> Stated => data.NamedArguments.Select(argument => argument.Key);

    /// <summary>
    /// The value of an option: what is stated, or the convention's default, or what the constructor leaves; null where nobody sets it, or
    /// it is not known.
    /// </summary>
    public OptionValue? Find(string name) => Find(name, out _);

    /// <summary>The value of an option is not known at compile time.</summary>
    /// <param name="reason">The number of the reason, or -1.</param>
    public bool IsUnknown(string name, out int reason)
    {
        Find(name, out int? unknown);
        reason = unknown ?? -1;
        return unknown is not null;
    }

    /// <summary>The type of an option; null where there is none of the name.</summary>
    public ITypeSymbol? TypeOf(string name) => PropertyOf(name)?.Type;

    /// <summary>One option is computed from another.</summary>
    public bool DependsOn(string option, string other) =>
        rules is not null && PropertyOf(option) is { } property && PropertyOf(other) is { } read && !ReferenceEquals(property, read)
        && StoreOf(read) is { } cell && Sources(property).Cells.Contains(cell);

    private OptionValue? Find(string name, out int? unknown)
    {
        if (!found.TryGetValue(name, out (OptionValue? Value, int? Unknown) known))
            found[name] = known = (Evaluate(name, out int? reason), reason);
        unknown = known.Unknown;
        return known.Value;
    }

    private OptionValue? Evaluate(string name, out int? unknown)
    {
        unknown = null;
        if (PropertyOf(name) is not { } property)
            return null;
        OptionValue? preset = convention != 0 && !States(name) && ConventionDefaults.Find(Class, name, convention) is { } constant
            ? OptionValue.Of(constant) : null;
        if (rules is null)
        {
            foreach (KeyValuePair<string, TypedConstant> argument in data.NamedArguments)
            {
                if (argument.Key == property.Name)
                    return OptionValue.Of(argument.Value);
            }

            int index = data.AttributeConstructor?.Parameters.FirstOrDefault(parameter => KnownTypes.NamesMatch(parameter.Name,
                name))?.Ordinal ?? -1;
            return preset ?? (index >= 0 && index < data.ConstructorArguments.Length ? OptionValue.Of(data.ConstructorArguments[index])
                : null);
        }

        string cell = OptionRulesReader.CellOf(property);
        if (preset is not null && rules.Getter(cell) is null)
            return preset;
        try
        {
            return rules.Getter(cell) is { } getter ? new OptionEvaluator(Argument, Cell).Evaluate(getter) : Cell(cell);
        }
        catch (UnknownOptionException error)
        {
            unknown = error.Reason;
            return null;
        }
    }

    private OptionRules.Construction? Construction => data.AttributeConstructor is { } constructor
        ? rules?.Find(OptionRulesReader.SignatureOf(constructor)) : null;

    private OptionValue Argument(int index) =>
        index < data.ConstructorArguments.Length ? OptionValue.Of(data.ConstructorArguments[index]) : throw new UnknownOptionException(-1);

    // What the attribute states is assigned last, in its order.
    private OptionValue? Cell(string cell)
    {
        OptionValue? stated = null;
        foreach (KeyValuePair<string, TypedConstant> argument in data.NamedArguments)
        {
            if (StoreOf(MemberOf(argument.Key)) == cell)
                stated = OptionValue.Of(argument.Value);
        }

        if (stated is not null)
            return stated;
        OptionRules.Construction construction = Construction ?? throw new UnknownOptionException(-1);
        return construction.Find(cell) is { } value ? new OptionEvaluator(Argument, _ => null).Evaluate(value) : null;
    }

    // The cell that stating a member fills.
    private string? StoreOf(ISymbol? member)
    {
        if (member is null)
            return null;
        string cell = OptionRulesReader.CellOf(member);
        if (rules!.Put(cell) is not { } put)
            return cell;
        return put.Atom ?? throw new UnknownOptionException(put.Items.Length > 1 && int.TryParse(put.Items[1].Atom, out int reason) ? reason
            : -1);
    }

    // What a named argument names, as C# looks it up.
    private ISymbol? MemberOf(string name)
    {
        for (INamedTypeSymbol? type = Class; type is not null; type = type.BaseType)
        {
            if (type.GetMembers(name).FirstOrDefault(symbol => symbol is IPropertySymbol or IFieldSymbol) is { } member)
                return member;
        }

        return null;
    }

    // The option that a parameter of the formula means.
    private IPropertySymbol? PropertyOf(string name) =>
        TermProperties.All(Class).Find(property => KnownTypes.NamesMatch(property.Name, name));

    // What the value of an option is made of.
    private (HashSet<string> Cells, HashSet<int> Arguments) Sources(IPropertySymbol property)
    {
        var cells = new HashSet<string>(StringComparer.Ordinal);
        var arguments = new HashSet<int>();
        string own = OptionRulesReader.CellOf(property);
        if (rules!.Getter(own) is { } getter)
            Collect(getter);
        else
            cells.Add(own);
        foreach (string cell in cells.ToList())
        {
            if (Construction?.Find(cell) is { } value)
                Collect(value);
        }

        return (cells, arguments);

        void Collect(SExpression expression)
        {
            if (expression.Atom is { } atom && atom != "null" && !FormulaText.TryNumber(atom, out _))
                cells.Add(atom);
            else if (!expression.IsAtom && expression.Head == OptionRules.Argument && int.TryParse(expression.Items[1].Atom, out int index))
                arguments.Add(index);
            else if (!expression.IsAtom)
                expression.Items.Skip(1).ToList().ForEach(Collect);
        }
    }

    public double FindNumber(string name, double otherwise) =>
        Find(name)?.Number ?? otherwise;

    /// <summary>The option is written at the attribute, or what it is made of.</summary>
    public bool States(string name) => ArgumentFor(name) is not null;

    /// <summary>Where an option is stated, name and value: <c>Beta = 2</c>.</summary>
    public Location? LocationOf(string name) => ArgumentFor(name)?.GetLocation() ?? Location;

    /// <summary>Where the value of an option is stated.</summary>
    public Location? LocationOfValue(string name) => ArgumentFor(name)?.Expression.GetLocation() ?? Location;

    /// <summary>Where an element of an array option is stated; the whole value where that is not written as a list.</summary>
    public Location? LocationOfElement(string name, int index)
    {
        ExpressionSyntax? value = ArgumentFor(name)?.Expression;
        SyntaxNode? element = value switch
        {
            ArrayCreationExpressionSyntax { Initializer.Expressions: var items } when index < items.Count => items[index],
            ImplicitArrayCreationExpressionSyntax { Initializer.Expressions: var items } when index < items.Count => items[index],
            CollectionExpressionSyntax { Elements: var items } when index < items.Count => items[index],
            _ => value,
        };
        return element?.GetLocation() ?? Location;
    }

    private AttributeArgumentSyntax? ArgumentFor(string name)
    {
        if (!arguments.TryGetValue(name, out AttributeArgumentSyntax? argument))
            arguments[name] = argument = FindArgument(name);
        return argument;
    }

    private AttributeArgumentSyntax? FindArgument(string name)
    {
        if (syntax?.ArgumentList is not { } list || PropertyOf(name) is not { } property)
            return null;
        (HashSet<string>? cells, HashSet<int>? ordinals) = rules is null ? (null, null) : Sources(property);
        AttributeArgumentSyntax? source = null;
        for (int i = 0; i < list.Arguments.Count; i++)
        {
            AttributeArgumentSyntax argument = list.Arguments[i];
            if (argument.NameEquals?.Name.Identifier.ValueText is { } stated)
            {
                // The option itself rather than one that it is computed from.
                if (stated == property.Name)
                    return argument;
                if (cells is not null && MemberOf(stated) is { } member && cells.Contains(rules!.Put(OptionRulesReader.CellOf(member))?.Atom
                    ?? OptionRulesReader.CellOf(member)))
                    source ??= argument;
            }
            else if (ParameterOf(argument, i) is { } parameter && (ordinals?.Contains(parameter.Ordinal)
                ?? KnownTypes.NamesMatch(parameter.Name, name)))
            {
                source ??= argument;
            }
        }

        return source;
    }

    private IParameterSymbol? ParameterOf(AttributeArgumentSyntax argument, int index)
    {
        if (data.AttributeConstructor is not { } constructor)
            return null;
        return argument.NameColon?.Name.Identifier.ValueText is { } name
            ? constructor.Parameters.FirstOrDefault(parameter => parameter.Name == name)
            : index < constructor.Parameters.Length ? constructor.Parameters[index] : null;
    }

    private static bool HasError(TypedConstant constant) =>
        constant.Kind == TypedConstantKind.Error
        || (constant.Kind == TypedConstantKind.Array && !constant.IsNull && constant.Values.Any(HasError));
}
