using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Diagnostics;

/// <summary>What goes wrong behind the parser is a message about that loss, and the others are generated.</summary>
public class LaterStageTests
{
    private const string Term = """
        public partial class NewAttribute : LossTermAttribute { public int K { get; init; } public static Value Formula(Prediction x, Target y, int k) => Channel(x.Logit, k); }
        """;

    [Fact]
    public void OnlyTheLossAtFaultIsNotGenerated()
    {
        GeneratorRun run = Markup.Verify(
            "[Loss, {|LG0040:New|}(K = -1)] public partial class A; [Loss(Activation.Softmax), Dice] public partial class B;",
            references: GeneratorDriverHelper.Build("Terms", Term));
        Assert.Contains("Channel", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        Assert.Equal(["A.g.cs", "B.g.cs"], run.Sources.Keys);
    }
}
