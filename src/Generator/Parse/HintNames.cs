using System.Globalization;
using System.Text;
using LossGen.Compiler;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>
/// Names of generated files: one for each class, and the same whatever else changes. A namespace ends with a dot and a containing type with
/// a plus, so that different types have different names; a hash follows where two of them would differ in case only, where a character
/// cannot be in a file name, and where the name would look like that of another generated file.
/// </summary>
internal static class HintNames
{
    /// <summary>What stands before the names of the files that each project with TorchSharp gets once.</summary>
    public const string Support = "LossGen.Generated.";

    private const int LongestName = 120;

    public static string For(INamedTypeSymbol type)
    {
        string name = type.Name;
        bool needsHash = HasTwin(type);
        for (INamespaceOrTypeSymbol? outer = Outer(type); outer is not null; outer = Outer(outer))
        {
            name = $"{outer.Name}{(outer is INamedTypeSymbol ? "+" : ".")}{name}";
            needsHash |= HasTwin(outer);
        }
        var safe = new StringBuilder(name.Length);
        foreach (char c in name)
            safe.Append(char.IsLetterOrDigit(c) || c is '.' or '_' or '+' ? c : '-');
        needsHash |= safe.ToString() != name || name.Length > LongestName || Pipeline.Backends.Any(backend => backend.Suffix.Length > 0
            && name.EndsWith(backend.Suffix, StringComparison.OrdinalIgnoreCase))
            || name.StartsWith(Support, StringComparison.OrdinalIgnoreCase);
        return needsHash ? $"{safe.ToString(0, Math.Min(safe.Length, LongestName))}-{Hash(name)}" : name;
    }

    // File names are compared without regard to case: two classes that differ in case only need something else.
    private static bool HasTwin(INamespaceOrTypeSymbol symbol)
    {
        INamespaceOrTypeSymbol container = (INamespaceOrTypeSymbol?)symbol.ContainingType ?? symbol.ContainingNamespace;
        foreach (ISymbol other in container.GetMembers())
        {
            if (other is INamespaceOrTypeSymbol && other.Name != symbol.Name && string.Equals(other.Name, symbol.Name,
                StringComparison.OrdinalIgnoreCase))
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
