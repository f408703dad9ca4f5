using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

public class ConventionTests
{
    [Fact]
    public void DefaultsComeFromTheOptionsOwnMetadata()
    {
        LossModel model = Model("[Loss(Activation.Softmax, Convention = Convention.Smp), Dice, Jaccard, CrossEntropy]");
        Assert.True(model.Options.CountIgnored);
        Assert.False(model.Options.PerImage);
        Assert.Equal(0, Number(model, 0, "smooth"));
        Assert.Equal(2e-7, Number(model, 0, "epsilon"));
        Assert.Equal(1e-7, Number(model, 1, "epsilon"));
        Assert.Equal((double)EmptyClasses.Zero, Number(model, 0, "emptyClasses"));
    }

    [Fact]
    public void WhatIsStatedWins()
    {
        LossModel model = Model("[Dice(Smooth = 2, SoftLabel = false), Loss(Activation.Sigmoid, Convention = Convention.Smp, CountIgnored = false)]");
        Assert.False(model.Options.CountIgnored);
        Assert.Equal(Model("[Loss(Activation.Sigmoid), Dice(Smooth = 2, Epsilon = 2e-7, EmptyClasses = EmptyClasses.Zero, NormalizeClassWeights = true)]"), model);
    }

    [Fact]
    public void APropertyOfTheLossWins() => Assert.Equal(
        ArgumentKind.Property,
        GeneratorDriverHelper.Run("using LossGen; [Loss(Activation.Softmax, Convention = Convention.Smp), Dice] public sealed partial class L { public double Smooth { get; set; } }")
            .AssertClean().Model.Terms[0].Arguments.Single(argument => argument.Parameter == "smooth").Kind);

    [Fact]
    public void TermsOfOnesOwnHaveThemToo()
    {
        const string Term = """
            using LossGen;
            using static LossGen.Functions;
            public sealed partial class MyAttribute : LossTermAttribute
            {
                [ConventionDefault(Convention.Monai, 3.0)]
                public double Scale { get; init; } = 1;
                public static Value Formula(Prediction x, Target y, double scale) => scale * Sum(x.Probability * y);
            }
            [Loss(Convention = Convention.Monai), My] public sealed partial class L;
            """;
        Assert.Equal(3, GeneratorDriverHelper.Run(Term).AssertClean().Model.Terms[0].Arguments[0].Number);
        Assert.Equal(1, GeneratorDriverHelper.Run(Term.Replace("[Loss(Convention = Convention.Monai)",
            "[Loss(Convention = Convention.Smp)")).AssertClean().Model.Terms[0].Arguments[0].Number);
    }

    private static LossModel Model(string attributes) =>
        GeneratorDriverHelper.Run($"using LossGen; {attributes} public sealed partial class L;").AssertClean().Model;

    private static double Number(LossModel model, int term, string parameter) =>
        model.Terms[term].Arguments.Single(argument => argument.Parameter == parameter).Number;
}
