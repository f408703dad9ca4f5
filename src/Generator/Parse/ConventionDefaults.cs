using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>The defaults that options have under a convention: what is known of one is in the metadata of the options themselves.</summary>
internal static class ConventionDefaults
{
    private const string Option = "Convention";

    /// <summary>The convention that a loss states, as a number; 0 for none.</summary>
    public static int StatedBy(INamedTypeSymbol loss) =>
        loss.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.IsLossGen("LossAttribute")) is { } data
        && data.NamedArguments.FirstOrDefault(argument => argument.Key == Option).Value is
        {
            Kind: TypedConstantKind.Enum,
            Value: int number
        }
            ? number
            : 0;

    /// <summary>The default of an option; null where the convention has none. The most derived class that says something wins.</summary>
    public static TypedConstant? Find(INamedTypeSymbol attribute, string option, int convention)
    {
        for (INamedTypeSymbol? type = attribute; type is not null; type = type.BaseType)
        {
            foreach (AttributeData data in Of(type, convention))
            {
                if (data.ConstructorArguments.Length == 3 && data.ConstructorArguments[1].Value is string name
                    && KnownTypes.NamesMatch(name, option))
                    return data.ConstructorArguments[2];
            }

            foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>()
                .Where(property => KnownTypes.NamesMatch(property.Name, option)))
            {
                if (Of(property, convention).FirstOrDefault(data => data.ConstructorArguments.Length == 2) is { } own)
                    return own.ConstructorArguments[1];
            }
        }

        return null;
    }

    private static IEnumerable<AttributeData> Of(ISymbol symbol, int convention) => symbol.GetAttributes().Where(data =>
        data.AttributeClass.IsLossGen("ConventionDefaultAttribute")
        && data.ConstructorArguments.Length > 0 && data.ConstructorArguments[0].Value is int number && number == convention);
}
