using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Parse;

/// <summary>
/// Two generated files never have the same name, also where case does not count: otherwise Roslyn switches the generator off for the whole
/// project.
/// </summary>
public class HintNameTests
{
    [Theory]
    [InlineData("[Loss(Activation.Softmax), Dice] public partial class A { [Loss(Activation.Softmax), Dice] public partial class Torch; }")]
    [InlineData("[Loss(Activation.Softmax), Dice] public partial class A { [Loss(Activation.Softmax), Dice] public partial class torch { [Loss(Activation.Softmax), Dice] public partial class Torch; } }")]
    [InlineData("[Loss(Activation.Softmax), Dice] public partial class A; namespace B { [Loss(Activation.Softmax), Dice] public partial class Torch; } [Loss(Activation.Softmax), Dice] public partial class B2;")]
    [InlineData("[Loss(Activation.Softmax), Dice] public partial class A; [Loss(Activation.Softmax), Dice] public partial class a; [Loss(Activation.Softmax), Dice] public partial class Torch;")]
    [InlineData("namespace N { [Loss(Activation.Softmax), Dice] public partial class X; } namespace n { [Loss(Activation.Softmax), Dice] public partial class X; [Loss(Activation.Softmax), Dice] public partial class x; }")]
    [InlineData("namespace N.M { [Loss(Activation.Softmax), Dice] public partial class X; } namespace N { public partial class m { [Loss(Activation.Softmax), Dice] public partial class X; } }")]
    [InlineData("namespace LossGen.Generated { [Loss(Activation.Softmax), Dice] public partial class LossFunction2; public partial class Own { [Loss(Activation.Softmax), Dice] public partial class TorchLoss; } }")]
    [InlineData("public partial class Ä { [Loss(Activation.Softmax), Dice] public partial class Ö; } public partial class ä { [Loss(Activation.Softmax), Dice] public partial class ö; }")]
    [InlineData("public partial class TermAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => y; } public partial class Term { [Loss(Activation.Softmax), Dice] public partial class Attribute; } public partial class termattribute { [Loss(Activation.Softmax), Dice] public partial class X; }")]
    public void NamesAreDifferent(string source)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source, torchSharp: true);
        GeneratorDriverRunResult run = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation,
            out Compilation whole, out _).GetRunResult();
        Assert.Null(run.Results.Single().Exception);
        Assert.DoesNotContain(whole.GetDiagnostics(), diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        string[] names = [.. run.Results.Single().GeneratedSources.Select(file => file.HintName)];
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.True(name.Length < 200, name));
    }

    // Code that does not compile yet must not switch the generator off either.
    [Fact]
    public void ATypeAndANamespaceOfOneName()
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(
            "namespace N { [Loss(Activation.Softmax), Dice] public partial class A { [Loss(Activation.Softmax), Dice] public partial class B; } } namespace N.A { [Loss(Activation.Softmax), Dice] public partial class B; [Loss(Activation.Softmax), Dice] public partial class Torch; }",
            torchSharp: true);
        Assert.Null(GeneratorDriverHelper.CreateDriver().RunGenerators(compilation).GetRunResult().Results.Single().Exception);
    }

    [Fact]
    public void LongNamesAreCut()
    {
        string longName = new('L', 300);
        GeneratorRun run = GeneratorDriverHelper.Run($"[Loss(Activation.Softmax), Dice] public partial class {longName}1; [Loss(Activation.Softmax), Dice] public partial class {longName}2;").AssertClean();
        Assert.Equal(2, run.Sources.Count);
        Assert.All(run.Sources.Keys, name => Assert.True(name.Length < 160, name));
    }
}
