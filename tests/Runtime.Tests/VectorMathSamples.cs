namespace LossGen.Runtime.Tests;

/// <summary>
/// Arguments: every exponent with many fractions, and dense over the range where a function bends. The same on every run.
/// </summary>
internal static class Samples
{
    private const int Dense = 40000;

    public static double[] Floats(string function) => Create(function, x => (float)x, FloatExponents(), -104.5, 89.3, float.MaxValue);

    public static double[] Doubles(string function) => Create(function, x => x, DoubleExponents(), -746, 710.3, double.MaxValue);

    public static (double[] X, double[] Y) Pairs(bool isFloat)
    {
        var random = new Random(5);
        int count = 60000;
        double[] x = new double[count], y = new double[count];
        for (int i = 0; i < count; i++)
        {
            // Powers that a loss takes, then results over the whole range.
            double log = i % 3 == 0 ? -random.NextDouble() * 10 : (random.NextDouble() - 0.5) * (isFloat ? 170 : 1400)
                * Math.Pow(random.NextDouble(), 4);
            x[i] = Math.Exp(log);
            y[i] = i % 3 == 0 ? random.NextDouble() * 4 : (random.NextDouble() - 0.5) * 2 * (isFloat ? 100 : 740) / Math.Log(x[i]);
            if (isFloat)
                (x[i], y[i]) = ((float)x[i], (float)y[i]);
            if (x[i] == 1 || !double.IsFinite(y[i]))
                (x[i], y[i]) = (2, 0.5);
        }

        return (x, y);
    }

    private static double[] Create(string function, Func<double, double> round, IEnumerable<double> exponents, double low, double high,
        double maximum)
    {
        var list = new List<double>(exponents);
        for (int i = 0; i <= Dense; i++)
        {
            double t = i / (double)Dense;
            list.Add(low + ((high - low) * t));
            list.Add(-1 + (4 * t));
            list.Add(-0.01 + (0.02 * t));
        }

        bool inDomain(double x) => Math.Abs(x) <= maximum && function switch
        {
            "Log" => x > 0,
            "Log1p" => x > -1,
            "LogAtLeastOne" => x >= 1,
            "ReciprocalAtLeastOne" => x is >= 1 and <= 1e30,
            "Log1pOfUnit" => x is >= 0 and <= 1,
            "ExpNonPositive" => x <= 0,
            "Lgamma" or "Digamma" or "Trigamma" => x is > 1e-140 and < 1e300,
            "Exp" or "Expm1" or "Sinh" or "Cosh" => Math.Abs(x) < 1000,
            _ => Math.Abs(x) < maximum,
        };
        int step = function is "Lgamma" or "Digamma" or "Trigamma" or "Erf" ? 7 : 1; // what is right takes long
        double[] all = [.. list.Where((_, i) => i % step == 0).Select(round).Where(inDomain)];
        return [.. all, .. Enumerable.Repeat(function == "ExpNonPositive" ? -1.0 : 1.0, 16 - (all.Length % 16))];
    }

    private static IEnumerable<double> FloatExponents()
    {
        for (uint exponent = 0; exponent < 255; exponent++)
        {
            for (uint k = 0; k < 48; k++)
            {
                float x = BitConverter.UInt32BitsToSingle((exponent << 23) | ((k * 2654435761u) >> 9));
                yield return x;
                yield return -x;
            }
        }
    }

    private static IEnumerable<double> DoubleExponents()
    {
        for (ulong exponent = 0; exponent < 2047; exponent++)
        {
            for (ulong k = 0; k < 8; k++)
            {
                double x = BitConverter.UInt64BitsToDouble((exponent << 52) | ((k * 11400714819323198485ul) >> 12));
                yield return x;
                yield return -x;
            }
        }
    }
}
