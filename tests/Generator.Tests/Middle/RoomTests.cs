using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Middle;

/// <summary>
/// The rooms of the compiler, lowest first: a file knows its own room and those below. A folder is a room, and its namespace says so.
/// </summary>
public sealed partial class RoomTests
{
    private static readonly string[] Rooms =
        ["Support", "Text", "Model", "Graph", "Formula", "Differentiate", "Build", "Analyze", "Plan", "Schedule", "Program", "Emit", "Emit.Cpu", "Emit.Torch", "Emit.Gpu"];

    // What simplifies is part of the builder that makes each node.
    private static readonly Dictionary<string, string> Parts = new() { ["Simplify"] = "Graph" };

    private static string Root => Path.Combine(Repository.Root, "src", "Compiler");

    public static TheoryData<string> Files => new(Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^using (?:static )?LossGen\.Compiler\.([A-Za-z.]+?);|(?<![\w.])Compiler\.([A-Z]\w+)\.", RegexOptions.Multiline)]
    private static partial Regex Mention();

    [GeneratedRegex(@"^namespace LossGen\.Compiler(?:\.([A-Za-z.]+))?;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [Theory]
    [MemberData(nameof(Files))]
    public void NoFileKnowsAHigherRoom(string file)
    {
        string text = File.ReadAllText(Path.Combine(Root, file));
        string folder = (Path.GetDirectoryName(file) ?? "").Replace('\\', '/').Replace('/', '.');
        Match declared = Namespace().Match(text);
        Assert.True(declared.Success, "a file of src/Compiler has a namespace of LossGen.Compiler");
        Assert.Equal(Parts.GetValueOrDefault(folder, folder), declared.Groups[1].Value);

        // Beside the rooms stand the pipeline and what it gives, above all others.
        int own = folder.Length == 0 ? Rooms.Length : Array.IndexOf(Rooms, declared.Groups[1].Value);
        Assert.True(own >= 0, $"{folder} is not among the rooms");
        Assert.DoesNotContain("LossGen.Generator", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.CodeAnalysis", text, StringComparison.Ordinal);
        foreach (Match mention in Mention().Matches(text))
        {
            string room = mention.Groups[1].Success ? mention.Groups[1].Value : mention.Groups[2].Value;
            Assert.True(Array.IndexOf(Rooms, room) is var other && other >= 0 && other < own,
                $"{folder} uses {room}, which stands above it");
        }
    }
}
