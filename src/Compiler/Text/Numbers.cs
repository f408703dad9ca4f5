using System.Globalization;

namespace LossGen.Compiler.Text;

/// <summary>Constants of C# as the numbers of the formula text.</summary>
internal static class Numbers
{
    /// <summary>Whole numbers up to this are doubles; of larger ones only some.</summary>
    public const long LargestWhole = 1L << 53;

    /// <summary>
    /// The number that a constant stands for: of a numeric type, bool, or the number of an enumeration member. False for a whole number
    /// that no double may hold.
    /// </summary>
    public static bool TryRead(object? constant, out double number)
    {
        switch (constant)
        {
            case bool truth:
                number = truth ? 1 : 0;
                return true;
            case long whole when whole is > LargestWhole or < -LargestWhole:
            case ulong large when large > LargestWhole:
                number = 0;
                return false;
            case double or float or int or uint or long or ulong or short or ushort or byte or sbyte:
                number = Convert.ToDouble(constant, CultureInfo.InvariantCulture);
                return true;
            default:
                number = 0;
                return false;
        }
    }

    /// <summary>The shortest text that reads back as the same double.</summary>
    public static string Write(double number)
    {
        if (number == 0)
            return 1 / number < 0 ? "-0" : "0"; // .NET Framework drops the sign
        if (double.IsNaN(number))
            return "NaN";
        if (double.IsInfinity(number))
            return number > 0 ? "Infinity" : "-Infinity";
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture) == number
            ? text
            : number.ToString("G17", CultureInfo.InvariantCulture);
    }
}
