using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LossGen.Generator.Tests.Helpers;
using LossGen.Kernels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests;

/// <summary>A compiled loss carries the number of the contract that it was compiled against, and runs with no other.</summary>
public sealed class AbiTests
{
    // The number, and the hash of what compiled losses call: a change makes one think of the number.
    private const int Known = 2;
    private const string KnownHash = "DCA1051EB3A19BA0";

    private static readonly string[] Contract = ["LossGen.Kernels.", "LossGen.ILoss.", "LossGen.LossDefinition.",
        "LossGen.Reference.ReferenceContext."];

    private const string Declaration = "[Loss(Activation.Softmax)] [Dice] public sealed partial class Declared;";

    private const string Number = "global::LossGen.Kernels.Abi.Version";

    [Fact]
    public void ALossOfThisVersionRuns() => Assert.InRange(Evaluate(Load($"{Abi.Version}")), 0, 1);

    [Theory]
    [InlineData(0)]
    [InlineData(Abi.Version + 1)]
    public void ALossOfAnotherVersionSaysThatItHasToBeRebuilt(int version)
    {
        ILoss loss = Load($"{version}");
        Action[] calls =
        [
            () => Evaluate(loss),
            () => loss.EvaluateWithGradient([0.0, 1], [0L], new LossShape(batch: 1, classes: 2, pixels: 1), new double[2]),
            () => loss.CreateStatistics(new LossShape(batch: 1, classes: 2, pixels: 1)),
            () => loss.CreateSoftMetrics(classes: 2),
        ];
        foreach (Action call in calls)
        {
            string message = Assert.Throws<InvalidOperationException>(call).Message;
            Assert.StartsWith($"Declared was compiled against version {version} of ", message);
            Assert.Matches($"; LossGen [0-9][^ ]*, which runs it, has version {Abi.Version}\\.", message);
            Assert.Matches("Rebuild the project that declares Declared with LossGen [0-9]", message);
        }
    }

    [Fact]
    public void AChangeOfTheContractIsThoughtAbout()
    {
        string[] lines =
        [
            .. Directory.GetFiles(Path.Combine(Repository.Root, "src/Runtime/PublicAPI"), "*.txt")
                .SelectMany(File.ReadAllLines)
                .Where(line => Contract.Any(name => line.Contains(name, StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..16];
        Assert.True(
            (Known, KnownHash) == (Abi.Version, hash),
            $"What compiled losses call has changed ({lines.Length} members, version {Abi.Version}). Does a loss that was compiled before still run, "
                + $"and compute the same? If so, KnownHash becomes {hash}; if not, Abi.Version goes up, too: see docs/decisions.md, \"Compiled losses "
                + "carry the number of their contract\".");
    }

    /// <summary>
    /// What is public in the contract's namespace is named by generated code, by the TorchSharp files, or by what these name.
    /// </summary>
    [Fact]
    public void OnlyWhatCompiledLossesNameIsPublic()
    {
        string text = string.Join('\n', new[] { "src/Compiler", "src/Torch" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        Type[] types = [.. typeof(Abi).Assembly.GetExportedTypes().Where(type => type.Namespace == typeof(Abi).Namespace)];
        var named = types.Where(type => Regex.IsMatch(text, $@"\b{Name(type)}\b")).ToHashSet();
        for (int before = 0; before < named.Count;)
        {
            before = named.Count;
            named.UnionWith(types.Except(named).Where(type => named.Any(user => Mentions(user, type))).ToArray());
        }

        Assert.Equal([], types.Except(named).Select(type => type.Name));
        Assert.Equal(["Abi", "CpuDriver", "ILossKernel"], new[] { typeof(Abi), typeof(CpuDriver), typeof(ILossKernel) }.Intersect(named)
            .Select(Name));
    }

    private static string Name(Type type) => type.Name.Split('`')[0];

    private static bool Mentions(Type user, Type type) =>
        user.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance)
            .Any(member => Regex.IsMatch(member.ToString()!, $@"\b{Name(type)}\b"));

    private static double Evaluate(ILoss loss) => loss.Evaluate([0.0, 1], [0L], new LossShape(batch: 1, classes: 2, pixels: 1));

    // As the compiler would have compiled the generated text against a library with that number.
    private static ILoss Load(string number)
    {
        Compilation output = GeneratorDriverHelper.Run(Declaration).Output;
        SyntaxTree tree = Assert.Single(output.SyntaxTrees, tree => tree.ToString().Contains(Number, StringComparison.Ordinal));
        string text = tree.ToString().Replace(Number, number, StringComparison.Ordinal);
        output = output.ReplaceSyntaxTree(tree, GeneratorDriverHelper.ParseFile(text, tree.FilePath));
        var image = new MemoryStream();
        Assert.True(output.Emit(image).Success);
        image.Position = 0;
        var context = new AssemblyLoadContext("Version" + number, isCollectible: true);
        return (ILoss)Activator.CreateInstance(context.LoadFromStream(image).GetType("Declared", throwOnError: true)!)!;
    }
}
