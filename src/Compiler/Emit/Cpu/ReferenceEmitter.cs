using LossGen.Compiler.Model;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>Prints the reference: the formulas called as they are written, in double. Step into it to debug a formula.</summary>
internal static class ReferenceEmitter
{
    public static void Emit(CodeWriter writer, LossModel model)
    {
        writer.Line("// The formulas as they are written, in double: what the kernels are tested against.");
        writer.Line("global::LossGen.Value global::LossGen.ILoss.Reference(global::LossGen.Reference.ReferenceContext c) =>");
        for (int k = 0; k < model.Terms.Count; k++)
        {
            TermModel term = model.Terms[k];
            string classes = term.OnlyClasses.Count == 0 ? "null" : "new int[] { " + string.Join(", ", term.OnlyClasses.Select(Literal.Of))
                + " }";
            string arguments = string.Concat(term.Arguments.Select(a => $", {CSharpWords.Escape(a.Parameter)}: {a.CSharp}"));
            string weights = term.WeightMaps.Count == 0 ? ""
                : ", " + string.Join(" * ", term.WeightMaps.Select(map =>
                $"c.{(model.Inputs[map].IsElement ? "ElementMap" : "PixelMap")}({map})")) + ", " + Literal.Of(term.NormalizeWeightMaps);
            string activation = term.Activation is { } own ? $"global::LossGen.Activation.{own}, " : weights.Length > 0 ? "c.Activation, "
                : "";
            string weight = term.WeightParameter is { } parameter ? ParameterEmitter.Weight(model, model.Parameters[parameter].Name)
                : Literal.Of(term.Weight);
            string end = k == model.Terms.Count - 1 ? ";" : "";
            writer.Line($"    {(k > 0 ? "+ " : "")}c.Term({weight}, {Literal.Of(term.IncludeBackground)}, {classes}, {activation}"
                + $"(x, y) => {term.FormulaMethod}(x, y{arguments}){weights}){end}");
        }
    }
}
