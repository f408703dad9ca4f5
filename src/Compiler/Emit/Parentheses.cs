using System.Text.RegularExpressions;

namespace LossGen.Compiler.Emit;

/// <summary>Which texts can stand as an operand as they are.</summary>
internal static class Parentheses
{
    private static readonly Regex NameOrNumber = new(@"^[A-Za-z0-9_.]+(E[-+]\d+D)?$", RegexOptions.CultureInvariant);

    /// <summary>The text, enclosed unless it is a name, a literal, or a chain of calls.</summary>
    public static string Around(string text) => IsAtom(text) ? text : "(" + text + ")";

    private static bool IsAtom(string text)
    {
        if (NameOrNumber.IsMatch(text))
            return true;
        int depth = 0;
        foreach (char c in text)
        {
            if (c is '(' or '[' or '{')
                depth++;
            else if (c is ')' or ']' or '}')
                depth--;
            else if (depth == 0 && c is ' ' or '!' or '~' or '-')
                return false;
        }

        return true;
    }
}
