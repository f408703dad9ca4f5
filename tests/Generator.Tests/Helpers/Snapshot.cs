using System.Runtime.CompilerServices;
using System.Text;

namespace LossGen.Generator.Tests.Helpers;

/// <summary>
/// Compares a text with a file beside the test, <c>Class.Method#Hint.g.verified.cs</c>. On a difference the text is written beside it as
/// <c>.received.cs</c>; to accept it, rename that file.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string actual, string hint, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        Compare(actual, Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.{method}#{hint}.g"), "cs");
    }

    /// <summary>Compares a text that is no generated file with <c>Class.Method.verified.txt</c>.</summary>
    public static void VerifyText(string actual, [CallerFilePath] string file = "", [CallerMemberName] string method = "") =>
        Compare(actual, Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.{method}"), "txt");

    private static void Compare(string actual, string stem, string extension)
    {
        string verified = $"{stem}.verified.{extension}", received = $"{stem}.received.{extension}";
        string text = actual.ReplaceLineEndings("\n");
        string? expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n") : null;
        if (text == expected)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        Assert.Fail($"{FirstDifference(expected ?? "", text)}\nexpected: {verified}\nreceived: {received}");
    }

    private static string FirstDifference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        int line = 0;
        while (line < left.Length && line < right.Length && left[line] == right[line])
            line++;
        return $"line {line + 1}\n  expected: {left.ElementAtOrDefault(line)}\n  received: {right.ElementAtOrDefault(line)}";
    }
}
