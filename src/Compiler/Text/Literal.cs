using System.Globalization;
using System.Text;

namespace LossGen.Compiler.Text;

/// <summary>Numbers as C# writes them. The only place that does.</summary>
internal static class Literal
{
    public static string Of(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
            text.Append(c is '"' or '\\' ? "\\" + c : c < ' ' ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture) : c.ToString());
        return text.Append('"').ToString();
    }

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(int value) => value < 0 ? $"({value.ToString(CultureInfo.InvariantCulture)})" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number that a double holds, of whatever size.</summary>
    public static string OfWhole(double value) => value is >= int.MinValue and <= int.MaxValue ? Of((int)value)
        : value < 0 ? $"({((long)value).ToString(CultureInfo.InvariantCulture)}L)" : ((long)value).ToString(CultureInfo.InvariantCulture) + "L";

    /// <summary>The shortest literal that reads back as the same double; -0 keeps its sign.</summary>
    public static string Of(double value)
    {
        if (double.IsNaN(value))
            return "double.NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        string text = Numbers.Write(value) + "D";
        return text[0] == '-' ? $"({text})" : text;
    }
}
