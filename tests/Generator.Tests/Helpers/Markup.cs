using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>Source with the expected messages in it: <c>{|LG0030:-1|}</c> expects LG0030 at <c>-1</c>.</summary>
internal static partial class Markup
{
    /// <summary>Exactly the marked messages are reported, at exactly the marked text, and no error of the compiler beside them.</summary>
    public static GeneratorRun Verify(string markup, bool torchSharp = false, bool allowCompilerErrors = false,
        params MetadataReference[] references)
    {
        (string source, List<string> expected) = Read(markup);
        GeneratorRun run = GeneratorDriverHelper.Run(source, torchSharp, references);
        Assert.Equal(expected.Order(), run.Diagnostics.Select(Describe).Order());
        if (!allowCompilerErrors)
            Assert.Empty(run.Errors);
        Assert.All(run.Diagnostics, diagnostic => Assert.DoesNotMatch(@"\{\d", diagnostic.GetMessage()));
        return run;
    }

    private static (string Source, List<string> Expected) Read(string markup)
    {
        var expected = new List<string>();
        var source = new StringBuilder();
        int at = 0;
        foreach (Match mark in Mark().Matches(markup))
        {
            source.Append(markup, at, mark.Index - at);
            foreach (string id in mark.Groups["id"].Value.Split(','))
                expected.Add($"{id} {source.Length} '{mark.Groups["text"].Value}'");
            source.Append(mark.Groups["text"].Value);
            at = mark.Index + mark.Length;
        }
        return (source.Append(markup, at, markup.Length - at).ToString(), expected);
    }

    private static string Describe(Diagnostic diagnostic)
    {
        Location location = diagnostic.Location;
        return location.SourceTree is null
            ? $"{diagnostic.Id} without a place"
            : $"{diagnostic.Id} {location.SourceSpan.Start} '{location.SourceTree.GetText().ToString(location.SourceSpan)}'";
    }

    [GeneratedRegex(@"\{\|(?<id>[\w,]+):(?<text>.*?)\|\}", RegexOptions.Singleline)]
    private static partial Regex Mark();
}
