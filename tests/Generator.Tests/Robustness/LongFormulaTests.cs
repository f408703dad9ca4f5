using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

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

    /// <summary>Up to 120 levels the stages run on the thread that asks: the most that each chain has there.</summary>
    [Theory]
    [InlineData("Pow(Square(v) + 1, 1.5) / 2", 23)]
    [InlineData("Max(v, Square(v))", 39)]
    [InlineData("Log(1 + Square(v))", 29)]
    [InlineData("Square(Mean(v)) + v", 29)]
    [InlineData("Where(v < y, Exp(v), v * v)", 29)]
    public void ChainsThatNeedNoStackOfTheirOwn(string step, int length)
    {
        var body = new StringBuilder("Value v0 = x.LogProbability;\n");
        for (int i = 1; i <= length; i++)
            body.Append($"Value v{i} = {step.Replace("v", $"v{i - 1}", StringComparison.Ordinal)};\n");
        string source = $$"""
            [Loss(Activation.Softmax)] public partial class L
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
            GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(GeneratorDriverHelper.Compile(source, torchSharp: true));
            Assert.DoesNotContain(driver.GetRunResult().Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        });
    }

    [Theory]
    [InlineData("Square(v) + 0.5 * v")]
    [InlineData("v * (1 + v) / 2")]
    [InlineData("Pow(v, 3) - v * y")]
    [InlineData("Pow(Square(v) + 1, 1.5) / 2")]
    public void FiveHundredNestedOperationsTakeNoTime(string step)
    {
        // 125 steps of four operations or more, each of which uses the one before more than once.
        var body = new StringBuilder("Value v0 = x.Probability;\n");
        for (int i = 1; i <= 125; i++)
            body.Append($"Value v{i} = {step.Replace("v", $"v{i - 1}", StringComparison.Ordinal)};\n");
        string source = $$"""
            [Loss(Activation.Sigmoid)] public partial class L
            {
                static Value Formula(Prediction x, Target y)
                {
                    {{body}}
                    return v125;
                }
            }
            """;
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source);
        TimeSpan fastest = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < 20 && fastest > TimeSpan.FromSeconds(0.5); attempt++) // a process that is cold, a machine that is busy
        {
            var watch = Stopwatch.StartNew();
            GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(compilation);
            if (watch.Elapsed < fastest)
                fastest = watch.Elapsed;
            Assert.Empty(driver.GetRunResult().Diagnostics);
        }

        Assert.True(fastest < TimeSpan.FromSeconds(1), $"{fastest.TotalSeconds:0.00} s");
    }

    public static TheoryData<string, string> Nested
    {
        get
        {
            var nested = new TheoryData<string, string>();
            foreach (string step in (string[])["Square(#)", "Twice(#)", "Square(#) / 2", "Pow(#, 2)", "Pow(#, 3)", "Square(1 - #)",
                "Square(#) + #", "Max(#, Square(#))", "Log(1 + Square(#))", "Square(Mean(#))"])
            {
                foreach (string result in (string[])["#", "Sum(#)", "1 - Sum(# * y) / Sum(# + y)", "SumOverClasses(y * #)", "Mean(#) * #"])
                    nested.Add(step, result);
            }

            return nested;
        }
    }

    /// <summary>A function of a function of a function, without locals: what a step uses twice is still there once.</summary>
    [Theory]
    [MemberData(nameof(Nested))]
    public void FortyNestedCallsTakeNoTime(string step, string result)
    {
        string text = "x.Probability";
        bool isText = step.Count(c => c == '#') == 1;
        var body = new StringBuilder();
        for (int i = 1; i <= 40; i++)
        {
            // Written out where that does not double the text itself.
            if (!isText)
                body.Append($"Value v{i} = {step.Replace("#", i == 1 ? "x.Probability" : $"v{i - 1}", StringComparison.Ordinal)};\n");
            text = isText ? step.Replace("#", text, StringComparison.Ordinal) : $"v{i}";
        }

        string source = $$"""
            [Loss(Activation.Sigmoid)] public partial class L
            {
                static Value Formula(Prediction x, Target y)
                {
                    {{body}}
                    return {{result.Replace("#", text, StringComparison.Ordinal)}};
                }

                static Value Twice(Value a) => a * a;
            }
            """;
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source, torchSharp: true);
        var watch = Stopwatch.StartNew();
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGenerators(compilation);
        Assert.DoesNotContain(driver.GetRunResult().Diagnostics, diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        // With a doubling at each step it would be hours.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed.TotalSeconds:0.00} s");
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
