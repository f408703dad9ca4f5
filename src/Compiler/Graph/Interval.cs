namespace LossGen.Compiler.Graph;

/// <summary>The numbers that a value can have, bounds included: what float makes of a probability can be 0 and 1.</summary>
internal readonly record struct Interval(double Low, double High)
{
    public static readonly Interval All = new(double.NegativeInfinity, double.PositiveInfinity);
    public static readonly Interval Unit = new(0, 1);
    public static readonly Interval NonNegative = new(0, double.PositiveInfinity);

    /// <summary>The smallest absolute value.</summary>
    public double Least => Low > 0 ? Low : High < 0 ? -High : 0;

    public static Interval Of(double number) => new(number, number);

    public Interval Or(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    /// <summary>What is in both; this one where nothing is.</summary>
    public Interval And(double low, double high)
    {
        (low, high) = (Math.Max(Low, low), Math.Min(High, high));
        return low <= high ? new(low, high) : this;
    }

    public static Interval operator +(Interval a, Interval b) => Make(a.Low + b.Low, a.High + b.High);

    public static Interval operator *(Interval a, Interval b)
    {
        double[] corners = [Product(a.Low, b.Low), Product(a.Low, b.High), Product(a.High, b.Low), Product(a.High, b.High)];
        return new(corners.Min(), corners.Max());
    }

    public static Interval operator /(Interval a, Interval b)
    {
        if (b.Low > 0 || b.High < 0)
            return a * Make(1 / b.High, 1 / b.Low);
        if (b.Low < 0 && b.High > 0)
            return All;
        Interval quotient = a.Low >= 0 ? NonNegative : a.High <= 0 ? new(double.NegativeInfinity, 0) : All;
        return b.Low >= 0 ? quotient : quotient * Of(-1);
    }

    /// <summary>The range of a function that grows.</summary>
    public Interval Map(Func<double, double> growing, double least = double.NegativeInfinity) =>
        Make(Math.Max(growing(Low), least), Math.Max(growing(High), least));

    public Interval Square()
    {
        double greatest = Math.Max(Math.Abs(Low), Math.Abs(High));
        return new(Least * Least, greatest * greatest);
    }

    private static Interval Make(double low, double high) =>
        new(double.IsNaN(low) ? double.NegativeInfinity : low, double.IsNaN(high) ? double.PositiveInfinity : high);

    // A bound of infinity times a bound of 0: what is 0 stays 0.
    private static double Product(double a, double b) => a == 0 || b == 0 ? 0 : a * b;
}
