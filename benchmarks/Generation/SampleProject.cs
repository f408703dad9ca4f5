using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Benchmarks.Generation;

/// <summary>A project in memory with fifty losses, ten a file, and a file without any.</summary>
internal static class SampleProject
{
    public const int LossCount = 50;
    private const int LossesAFile = 10;

    private const string Formula = """
        {
            private static Value Formula(Prediction x, Target y, double smooth = 1)
            {
                Value tp = Sum(x.Probability * y), p = Sum(x.Probability), t = Sum(y);
                return MeanOverClasses(Log(Cosh(1 - (2 * tp + smooth) / (p + t + smooth))));
            }
        }
        """;

    // Each declaration of the cycle differs in terms or options; the index makes the constants differ, too.
    private static readonly string[] Declarations =
    [
        "[Loss(Activation.Softmax)] [Dice(Smooth = 1e-5)] [CrossEntropy(Weight = 0.{0}1)]",
        "[Loss(Activation.Softmax, IgnoreIndex = 255)] [FBeta(Beta = 2, Smooth = 1e-5)] [Focal(Gamma = 2, Weight = 0.{0}1)]",
        "[Loss(Activation.Sigmoid)] [Tversky(Alpha = 0.{0}1, Beta = 0.7, Smooth = 1e-5)] [BinaryCrossEntropy]",
        "[Loss(Activation.Softmax, PerImage = true)] [Jaccard(IncludeBackground = false, Smooth = 1e-5)] [CrossEntropy(LabelSmoothing = 0.0{0}1)]",
        "[Loss(Activation.Sigmoid)] [Focal(Gamma = 1.{0}5, Alpha = 0.25)]",
    ];

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.Latest);

    public static CSharpCompilation Compile()
    {
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
            || name is "netstandard.dll" or "TorchSharp.dll" or "LossGen.Runtime.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));
        IEnumerable<SyntaxTree> files = Enumerable.Range(0, LossCount / LossesAFile)
            .Select(file => Parse($"Losses{file}", Losses(file)))
            .Append(Parse("Other", "namespace Sample; public class Other { public int Number => 1; }"));
        return CSharpCompilation.Create(
            "Sample", files, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The project after a line was added to a file.</summary>
    public static Compilation Edit(CSharpCompilation compilation, string file, string line) =>
        Replace(compilation, file, text => text + "\n" + line);

    /// <summary>The project after the first occurrence of a text was replaced.</summary>
    public static Compilation Restate(CSharpCompilation compilation, string file, string old, string replacement) =>
        Replace(compilation, file, text => text.IndexOf(old, StringComparison.Ordinal) is var at and >= 0
            ? text[..at] + replacement + text[(at + old.Length)..]
            : throw new ArgumentException($"'{old}' does not occur in {file}.", nameof(old)));

    private static Compilation Replace(CSharpCompilation compilation, string file, Func<string, string> edit)
    {
        SyntaxTree tree = compilation.SyntaxTrees.Single(candidate => candidate.FilePath == file + ".cs");
        return compilation.ReplaceSyntaxTree(tree, Parse(file, edit(tree.ToString())));
    }

    private static string Losses(int file)
    {
        var text = new StringBuilder("using LossGen;\nusing static LossGen.Functions;\nnamespace Sample;\n");
        for (int i = file * LossesAFile; i < (file + 1) * LossesAFile; i++)
        {
            string declaration = Declarations[i % Declarations.Length].Replace("{0}",
                (i % 9).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
            text.Append(declaration).Append($"\npublic sealed partial class Loss{i}\n").Append(i % 4 == 0 ? Formula : "{ }").Append('\n');
        }

        return text.ToString();
    }

    private static SyntaxTree Parse(string file, string text) => CSharpSyntaxTree.ParseText(text, ParseOptions, file + ".cs",
        Encoding.UTF8);
}
