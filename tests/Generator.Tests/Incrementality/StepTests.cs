using LossGen.Compiler;
using LossGen.Generator.Terms;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Incrementality;

/// <summary>
/// What an edit makes anew, and what it leaves. That a comment leaves everything is checked by every test that runs the generator.
/// </summary>
public class StepTests
{
    private static readonly string Source = string.Join("\n\n", Samples.DiceCrossEntropy, Samples.LogCoshDice, Samples.FocalTversky,
        Samples.Mine);

    [Theory]
    [InlineData("Cosh(1 - ", "Cosh(2 - ", "LogCoshDice")]
    [InlineData("double smooth = 1)", "double smooth = 2)", "LogCoshDice")]
    [InlineData("Weight = 0.5", "Weight = 0.25", "DiceCrossEntropy")]
    [InlineData("alpha * fp", "alpha * fp * 2", "FocalTverskyAttribute,Mine")]
    [InlineData("double Gamma { get; init; } = 0.75", "double Gamma { get; init; } = 0.8", "FocalTverskyAttribute")]
    [InlineData("double Beta { get; init; } = 0.7", "double Beta { get; init; } = 0.8", "FocalTverskyAttribute,Mine")]
    [InlineData("class Mine", "class Yours", "Yours")]
    [InlineData("Value tp = Sum(x.Probability * y)", "Value  tp = Sum( x.Probability*y )  ", "")]
    [InlineData("LabelSmoothing = 0.1", "LabelSmoothing = 0.10", "")]
    public void EditRegeneratesWhatItConcerns(string old, string replacement, string expected)
    {
        CSharpCompilation before = GeneratorDriverHelper.Compile(Source);
        CSharpCompilation after = GeneratorDriverHelper.Edit(before, old, replacement);
        Assert.NotEqual(before.SyntaxTrees[0].ToString(), after.SyntaxTrees[0].ToString());
        GeneratorRunResult second = RunTwice(before, after);
        Assert.Equal(
            expected.Split(',', StringSplitOptions.RemoveEmptyEntries),
            MadeAnew<EmittedLoss>(second, LossGenerator.EmitStep).Select(loss => loss.HintName)
                .Concat(MadeAnew<TermSource>(second, LossGenerator.TermSourceStep).Select(term => term.HintName)).Order());
    }

    [Fact]
    public void EditOfAnotherFileReusesTheOutput()
    {
        CSharpCompilation before = GeneratorDriverHelper.Compile("Consumer", [Source, "class Other { int F() => 1; }"]);
        GeneratorRunResult second = RunTwice(before, GeneratorDriverHelper.Edit(before, "=> 1;", "=> 2;"));
        Assert.All(
            second.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(step => step.Outputs),
            output => Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged,
                output.Reason.ToString()));
    }

    [Fact]
    public void EditOfAHelperInAnotherFileRegenerates()
    {
        const string Loss = "[Loss] public partial class L { static Value Formula(Prediction x, Target y) => H.F(y); }";
        CSharpCompilation before = GeneratorDriverHelper.Compile("Consumer",
            [Loss, "static class H { internal static Value F(Value v) => v + 1; }"]);
        GeneratorRunResult second = RunTwice(before, GeneratorDriverHelper.Edit(before, "v + 1", "v + 2"));
        Assert.Equal(["L"], MadeAnew<EmittedLoss>(second, LossGenerator.EmitStep).Select(loss => loss.HintName));
    }

    [Fact]
    public void AMovedErrorIsReportedAnewWhileTheSourceStays()
    {
        CSharpCompilation before = GeneratorDriverHelper.Compile("[Loss, Dice(Weight = -1)] public partial class L;");
        CSharpCompilation after = GeneratorDriverHelper.Edit(before, "[Loss", "\n\n[Loss");
        GeneratorRunResult second = RunTwice(before, after);
        Assert.Empty(MadeAnew<EmittedLoss>(second, LossGenerator.EmitStep));
        Assert.Equal(2, Assert.Single(second.Diagnostics).Location.GetLineSpan().StartLinePosition.Line);
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void WhatReachesTheOutputHoldsNothingOfRoslyn(string name)
    {
        GeneratorRun run = GeneratorDriverHelper.Run(Samples.All[name] + "\n[Loss, Dice(Weight = -1)] public partial class Broken;");
        object[] values =
        [
            .. run.Models,
            .. run.Values<object>(LossGenerator.EmitStep),
            .. run.Values<object>(LossGenerator.TermSourceStep),
            .. run.Values<object>(LossGenerator.SupportStep),
        ];
        Assert.True(values.Length > 2);
        Assert.All(values, value => Assert.Empty(ObjectGraph.FindRoslyn(value)));
    }

    [Fact]
    public void MessagesHoldNoSymbols()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("[Loss, FBeta] public partial class L { public decimal Beta { get; set; } }");
        Diagnostic diagnostic = Assert.Single(run.Diagnostics);
        Assert.DoesNotContain(ObjectGraph.FindRoslyn(new { Arguments = Arguments(diagnostic) }),
            path => path.Contains("Symbol", StringComparison.Ordinal));
    }

    private static object? Arguments(Diagnostic diagnostic) => diagnostic.GetType()
        .GetProperty("Arguments", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(diagnostic);

    private static GeneratorRunResult RunTwice(CSharpCompilation before, CSharpCompilation after) =>
        GeneratorDriverHelper.CreateDriver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();

    private static IEnumerable<T> MadeAnew<T>(GeneratorRunResult result, string step) => GeneratorRun.Steps(result, step)
        .SelectMany(run => run.Outputs)
        .Where(output => output.Reason is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified)
        .Select(output => (T)output.Value);
}
