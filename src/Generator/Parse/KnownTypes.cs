using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Parse;

/// <summary>The types of the formula language and of declarations, told by name: they may be source or metadata.</summary>
internal static class KnownTypes
{
    public const string LossAttribute = "LossGen.LossAttribute";
    public const string Functions = "LossGen.Functions";
    public const string TorchSharpLoss = "TorchSharp.Loss`3";
    public const string FormulaMethod = "Formula";

    /// <summary>The C# that generated files are written in.</summary>
    public const LanguageVersion LeastVersion = LanguageVersion.CSharp12;

    public static bool IsLossGen(this ITypeSymbol? type, string name) =>
        type is INamedTypeSymbol { Arity: 0, ContainingType: null } named
        && named.Name == name
        && named.ContainingNamespace is { Name: "LossGen", ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>Derives from LossTermAttribute.</summary>
    public static bool IsTerm(this ITypeSymbol? type)
    {
        for (INamedTypeSymbol? ancestor = type?.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            if (ancestor.IsLossGen("LossTermAttribute"))
                return true;
        }
        return false;
    }

    public static bool DerivesFrom(this INamedTypeSymbol type, INamedTypeSymbol ancestor)
    {
        for (INamedTypeSymbol? candidate = type.BaseType; candidate is not null; candidate = candidate.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(candidate, ancestor))
                return true;
        }

        return false;
    }

    /// <summary>
    /// How generated code names a type: from the global namespace, or from that of the alias under which its assembly is referenced.
    /// </summary>
    public static string NameIn(this ITypeSymbol type, Compilation compilation)
    {
        string name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return type.AliasIn(compilation) is { } alias && name.StartsWith("global::", StringComparison.Ordinal)
            ? alias + name.Substring("global".Length) : name;
    }

    /// <summary>The alias under which alone the assembly of a type can be reached; null where it is in the global namespace.</summary>
    public static string? AliasIn(this ITypeSymbol type, Compilation compilation) =>
        type.ContainingAssembly is { } assembly
            && compilation.GetMetadataReference(assembly)?.Properties.Aliases is { IsEmpty: false } aliases && !aliases.Contains("global")
            ? aliases[0]
            : null;

    public static bool HasTorchSharp(this Compilation compilation) => compilation.GetTypeByMetadataName(TorchSharpLoss) is not null;

    /// <summary>Equal but for the case of the first letter: a parameter and the property that feeds it.</summary>
    public static bool NamesMatch(string a, string b) =>
        a.Length == b.Length && a.Length > 0
        && char.ToUpperInvariant(a[0]) == char.ToUpperInvariant(b[0])
        && string.CompareOrdinal(a, 1, b, 1, a.Length - 1) == 0;

    /// <summary>The property's spelling of a name; an unfinished declaration may have an empty one.</summary>
    public static string Pascal(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>The parameter's spelling of a name.</summary>
    public static string Camel(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name.Substring(1);
}
