namespace LossGen.Golden;

/// <summary>Where the cases are: the folder that the environment variable names, else the one beside the tests.</summary>
internal static class CaseFiles
{
    public const string FolderVariable = "LOSSGEN_GOLDEN";

    private static readonly Lazy<IReadOnlyList<Case>> Loaded = new(Load);

    public static string OwnFolder => Path.Combine(AppContext.BaseDirectory, "Cases");

    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : OwnFolder;

    public static bool IsOwnFolder => Folder == OwnFolder;

    /// <summary>All cases, the finite ones and the others.</summary>
    public static IReadOnlyList<Case> All => Loaded.Value;

    /// <summary>Cases whose value the peer knows.</summary>
    public static IEnumerable<Case> Finite => All.Where(c => c.Status is null);

    /// <summary>Cases in which the peer fails.</summary>
    public static IEnumerable<Case> Nonfinite => All.Where(c => c.Status is not null);

    private static List<Case> Load()
    {
        string[] files = Directory.GetFiles(Folder, "*.jsonl");
        if (files.Length == 0)
            throw new FileNotFoundException($"The folder {Folder} has no *.jsonl file; {FolderVariable} names a folder of golden cases.");
        return [.. files.Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0).Select(Case.Parse)];
    }
}
