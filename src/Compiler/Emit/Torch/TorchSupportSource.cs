using System.Reflection;
using System.Text.RegularExpressions;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>The files that every project with TorchSharp gets once: embedded as they stand in Emit/Torch/Support.</summary>
internal static class TorchSupportSource
{
    public static IEnumerable<(string Name, string Text)> Files()
    {
        Assembly assembly = typeof(TorchSupportSource).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".cs", StringComparison.Ordinal)).OrderBy(n => n, StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            string[] parts = name.Split('.');
            yield return (parts[parts.Length - 2], Plain(reader.ReadToEnd().Replace("\r", "")));
        }
    }

    // Ordinary comments: the compiler writes the documentation even of internal types into the XML file of the user's own assembly.
    private static string Plain(string text) => DocumentationComment.Replace(text, "//");

    private static readonly Regex DocumentationComment = new("(?<=^ *)///", RegexOptions.Multiline | RegexOptions.CultureInvariant);
}
