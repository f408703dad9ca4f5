using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>Lines of the sources end at 140 columns, but for strings, which say a sentence in one place.</summary>
public sealed class LineLengthTests
{
    private const int Columns = 140;

    [Fact]
    public void LinesEndAt140Columns() => Assert.Empty(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/"))
            .SelectMany(path => File.ReadLines(Path.Combine(Repository.Root, path)).Select((line, number) => (path, number, line)))
            .Where(found => found.line.Length > Columns && !found.line.Contains('"'))
            .Select(found => $"{found.path}({found.number + 1})"));
}
