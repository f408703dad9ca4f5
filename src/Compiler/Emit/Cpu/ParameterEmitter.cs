using LossGen.Compiler.Model;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Cpu;

/// <summary>
/// Prints how run-time parameters get from the properties of a loss into a call: single numbers first, then those with one a class.
/// </summary>
internal static class ParameterEmitter
{
    private const string Loss = "global::LossGen.ILoss";

    /// <summary>How many parameters there are, and what they are now.</summary>
    public static void Members(CodeWriter writer, LossModel model)
    {
        int single = model.Parameters.Count, perClass = model.ClassParameters.Count;
        if (single + perClass == 0)
            return;
        writer.Line($"int {Loss}.ParameterCount(int classes) => {Count(single, perClass)};");
        writer.Line();
        writer.Open($"void {Loss}.WriteParameters(global::System.Span<double> parameters, int classes)");
        for (int k = 0; k < single; k++)
            writer.Line($"parameters[{k}] = {(model.Terms.Any(term => term.WeightParameter == k) ? Weight(model, model.Parameters[k].Name) : Checked(model, model.Parameters[k].Name, model.Parameters[k].Range, "(double)"))};");
        for (int k = 0; k < perClass; k++)
        {
            string definition = GeneratedNames.In(model, GeneratedNames.Definition);
            (string property, int column, OptionRange? range) = model.ClassParameters[k];
            string name = Literal.Of(property.TrimStart('@')), values = Checked(model, property, range, "");
            if (column < 0)
                writer.Line($"{KernelEmitter.Kernels}.ClassParameters.Copy({values}, parameters.Slice({single} + ({k} * classes), classes), {name}, {definition});");
            else if (column == 0)
                writer.Line($"{KernelEmitter.Kernels}.ClassParameters.CopyMatrix({values}, parameters.Slice({single} + ({k} * classes), classes * classes), classes, {name}, {definition});");
        }

        writer.Close();
        writer.Line();
    }

    /// <summary>In the method that runs a call: the parameters, unless they came with it.</summary>
    public static void Pass(CodeWriter writer, LossModel model)
    {
        int single = model.Parameters.Count, perClass = model.ClassParameters.Count;
        if (single + perClass == 0)
            return;
        writer.Line("// A gradient that is taken later comes with the parameters as they were.");
        writer.Line(perClass == 0
            ? $"global::System.Span<double> parameters = stackalloc double[{single}];"
            : $"global::System.Span<double> parameters = {KernelEmitter.Kernels}.ClassParameters.Rent({Count(single, perClass).Replace("classes", "call.Shape.Classes")});");
        writer.Open("if (!call.HasParameters)");
        writer.Line($"(({Loss})this).WriteParameters(parameters, call.Shape.Classes);");
        writer.Line("call.SetParameters(parameters);");
        writer.Close();
    }

    /// <summary>The weight of a term that a property holds, checked.</summary>
    public static string Weight(LossModel model, string property) =>
        $"{KernelEmitter.Kernels}.TermWeight.Check((double)this.{property}, {Literal.Of(property.TrimStart('@'))}, {GeneratedNames.In(model, GeneratedNames.Definition)})";

    // What the property holds, in the range of the option that it feeds.
    private static string Checked(LossModel model, string property, OptionRange? range, string conversion) => range is null
        ? $"{conversion}this.{property}"
        : $"{KernelEmitter.Kernels}.OptionRanges.Check({conversion}this.{property}, {Literal.Of(property.TrimStart('@'))}, {GeneratedNames.In(model, GeneratedNames.Definition)}{range.Arguments})";

    private static string Count(int single, int perClass) =>
        perClass == 0 ? Literal.Of(single) : $"{Literal.Of(single)} + ({Literal.Of(perClass)} * classes)";
}
