using System.Runtime.ExceptionServices;
using System.Text;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>A formula may be long; the stack of an editor's threads is one megabyte.</summary>
public class LongFormulaTests
{
    [Theory]
    [InlineData(20, "")]
    [InlineData(200, "")]
    [InlineData(400, "LG0013")]
    public void ChainOfLocals(int length, string expected)
    {
        var body = new StringBuilder("Value v0 = x.Logit;\n");
        for (int i = 1; i <= length; i++)
            body.Append($"Value v{i} = Tanh(v{i - 1} * y + {i});\n");
        string source = $$"""
            [Loss] public partial class L
            {
                static Value Formula(Prediction x, Target y)
                {
                    {{body}}
                    return v{{length}};
                }
            }
            """;
        OnSmallStack(() =>
        {
            GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(GeneratorDriverHelper.Compile(source));
            Assert.Equal(expected, string.Join(",", driver.GetRunResult().Diagnostics.Select(diagnostic => diagnostic.Id)));
        });
    }

    private static void OnSmallStack(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception error)
                {
                    failure = ExceptionDispatchInfo.Capture(error);
                }
            },
            maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}
