using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>What goes wrong behind the parser is a message about that loss, and the others are generated.</summary>
public class LaterStageTests
{
    private const string Term = """
        [CompiledFormula("lossgen/1 (return (Unheard (logit)))")]
        public class NewAttribute : LossTermAttribute { public static Value Formula(Prediction x, Target y) => x.Logit; }
        """;

    [Fact]
    public void FormulaOfALaterVersion()
    {
        GeneratorRun run = Markup.Verify(
            "[Loss, New] public partial class {|LG0040:A|}; [Loss(Activation.Softmax), Dice] public partial class B;",
            references: GeneratorDriverHelper.Build("Terms", Term));
        Assert.Contains("Unheard", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        Assert.Equal(["A.g.cs", "B.g.cs"], run.Sources.Keys);
    }
}
