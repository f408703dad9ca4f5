using System.Text;
using LossGen.Generator.Parse;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Emit;

/// <summary>Writes the compiled formula onto a term attribute, for losses of other assemblies.</summary>
internal static class CompiledFormulaEmitter
{
    public static string Emit(TypeHeader header, string text)
    {
        string literal = SymbolDisplay.FormatLiteral(text, quote: true);
        return PartialType.Write(header.Namespace, header.Containers, $"""
            [global::LossGen.CompiledFormula({literal})]
            {header.Modifiers} partial class {header.Name};
            """);
    }
}
