
namespace LossGen.Compiler.Model;

/// <summary>
/// The private members that are written into the class of a loss. Where the person has a member of such a name, or the class itself is
/// called so, the generated one gives way: it gets underscores.
/// </summary>
internal static class GeneratedNames
{
    public const string Definition = "s_definition";
    public const string IndexKernel = "IndexKernel";
    public const string DenseKernel = "DenseKernel";
    public const string IndexOperations = "IndexOperations";
    public const string DenseOperations = "DenseOperations";
    public const string IndexInstance = "s_indexOperations";
    public const string DenseInstance = "s_denseOperations";

    public const string GpuPrograms = "GpuPrograms";

    private static readonly string[] All = [Definition, IndexKernel, DenseKernel, IndexOperations, DenseOperations, IndexInstance,
        DenseInstance, GpuPrograms];

    /// <summary>Of the names that the person gave, those that a generated one may meet.</summary>
    public static IEnumerable<string> Met(IEnumerable<string> names) =>
        names.Where(name => All.Any(own => name.StartsWith(own, StringComparison.Ordinal))).Distinct().OrderBy(name => name,
        StringComparer.Ordinal);

    /// <summary>The name as this loss has it.</summary>
    public static string In(LossModel model, string name)
    {
        while (model.TakenNames.Contains(name))
            name += "_";
        return name;
    }
}
