using LossGen.Kernels;
using LossGen.Simd;

namespace LossGen.Runtime.Tests;

/// <summary>The bounds that the documentation of the vector functions states, over the whole range and for every width.</summary>
public class VectorMathTests
{
    private const double FloatFloor = -87.68311, DoubleFloor = -708.742999, LeastNormal = -87.33654;

    public static TheoryData<string, double, double> Bounds => new()
    {
        // function, ulp in float, ulp in double
        { "Exp", 1, 1 },
        { "ExpNonPositive", 5.3, 1 },
        { "Log", 1, 1 },
        { "Log1p", 1.5, 1.5 },
        { "LogAtLeastOne", 1, 1 },
        { "Log1pOfUnit", 1.5, 1.5 },
        { "ReciprocalAtLeastOne", 0.51, 0.51 },
        { "Expm1", 2, 2.5 },
        { "Sigmoid", 5.3, 2.5 },
        { "Softplus", 5.3, 2 },
        { "Tanh", 2.5, 2.5 },
        { "Atan", 2, 2 },
        { "Erf", 2, 2 },
        { "Lgamma", 0.51, 4 },
        { "Digamma", 0.51, 4 },
        { "Trigamma", 0.51, 4 },
        { "Sinh", 2.5, 2.5 },
        { "Cosh", 1.5, 1.5 },
        { "LogCosh", 8, 8 },
    };

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Errors_are_within_the_stated_bound(string name, double floatBound, double doubleBound)
    {
        (IUnary function, Func<double, double, Exact> exact) = Functions[name];
        double[] floats = Samples.Floats(name), doubles = Samples.Doubles(name);
        Check(name, floats, Widths.Apply<V128<float>, float>(function, floats), x => exact(x, FloatFloor), 23, -149, float.MaxValue,
            floatBound);
        Check(name, doubles, Widths.Apply<V128<double>, double>(function, doubles), x => exact(x, DoubleFloor), 52, -1074, double.MaxValue,
            doubleBound);
    }

    [Theory]
    [InlineData("ExpNonPositive", 3)]
    [InlineData("Sigmoid", 3.5)]
    [InlineData("Softplus", 3.1)]
    public void Short_exponentials_are_better_where_they_matter(string name, double bound)
    {
        (IUnary function, Func<double, double, Exact> exact) = Functions[name];
        double[] x = [.. Samples.Floats(name).Select(sample => Math.Abs(sample) > 8 ? -0.5 : sample)];
        Check(name, x, Widths.Apply<V128<float>, float>(function, x), sample => exact(sample, FloatFloor), 23, -149, float.MaxValue, bound);
    }

    [Fact]
    public void Powers_are_within_the_stated_bound()
    {
        (double[] x, double[] y) = Samples.Pairs(isFloat: true);
        CheckPowers(x, y, Widths.Pow<V128<float>, float>(x, y), 23, -149, float.MaxValue, 3);
        (x, y) = Samples.Pairs(isFloat: false);
        CheckPowers(x, y, Widths.Pow<V128<double>, double>(x, y), 52, -1074, double.MaxValue, 16);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Every_width_gives_the_same_bits(string name, double floatBound, double doubleBound)
    {
        Assert.True(floatBound > 0 && doubleBound > 0);
        IUnary function = Functions[name].Function;
        double[] x = Samples.Floats(name), narrow = Widths.Apply<V128<float>, float>(function, x);
        Same(x, narrow, Widths.Apply<V256<float>, float>(function, x));
        if (name is not ("ExpNonPositive" or "ReciprocalAtLeastOne")) // below
            Same(x, narrow, Widths.Apply<V512<float>, float>(function, x));
        x = Samples.Doubles(name);
        Same(x, Widths.Apply<V128<double>, double>(function, x), Widths.Apply<V256<double>, double>(function, x), Widths.Apply<V512<double>,
            double>(function, x));
    }

    [Fact]
    public void The_exponential_of_512_bits_is_within_its_bounds()
    {
        IUnary function = default(Unary.ExpNonPositive);
        foreach ((double from, double bound) in new[] { (LeastNormal, 5.8), (-8, 3) })
        {
            double[] x = [.. Samples.Floats("ExpNonPositive").Select(sample => sample < from || !double.IsFinite(sample) ? -0.5 : sample)];
            Check("ExpNonPositive", x, Widths.Apply<V512<float>, float>(function, x), sample => Exact.Exp(sample), 23, -149, float.MaxValue,
                bound);
        }
    }

    [Fact]
    public void The_reciprocal_of_512_bits_is_within_its_bound()
    {
        const string Name = "ReciprocalAtLeastOne";
        (IUnary function, Func<double, double, Exact> exact) = Functions[Name];
        double[] x = Samples.Floats(Name);
        Check(Name, x, Widths.Apply<V512<float>, float>(function, x), sample => exact(sample, 0), 23, -149, float.MaxValue, 0.57);
        double[] ends = [1, double.NaN, .. Enumerable.Range(2, 14).Select(i => Math.Pow(2, i * 7))];
        Assert.Equal(ends.Select(sample => 1 / sample), Widths.Apply<V512<float>, float>(function, ends));
    }

    [Fact]
    public void The_exponential_of_512_bits_ends_at_zero()
    {
        double[] x = [.. Enumerable.Range(0, 1 << 12).Select(i => (double)(float)(LeastNormal - (i / 4096.0)))];
        double[] y = Widths.Apply<V512<float>, float>(default(Unary.ExpNonPositive), x);
        Assert.All(x.Zip(y), pair => Assert.InRange(pair.Second, 0, Math.Exp(pair.First) * 1.000001));
        Assert.All(x.Zip(y), pair => Assert.True(pair.First > -88.0297 || pair.Second == 0));
        double[] ends = [.. Enumerable.Repeat(0.0, 11), -0.0, -88.03, -1e30, double.NegativeInfinity, double.NaN];
        Assert.Equal([.. Enumerable.Repeat(1.0, 12), 0, 0, 0, double.NaN], Widths.Apply<V512<float>, float>(default(Unary.ExpNonPositive),
            ends));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Exponentials_side_by_side_have_the_bits_of_one(int place)
    {
        IUnary one = default(Unary.ExpNonPositive), four = new Unary.OneOfFourExpNonPositive(place);
        double[] x = Samples.Floats("ExpNonPositive");
        double[] alone = Widths.Apply<V128<float>, float>(one, x);
        Same(x, alone, Widths.Apply<V128<float>, float>(four, x), Widths.Apply<V256<float>, float>(four, x));
        Same(x, Widths.Apply<V512<float>, float>(one, x), Widths.Apply<V512<float>, float>(four, x));
        x = Samples.Doubles("ExpNonPositive");
        Same(x, Widths.Apply<V128<double>, double>(one, x), Widths.Apply<V256<double>, double>(four, x), Widths.Apply<V512<double>,
            double>(four, x));
    }

    [Fact]
    public void Powers_have_the_same_bits_in_every_width()
    {
        (double[] x, double[] y) = Samples.Pairs(isFloat: true);
        Same(x, Widths.Pow<V128<float>, float>(x, y), Widths.Pow<V256<float>, float>(x, y), Widths.Pow<V512<float>, float>(x, y));
        (x, y) = Samples.Pairs(isFloat: false);
        Same(x, Widths.Pow<V128<double>, double>(x, y), Widths.Pow<V256<double>, double>(x, y), Widths.Pow<V512<double>, double>(x, y));
    }

    private static readonly Dictionary<string, (IUnary Function, Func<double, double, Exact> Exact)> Functions = new()
    {
        ["Exp"] = (default(Unary.Exp), (x, _) => Exact.Exp(x)),
        ["ExpNonPositive"] = (default(Unary.ExpNonPositive), (x, floor) => x < floor ? 0 : Exact.Exp(x)),
        ["Log"] = (default(Unary.Log), (x, _) => Exact.Log(x)),
        ["Log1p"] = (default(Unary.Log1p), (x, _) => Math.Abs(x) < 1e-30 ? x : Exact.Log((Exact)1 + x)),
        ["Log1pOfUnit"] = (default(Unary.Log1pOfUnit), (x, _) => Math.Abs(x) < 1e-30 ? x : Exact.Log((Exact)1 + x)),
        ["LogAtLeastOne"] = (default(Unary.LogAtLeastOne), (x, _) => Exact.Log(x)),
        ["ReciprocalAtLeastOne"] = (default(Unary.ReciprocalAtLeastOne), (x, _) => (Exact)1 / x),
        ["Expm1"] = (default(Unary.Expm1), (x, _) => Math.Abs(x) < 1e-30 ? x : Exact.Expm1(x)),
        ["Sigmoid"] = (default(Unary.Sigmoid), (x, floor) => x < floor ? 0 : x > 80 ? 1 : x < -80 ? Exact.Exp(x) : Exact.Exp(x).Plain() / (Exact.Exp(x).Plain() + 1)),
        ["Softplus"] = (default(Unary.Softplus), (x, floor) => x < floor ? 0 : x < -80 ? Exact.Exp(x) : x > 80 ? x : Exact.Log(Exact.Exp(x).Plain() + 1)),
        ["Tanh"] = (default(Unary.Tanh), (x, _) => Math.Abs(x) < 1e-20 ? x : Math.Abs(x) > 80 ? Math.Sign(x) : Exact.Expm1(2 * x) / (Exact.Expm1(2 * x) + 2)),
        ["Atan"] = (default(Unary.Atan), (x, _) => Exact.Atan(x)),
        ["Erf"] = (default(Unary.Erf), (x, _) => ExactGamma.Erf(x)),
        ["Lgamma"] = (default(Unary.Lgamma), (x, _) => ExactGamma.Lgamma(x)),
        ["Digamma"] = (default(Unary.Digamma), (x, _) => ExactGamma.Digamma(x)),
        ["Trigamma"] = (default(Unary.Trigamma), (x, _) => ExactGamma.Trigamma(x)),
        ["Sinh"] = (default(Unary.Sinh), (x, _) => Math.Abs(x) < 1e-20 ? x
            : x > 80 ? Exact.Exp(x).Scaled(-1)
            : x < -80 ? -Exact.Exp(-x).Scaled(-1)
            : (Exact.Expm1(x) + (Exact.Expm1(x) / (Exact.Expm1(x) + 1))) * 0.5),
        ["Cosh"] = (default(Unary.Cosh), (x, _) => Math.Abs(x) > 80 ? Exact.Exp(Math.Abs(x)).Scaled(-1) : (Exact.Exp(x).Plain() + Exact.Exp(-x).Plain()) * 0.5),
        ["LogCosh"] = (default(Unary.LogCosh), (x, _) => LogCosh(x)),
    };

    // Three terms of the series near 0; elsewhere log(1 + 2 sinh(x / 2)^2).
    private static Exact LogCosh(double x)
    {
        if (Math.Abs(x) > 80)
            return Math.Abs(x) - Exact.Log(2);
        Exact square = (Exact)x * x, e = Exact.Expm1(x / 2), sinh = (e + (e / (e + 1))) * 0.5;
        return Math.Abs(x) < 1e-4 ? square * (square * (square * (1 / 45.0) - (1 / 12.0)) + 0.5) : Exact.Log((sinh * sinh * 2) + 1);
    }


    private static void Check(string name, double[] x, double[] found, Func<double, Exact> exact, int fraction, int least, double maximum,
        double bound)
    {
        double worst = 0, at = 0;
        for (int i = 0; i < x.Length; i++)
            Compare(exact(x[i]), found[i], fraction, least, maximum, x[i], ref worst, ref at);
        Assert.True(worst <= bound, $"{name}({at:R}) is {worst:F3} ulp off, stated are {bound}.");
    }

    private static void CheckPowers(double[] x, double[] y, double[] found, int fraction, int least, double maximum, double bound)
    {
        double worst = 0, at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Exact power = Exact.Log(x[i]) * y[i];
            if (Math.Abs(power.High) < 800)
                Compare(Exact.Exp(power), found[i], fraction, least, maximum, i, ref worst, ref at);
            else
                Assert.Equal(power.High > 0 ? double.PositiveInfinity : 0, found[i]);
        }

        Assert.True(worst <= bound, $"Pow({x[(int)at]:R}, {y[(int)at]:R}) is {worst:F3} ulp off, stated are {bound}.");
    }

    private static void Compare(Exact exact, double found, int fraction, int least, double maximum, double x, ref double worst,
        ref double at)
    {
        // The largest number, and half a unit above it, bound what becomes infinite.
        double error = double.IsInfinity(found)
            ? Math.ScaleB(Math.Abs(exact.High), exact.Exponent) >= maximum && Math.Sign(exact.High) == Math.Sign(found) ? 0
            : double.PositiveInfinity
            : exact.Distance(found, fraction, least);
        if (error > worst || double.IsNaN(error))
            (worst, at) = (double.IsNaN(error) ? double.PositiveInfinity : error, x);
    }

    private static void Same(double[] x, double[] a, params double[][] others)
    {
        foreach (double[] b in others)
        {
            for (int i = 0; i < x.Length; i++)
            {
                if (BitConverter.DoubleToInt64Bits(a[i]) != BitConverter.DoubleToInt64Bits(b[i])
                    && !(double.IsNaN(a[i]) && double.IsNaN(b[i])))
                    Assert.Fail($"At {x[i]:R}: {a[i]:R} and {b[i]:R}.");
            }
        }
    }
}
