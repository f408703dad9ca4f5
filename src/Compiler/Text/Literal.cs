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
            text.Append(c is '"' or '\\' ? "\\" + c : c < ' ' ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)
                : c.ToString());
        return text.Append('"').ToString();
    }

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(int value) => value < 0 ? $"({value.ToString(CultureInfo.InvariantCulture)})"
        : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number that a double holds, of whatever size.</summary>
    public static string OfWhole(double value) => value is >= int.MinValue and <= int.MaxValue ? Of((int)value)
        : value < 0 ? $"({((long)value).ToString(CultureInfo.InvariantCulture)}L)" : ((long)value).ToString(CultureInfo.InvariantCulture)
        + "L";

    /// <summary>The shortest literal that reads back as the same double; -0 keeps its sign. Enclosed where it has one.</summary>
    public static string Of(double value) => HasSign(value) ? $"({Bare(value)})" : Bare(value);

    /// <summary>The same, not enclosed.</summary>
    public static string Bare(double value) => double.IsNaN(value) ? "double.NaN"
        : double.IsInfinity(value) ? value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity"
        : Numbers.Write(value) + "D";

    /// <summary>The literal of the number begins with a sign.</summary>
    public static bool HasSign(double value) => !double.IsInfinity(value) && (value < 0 || (value == 0 && 1 / value < 0));
}
