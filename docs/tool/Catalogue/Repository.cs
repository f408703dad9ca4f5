namespace LossGen.Pages.Catalogue;

/// <summary>Where the repository lies.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "LossGen.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"There is no LossGen.sln above {AppContext.BaseDirectory}.");
    }
}
