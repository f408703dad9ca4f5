namespace LossGen.Generator.Tests.Middle;

/// <summary>Compares derivatives with difference quotients.</summary>
internal static class Quotients
{
    /// <summary>
    /// The quotient of fourth order that is nearest to what was found, of several steps: near a kink only a small step tells.
    /// </summary>
    public static double Nearest(Func<double, double> value, double at, double found)
    {
        double nearest = double.NaN;
        foreach (int exponent in new[] { -10, -14, -18, -22 })
        {
            double h = Math.Pow(2, exponent);
            double quotient = ((8 * (value(at + h) - value(at - h))) - (value(at + (2 * h)) - value(at - (2 * h)))) / (12 * h);
            if (double.IsNaN(nearest) || Math.Abs(quotient - found) < Math.Abs(nearest - found))
                nearest = quotient;
        }

        return nearest;
    }

    public static void AssertClose(double expected, double found, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - found) <= tolerance * (1 + Math.Abs(expected)),
            $"{what}: found {found:R}, difference quotient {expected:R}");
}
