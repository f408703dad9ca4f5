using LossGen.Compiler.Model;

namespace LossGen.Compiler.Emit;

/// <summary>Prints a backend's part of a loss's class into its namespace and containing types.</summary>
internal static class LossClass
{
    /// <param name="writer">Where the file has come to.</param>
    /// <param name="model">What was declared.</param>
    /// <param name="bases">The base class or interface.</param>
    /// <param name="members">Writes the members.</param>
    /// <param name="summary">The documentation of the class, where this part has it.</param>
    public static void Write(CodeWriter writer, LossModel model, string bases, Action members, string? summary = null)
    {
        if (model.Namespace.Length > 0)
            writer.Open($"namespace {model.Namespace}");
        foreach (string container in model.Containers)
            writer.Open(container);
        if (summary is not null)
            writer.Line($"/// <summary>{summary}</summary>");
        writer.Open($"{(model.Modifiers.Length > 0 ? model.Modifiers + " " : "")}partial class {model.Name} : {bases}");
        members();
        writer.Close();
        foreach (string _ in model.Containers)
            writer.Close();
        if (model.Namespace.Length > 0)
            writer.Close();
    }
}
