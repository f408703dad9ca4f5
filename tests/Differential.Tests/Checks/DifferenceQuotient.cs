namespace LossGen.Differential.Checks;

/// <summary>Central differences of fourth order, and where they say nothing.</summary>
internal static class DifferenceQuotient
{
    /// <summary>So near that in double it is a tie and no coincidence.</summary>
    private const double AtZero = 1.0 / (1 << 16);

    /// <summary>
    /// Null if the derivative at 0 of a function is what was found, else the difference quotients. Near a kink only a small enough step
    /// tells, so steps are tried until one agrees.
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

        if (IsBetweenSlopes(found, function, AtZero, tolerance))
            return null;
        return quotients.TrueForAll(double.IsFinite)
            ? $"found {found:R}, difference quotients {string.Join(", ", quotients.Select(q => q.ToString("R")))}" : null;
    }

    /// <summary>
    /// The function has a kink nearer to 0 than a quarter of the step, and what was found lies between the slopes of both sides: any number
    /// there is a derivative. Which of them is PyTorch's is tested where each function is.
    /// </summary>
    public static bool IsBetweenSlopes(double found, Func<double, double> function, double step, double tolerance)
    {
        double here = function(0);
        (double left, double right) = Sides(step);
        (double nearerLeft, double nearerRight) = Sides(step / 4);
        double gap = Math.Abs(right - left), nearerGap = Math.Abs(nearerRight - nearerLeft), slack = tolerance * (1 + Math.Abs(found));

        // Where the curve is smooth the slopes of both sides come together as the step does; at a jump they part.
        bool isKink = gap > slack && nearerGap > gap / 2 && nearerGap < gap * 2;

        // A side that is curved has its slope at 0 a third of the way further on.
        double leftmost = AtKink(left, nearerLeft), rightmost = AtKink(right, nearerRight);
        return isKink && found >= Math.Min(leftmost, rightmost) - slack && found <= Math.Max(leftmost, rightmost) + slack;

        static double AtKink(double slope, double nearer) => nearer + ((nearer - slope) / 3);

        (double Left, double Right) Sides(double h) => ((here - function(-h)) / h, (function(h) - here) / h);
    }
}
