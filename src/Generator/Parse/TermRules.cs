using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>Finds the option rules of a term, wherever it is declared.</summary>
internal static class TermRules
{
    /// <summary>
    /// The rules that the generator wrote onto a term of another assembly. None mean that the formula's text says all: one constructor,
    /// which leaves the formula's defaults.
    /// </summary>
    public static OptionRules OfMetadata(INamedTypeSymbol type) => s_ofMetadata.Of(type);

    private static readonly SymbolTable<INamedTypeSymbol, OptionRules> s_ofMetadata = new(type => Written(type) ?? Inherited(type));

    /// <summary>The rules that are written onto a term; null where none are, or they cannot be read.</summary>
    public static OptionRules? Written(INamedTypeSymbol type)
    {
        string? text = type.GetAttributes()
            .FirstOrDefault(attribute => attribute.AttributeClass.IsLossGen(
            "CompiledOptionsAttribute"))?.ConstructorArguments.FirstOrDefault().Value as string;
        if (text is null)
            return null;
        try
        {
            return OptionRules.Parse(text);
        }
        catch (FormulaTextException)
        {
            return null;
        }
    }

    /// <summary>The rules of a term as a loss of this compilation uses it.</summary>
    public static OptionRules Of(INamedTypeSymbol term, Compilation compilation, CancellationToken cancellation) =>
        SymbolEqualityComparer.Default.Equals(term.ContainingAssembly, compilation.Assembly)
            ? OptionRulesReader.Read(term, compilation, cancellation).Rules
            : OfMetadata(term);

    private static OptionRules Inherited(INamedTypeSymbol type) =>
        type.BaseType is { } ancestor && (ancestor.IsTerm() || ancestor.IsLossGen("LossTermAttribute"))
            ? OfMetadata(ancestor).WithoutArguments() : OptionRules.None;
}
