using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

public class CompiledFormulaTests
{
    [Fact]
    public void FocalTversky() => Snapshot.Verify(GeneratorDriverHelper.Run(Samples.FocalTversky).AssertClean().Sources.Single().Value,
        "FocalTverskyAttribute");
}
