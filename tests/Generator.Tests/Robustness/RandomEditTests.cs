using System.Globalization;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit.Abstractions;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>
/// Valid declarations after random edits: the generator never fails, and what does not compile is told to the person about the own text.
/// <c>LOSSGEN_EDITS</c> says how many, <c>LOSSGEN_SEED</c> which.
/// </summary>
public class RandomEditTests(ITestOutputHelper output)
{
    private const int DefaultCount = 300;

    private const int MostEdits = 3;

    // Rather more of what formulas are made of than a random token of the sample itself.
    private static readonly string[] Strays = ["(", ")", "{", "}", ";", ",", "y", "x", "null", "0", "-1", "1e400", "return", "?", ":", "==",
        "Sum", "static", "new", "[", "]", "\"s\"", "await", "Formula", "Value"];

    [Fact]
    public void EditedDeclarationsFailInThePersonsOwnText()
    {
        int seed = Setting("LOSSGEN_SEED", 1), count = Setting("LOSSGEN_EDITS", DefaultCount), compiled = 0;
        string[] samples = [.. Samples.All.Values];
        for (int i = 0; i < count; i++)
        {
            var random = new Random(unchecked((seed * 486187739) + (i * 16777619)));
            string source = samples[random.Next(samples.Length)];
            int edits = random.Next(1, MostEdits + 1);
            for (int k = 0; k < edits; k++)
                source = Edit(source, random);
            compiled += Check(source, i) ? 1 : 0;
        }

        output.WriteLine($"seed {seed}, {count} edited declarations, of which {compiled} still compile");
        Assert.InRange(compiled, 1, count - 1);
    }

    private static string Edit(string source, Random random)
    {
        SyntaxToken[] tokens = [.. GeneratorDriverHelper.ParseFile(source, "").GetRoot().DescendantTokens()
            .Where(token => token.Span.Length > 0)];
        if (tokens.Length < 2)
            return source;
        SyntaxToken token = tokens[random.Next(tokens.Length)], other = tokens[random.Next(tokens.Length)];
        int start = token.SpanStart, length = token.Span.Length;
        return random.Next(7) switch
        {
            0 => source.Remove(start, length),
            1 => source[..start],
            2 => source.Insert(start, token.Text + " "),
            3 => source.Remove(start, length).Insert(start, other.Text),
            4 => source.Remove(start, length).Insert(start, Strays[random.Next(Strays.Length)]),
            5 => source.Insert(start, Strays[random.Next(Strays.Length)] + " "),
            _ => Swap(source, token, other),
        };
    }

    private static string Swap(string source, SyntaxToken one, SyntaxToken other)
    {
        (SyntaxToken first, SyntaxToken last) = one.SpanStart < other.SpanStart ? (one, other) : (other, one);
        if (first == last)
            return source;
        return source[..first.SpanStart] + last.Text + source[first.Span.End..last.SpanStart] + first.Text + source[last.Span.End..];
    }

    // True if the whole compiles.
    private static bool Check(string source, int index)
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile(source);
        GeneratorRunResult result = GeneratorDriverHelper.CreateDriver()
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation whole, out _).GetRunResult().Results.Single();
        Assert.True(result.Exception is null, $"edit {index}: {result.Exception}\n{source}");
        Assert.True(result.Diagnostics.All(diagnostic => diagnostic.Id != "LG0099"),
            $"edit {index}: {string.Join("\n", result.Diagnostics)}\n{source}");
        if (result.Diagnostics.Any(IsError) || compilation.GetDiagnostics().Any(IsError))
            return false;
        Diagnostic[] errors = [.. whole.GetDiagnostics().Where(IsError)];
        Assert.True(errors.Length == 0,
            $"edit {index} compiles without generated code, and with it not: {string.Join("\n", errors.Take(3))}\n{source}");
        return true;
    }

    private static bool IsError(Diagnostic diagnostic) => diagnostic.Severity == DiagnosticSeverity.Error;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number
            : otherwise;
}
