using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>Names of generated files: one for each class, and the same whatever else changes.</summary>
internal static class HintNames
{
    public static string For(INamedTypeSymbol type)
    {
        string name = type.Name;
        bool needsHash = HasTwin(type);
        for (INamespaceOrTypeSymbol? outer = Outer(type); outer is not null; outer = Outer(outer))
        {
            name = $"{outer.Name}.{name}";
            needsHash |= HasTwin(outer);
        }
        var safe = new StringBuilder(name.Length);
        foreach (char c in name)
            safe.Append(char.IsLetterOrDigit(c) || c is '.' or '_' ? c : '-');
        return needsHash || safe.ToString() != name ? $"{safe}-{Hash(name)}" : name;
    }

    // File names are compared without regard to case: two classes that differ in case only need something else.
    private static bool HasTwin(INamespaceOrTypeSymbol symbol)
    {
        INamespaceOrTypeSymbol container = (INamespaceOrTypeSymbol?)symbol.ContainingType ?? symbol.ContainingNamespace;
        foreach (ISymbol other in container.GetMembers())
        {
            if (other is INamespaceOrTypeSymbol && other.Name != symbol.Name && string.Equals(other.Name, symbol.Name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static INamespaceOrTypeSymbol? Outer(INamespaceOrTypeSymbol symbol) =>
        symbol.ContainingType is { } type ? type
        : symbol.ContainingNamespace is { IsGlobalNamespace: false } space ? space
        : null;

    // FNV-1a: string.GetHashCode differs from process to process.
    private static string Hash(string name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
            hash = unchecked((hash ^ c) * 16777619);
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
