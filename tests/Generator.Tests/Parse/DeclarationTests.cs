using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

public class DeclarationTests
{
    [Fact]
    public void CatalogueTerms()
    {
        LossModel model = GeneratorDriverHelper.Run(Samples.DiceCrossEntropy).AssertClean().Model;
        Assert.Equal(("DiceCrossEntropy", "public sealed", "", "DiceCrossEntropy"), (model.Name, model.Modifiers, model.Namespace,
            model.HintName));
        Assert.Equal(["Dice", "CrossEntropy"], model.Terms.Select(term => term.Name));
        Assert.Equal([1, 0.5], model.Terms.Select(term => term.Weight));
        Assert.All(model.Terms, term => Assert.StartsWith("lossgen/1 (param ", term.Formula, StringComparison.Ordinal));
        Assert.Equal("global::LossGen.DiceAttribute.Formula", model.Terms[0].FormulaMethod);
        Assert.Equal("1E-05D", Argument(model.Terms[0], "smooth").CSharp);
        Assert.Equal("(global::LossGen.EmptyClasses)0", Argument(model.Terms[0], "emptyClasses").CSharp);
        Assert.Equal("x.PerClass(null)", Argument(model.Terms[0], "classWeights").CSharp);
        Assert.Equal((ArgumentKind.Option, "c.IndexTarget"), (Argument(model.Terms[1], "indexTarget").Kind,
            Argument(model.Terms[1], "indexTarget").CSharp));
        Assert.False(model.HasTorchSharp || model.IsBroken || model.HasConstructor);
    }

    [Fact]
    public void RunTimeProperty()
    {
        LossModel model = GeneratorDriverHelper.Run(Samples.FBetaFocal).AssertClean().Model;
        Assert.Equal(["Beta"], model.Parameters.Select(parameter => parameter.Name));
        ArgumentModel beta = Argument(model.Terms[0], "beta");
        Assert.Equal((ArgumentKind.Property, 0, "this.Beta"), (beta.Kind, beta.Index, beta.CSharp));
        Assert.Equal((4, 255), (model.Options.Classes, model.Options.IgnoreIndex));
    }

    [Fact]
    public void FormulaInPlace()
    {
        TermModel term = Assert.Single(GeneratorDriverHelper.Run(Samples.LogCoshDice).AssertClean().Model.Terms);
        Assert.Equal("Formula", term.FormulaMethod);
        Assert.Equal(
            "lossgen/1 (param smooth scalar 1) (let tp (Sum (mul (probability) (target)))) (let p (Sum (probability))) (let t (Sum (target))) "
            + "(return (MeanOverClasses (Log (Cosh (sub 1 (div (add (mul 2 tp) smooth) (add (add p t) smooth)))))))",
            term.Formula);
    }

    [Fact]
    public void TermOfTheSameCompilation()
    {
        GeneratorRun run = GeneratorDriverHelper.Run(Samples.FocalTversky + Samples.Mine).AssertClean();
        TermModel term = run.Model.Terms[0];
        Assert.Equal(["0.3D", "0.7D", "0.5D"], term.Arguments.Select(argument => argument.CSharp));
        Assert.Contains("(param alpha scalar 0.3) ", run.Sources["FocalTverskyAttribute.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void TermOfAnotherAssembly()
    {
        TermModel here = GeneratorDriverHelper.Run(Samples.FocalTversky + Samples.Mine).Model.Terms[0];
        GeneratorRun run = GeneratorDriverHelper.Run(Samples.Mine, false, GeneratorDriverHelper.Build("Terms", Samples.FocalTversky))
            .AssertClean();
        Assert.Equal(here, run.Model.Terms[0]);
    }

    [Fact]
    public void ContainersOptionsAndLists()
    {
        LossModel model = GeneratorDriverHelper.Run(Samples.Nested).AssertClean().Model;
        Assert.Equal("Company.Losses", model.Namespace);
        Assert.Equal(["partial struct Outer", "partial interface IMiddle"], model.Containers);
        Assert.Equal("internal sealed", model.Modifiers);
        Assert.Equal("Company.Losses.Outer+IMiddle+Inner", model.HintName);
        Assert.Equal(
            "LossOptions { Activation = None, Classes = 0, IgnoreIndex = , PerImage = True, CountIgnored = False, Reduction = None, Target = Dense, "
            + "TargetClassAxis = Second, DropLastTargetChannel = True, Resize = None, StatesActivation = True, OtherIgnoreIndices = [], Dimensions = 2, "
            + "Pairs = None, IgnoredRowLabel = , ComparesColumns = False }",
            model.Options.ToString());
        Assert.Equal([0, 2], model.Terms[0].OnlyClasses);
        Assert.False(model.Terms[0].IncludeBackground);
        Assert.Equal("x.PerClass(new double[] { 1D, 2.5D, (-0D) })", Argument(model.Terms[0], "classWeights").CSharp);
        Assert.Equal("lossgen/1 (let v_1 (Square (sub (logit) (target)))) (return (mul 0.5 v_1))", model.Terms[1].Formula);
    }

    [Fact]
    public void TorchSharpIsSeen() => Assert.True(GeneratorDriverHelper.Run(Samples.DiceCrossEntropy, torchSharp: true).AssertClean()
        .Model.HasTorchSharp);

    private static ArgumentModel Argument(TermModel term, string name) => term.Arguments.Single(argument => argument.Parameter == name);
}
