using System.Reflection;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>Everything that can be reached from an object through its fields.</summary>
internal static class ObjectGraph
{
    /// <summary>The paths to objects that keep a compilation alive.</summary>
    public static IReadOnlyList<string> FindRoslyn(object root)
    {
        var found = new List<string>();
        Walk(root, root.GetType().Name, new HashSet<object>(ReferenceEqualityComparer.Instance), found);
        return found;
    }

    private static void Walk(object? node, string path, HashSet<object> seen, List<string> found)
    {
        if (node is null or string || node.GetType().IsPrimitive || node.GetType().IsEnum || !seen.Add(node))
            return;
        if (node is ISymbol or SyntaxNode or SyntaxTree or SemanticModel or Compilation or Location or IOperation or AttributeData or Diagnostic)
        {
            found.Add($"{path}: {node.GetType().Name}");
            return;
        }
        if (node is Array items)
        {
            foreach (object? item in items)
                Walk(item, path + "[]", seen, found);
            return;
        }
        for (Type? type = node.GetType(); type is not null; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                Walk(field.GetValue(node), $"{path}.{field.Name}", seen, found);
        }
    }
}
