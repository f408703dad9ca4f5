using System.Globalization;

namespace LossGen.Runtime.Tests;

/// <summary>Comparisons of arrays that name the first difference.</summary>
internal static class Numbers
{
    public static void Close(double[] expected, double[] found, double tolerance, string what = "")
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - found[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))))
                Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"{what} [{i}]: expected {expected[i]:R}, found {found[i]:R}, tolerance {tolerance:R}"));
        }
    }

    public static void Close(double expected, double found, double tolerance, string what = "") =>
        Close([expected], [found], tolerance, what);

    public static double Largest(double[] numbers) => numbers.Length == 0 ? 0 : numbers.Max(Math.Abs);
}
