namespace LossGen.Differential.Checks;

/// <summary>Central differences of fourth order.</summary>
internal static class DifferenceQuotient
{
    /// <summary>
    /// Null if the derivative at 0 of a function is what was found, else the difference quotients. Near a kink only a small enough step tells, so
    /// steps are tried until one agrees.
    /// </summary>
    /// <param name="found">What was found.</param>
    /// <param name="function">The function.</param>
    /// <param name="scale">The size of what the function adds up: what differences round by.</param>
    /// <param name="tolerance">Relative to 1 and the quotient.</param>
    public static string? Disagrees(double found, Func<double, double> function, double scale, double tolerance)
    {
        var quotients = new List<double>();
        foreach (int exponent in new[] { -10, -13, -16, -20, -24 })
        {
            double h = Math.Pow(2, exponent);
            double quotient = ((8 * (function(h) - function(-h))) - (function(2 * h) - function(-2 * h))) / (12 * h);
            quotients.Add(quotient);
            double rounding = Math.Min(1e-14 * scale / h, 1e-3 * (1 + Math.Abs(quotient)));
            if (Math.Abs(found - quotient) <= (tolerance * (1 + Math.Abs(quotient))) + rounding)
                return null;
        }

        return quotients.TrueForAll(double.IsFinite) ? $"found {found:R}, difference quotients {string.Join(", ", quotients.Select(q => q.ToString("R")))}" : null;
    }
}
