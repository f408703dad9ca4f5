namespace LossGen.Reference;

/// <summary>Functions of a number to full precision where the obvious expressions cancel or overflow.</summary>
internal static class Accurate
{
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(u) ? x : Math.Log(u) * (x / (u - 1));
    }

    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1)
            return x;
        return u - 1 == -1 || double.IsPositiveInfinity(u) ? u - 1 : (u - 1) * (x / Math.Log(u));
    }

    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return (x >= 0 ? 1 : e) / (1 + e);
    }

    public static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    public static double LogCosh(double x)
    {
        double sinh = Math.Sinh(x / 2);
        return double.IsInfinity(sinh * sinh) ? Math.Abs(x) - Math.Log(2) : Log1p(2 * sinh * sinh);
    }

    public static double Sign(double x) => x > 0 ? 1 : x < 0 ? -1 : x;
}
