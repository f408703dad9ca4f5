using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Middle;

/// <summary>
/// What it takes to add to the language, counted in the source files that say what is there: a list that a new function or activation has
/// to be entered in, too, is found here. CONTRIBUTING.md names the files.
/// </summary>
public sealed class AdditionTests
{
    [Fact]
    public void AnElementwiseFunctionStandsInSixFiles() => Assert.Equal(
        ["Op.cs", "Operations.cs", "prelude.cl", "IVector.cs", "Functions.cs", "VectorMath"],
        FilesWith(@"\bAtan\b|\bATAN\b"));

    [Fact]
    public void AnActivationStandsInFourFiles() => Assert.Equal(
        ["Activations.cs", "LossModel.cs", "Options.cs", "Activations.cs"],
        FilesWith(@"\bActivation\.Exp\b|\benum Activation\b"));

    // By their names, in the order of their paths. Comments, and the losses of the catalogue, which use what is there, do not count.
    private static string[] FilesWith(string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.Multiline);
        string root = Path.Combine(Repository.Root, "src");
        return
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetExtension(path) is ".cs" or ".cl")
                .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
                .Where(path => !path.Contains("/obj/") && !path.Contains("/bin/") && !path.Contains("/Catalogue/"))
                .Order(StringComparer.Ordinal)
                .Where(path => regex.IsMatch(Regex.Replace(File.ReadAllText(Path.Combine(root, path)), "//.*", "")))
                .Select(path => Path.GetFileName(path) is var name && name.StartsWith("VectorMath.", StringComparison.Ordinal)
                ? "VectorMath" : name),
        ];
    }
}
