using LossGen.Compiler.Emit;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Terms;

/// <summary>Writes the compiled formula onto a term attribute, and the rules of its options, for losses of other assemblies.</summary>
internal static class CompiledFormulaEmitter
{
    public static string Emit(TypeHeader header, string? formula, string? options)
    {
        string attributes = string.Join("\n", new[] { Write("CompiledFormula", formula), Write("CompiledOptions", options) }.Where(text =>
            text.Length > 0));
        return PartialType.Write(header.Namespace, header.Containers, $"{attributes}\n{header.Modifiers} partial class {header.Name};");
    }

    private static string Write(string attribute, string? text) =>
        text is null ? "" : $"[global::LossGen.{attribute}(\n    {string.Join(" +\n    ", SplitForms(text).Select(form => SymbolDisplay.FormatLiteral(form, quote: true)))})]";

    /// <summary>The version and the forms, each with the space behind it: one a line is readable.</summary>
    private static IEnumerable<string> SplitForms(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0 && text[i] == ' ')
            {
                yield return text.Substring(start, i + 1 - start);
                start = i + 1;
            }
        }
        yield return text.Substring(start);
    }
}
