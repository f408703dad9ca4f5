using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>What an attribute states, by name, and where it states it.</summary>
/// <param name="convention">The convention whose defaults take the place of what is not stated; 0 for none.</param>
internal sealed class AttributeReader(AttributeData data, int convention, CancellationToken cancellation)
{
    private readonly AttributeSyntax? syntax = data.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax;

    public INamedTypeSymbol Class => data.AttributeClass!;

    /// <summary>The attribute itself, without its arguments.</summary>
    public Location? Location => syntax?.Name.GetLocation();

    /// <summary>The compiler reports an error in the attribute.</summary>
    public bool HasErrors =>
        data.AttributeConstructor is null
        || data.ConstructorArguments.Any(HasError)
        || data.NamedArguments.Any(argument => HasError(argument.Value));

    /// <summary>The named arguments.</summary>
    public IEnumerable<(string Name, TypedConstant Value)> Stated => data.NamedArguments.Select(argument => (argument.Key, argument.Value));

    /// <summary>The value of an option: what is stated, or the convention's default, or that of a constructor's parameter; null where there is none.</summary>
    public TypedConstant? Find(string name)
    {
        foreach (KeyValuePair<string, TypedConstant> argument in data.NamedArguments)
        {
            if (KnownTypes.NamesMatch(argument.Key, name))
                return argument.Value;
        }
        if (convention != 0 && !States(name) && ConventionDefaults.Find(Class, name, convention) is { } preset)
            return preset;
        if (data.AttributeConstructor is { } constructor)
        {
            foreach (IParameterSymbol parameter in constructor.Parameters)
            {
                if (KnownTypes.NamesMatch(parameter.Name, name) && parameter.Ordinal < data.ConstructorArguments.Length)
                    return data.ConstructorArguments[parameter.Ordinal];
            }
        }
        return null;
    }

    public double FindNumber(string name, double otherwise) =>
        Find(name) is { Kind: not TypedConstantKind.Array } value && Numbers.TryRead(value.Value, out double number) ? number : otherwise;

    /// <summary>The option is written at the attribute.</summary>
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
        if (syntax?.ArgumentList is not { } list)
            return null;
        for (int i = 0; i < list.Arguments.Count; i++)
        {
            AttributeArgumentSyntax argument = list.Arguments[i];
            string? stated = argument.NameEquals?.Name.Identifier.ValueText
                ?? argument.NameColon?.Name.Identifier.ValueText
                ?? (data.AttributeConstructor is { } constructor && i < constructor.Parameters.Length ? constructor.Parameters[i].Name : null);
            if (stated is not null && KnownTypes.NamesMatch(stated, name))
                return argument;
        }
        return null;
    }

    private static bool HasError(TypedConstant constant) =>
        constant.Kind == TypedConstantKind.Error
        || (constant.Kind == TypedConstantKind.Array && !constant.IsNull && constant.Values.Any(HasError));
}
