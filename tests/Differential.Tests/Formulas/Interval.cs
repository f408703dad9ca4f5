namespace LossGen.Differential.Formulas;

/// <summary>Bounds of what an expression can be. Random formulas are kept in their domains by them.</summary>
internal readonly record struct Interval(double Low, double High)
{
    public double Magnitude => Math.Max(Math.Abs(Low), Math.Abs(High));

    public static Interval operator +(Interval a, Interval b) => new(a.Low + b.Low, a.High + b.High);

    public static Interval operator -(Interval a) => new(-a.High, -a.Low);

    public static Interval operator -(Interval a, Interval b) => a + -b;

    public static Interval operator *(Interval a, Interval b)
    {
        double[] products = [Product(a.Low, b.Low), Product(a.Low, b.High), Product(a.High, b.Low), Product(a.High, b.High)];
        return new(products.Min(), products.Max());
    }

    // A bound that is infinite times one that is 0: the numbers themselves are finite.
    private static double Product(double a, double b) => a == 0 || b == 0 ? 0 : a * b;

    public static Interval Point(double number) => new(number, number);

    public Interval Union(Interval other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    public bool Excludes(double number, double distance) => Low >= number + distance || High <= number - distance;

    /// <summary>The image under a function that grows.</summary>
    public Interval Map(Func<double, double> growing) => new(growing(Low), growing(High));

    public Interval Abs() => Low >= 0 ? this : High <= 0 ? -this : new(0, Magnitude);
}
