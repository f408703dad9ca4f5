namespace LossGen.Compiler.Emit;

/// <summary>What stands above the code of a generated file: warnings are those of the person's own text.</summary>
internal static class GeneratedContext
{
    /// <summary>
    /// Nullable annotations without warnings. A file that is generated has none anyway, but where the project asks for them the C# compiler
    /// follows every null through it all the same, a quarter of its time, before it drops what it found.
    /// </summary>
    public const string Nullability = "#nullable enable annotations\n#nullable disable warnings\n";

    public const string Warnings = "#pragma warning disable\n";

    public static void Write(CodeWriter writer)
    {
        foreach (string line in (Nullability + Warnings).Split('\n'))
            writer.Line(line);
    }
}
