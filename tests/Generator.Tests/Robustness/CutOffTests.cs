using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>An editor shows the generator every unfinished declaration.</summary>
public class CutOffTests
{
    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void CutOffAtEveryToken(string name)
    {
        foreach (SyntaxToken token in Tokens(Samples.All[name]))
            Verify(Samples.All[name][..token.SpanStart]);
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void EveryTokenLeftOut(string name)
    {
        foreach (SyntaxToken token in Tokens(Samples.All[name]))
            Verify(Samples.All[name].Remove(token.SpanStart, token.Span.Length));
    }

    [Fact]
    public void DuplicatedParts()
    {
        Verify("[Loss, Dice] public partial class L; [Loss, Dice] public partial class L;");
        Verify("[Loss, Dice] public partial class L; [Loss, Dice] public class L;");
        Verify("[Loss, Dice, Loss] public partial class L { [Loss, Dice] public partial class M; [Loss, Dice] partial class M; }");
        Verify($"{Samples.FocalTversky} {Samples.FocalTversky}");
    }

    [Fact]
    public void NamesThatDifferInCaseOnly()
    {
        GeneratorRun run = GeneratorDriverHelper.Run("""
            [Loss(Activation.Softmax), Dice] public partial class Segment;
            [Loss(Activation.Softmax), Dice] public partial class segment;
            namespace A { [Loss(Activation.Softmax), Dice] public partial class @class; }
            namespace a { [Loss(Activation.Softmax), Dice] public partial class @class; }
            namespace Ünï.コード { [Loss(Activation.Softmax), Dice] public partial class 損失; }
            """);
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Errors);
        Assert.Equal(5, run.Sources.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void NamesThatAreKeywords() => GeneratorDriverHelper.Run("""
        namespace @namespace
        {
            public partial class @event
            {
                [Loss]
                public partial class @class
                {
                    public double @double { get; set; }
                    static Value Formula(Prediction @in, Target @out, double @double = 1, bool @bool = true) => @bool ? @double * @in.Logit : @out;
                }
            }
        }
        """).AssertClean();

    private static IEnumerable<SyntaxToken> Tokens(string source) => GeneratorDriverHelper.ParseFile(source, "").GetRoot()
        .DescendantTokens();

    private static void Verify(string source)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source);
        GeneratorRunResult result = GeneratorDriverHelper.CreateDriver()
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _).GetRunResult().Results.Single();
        Assert.Null(result.Exception);
        Assert.DoesNotContain(result.Diagnostics, diagnostic => diagnostic.Id == "LG0099");

        // Either the person sees a message about the own text, or the whole compiles.
        bool isTold = result.Diagnostics.Any(IsError) || compilation.GetDiagnostics().Any(IsError);
        if (!isTold)
            Assert.DoesNotContain(output.GetDiagnostics(), IsError);
    }

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;
}
