namespace LossGen.Reference;

/// <summary>
/// The precision in which formulas are executed: double; or float, where every operation rounds its result; or double with every result off
/// by up to a unit, which tells how far rounding of that unit can move what comes out: the formula's condition.
/// </summary>
internal static class Rounding
{
    private const double SmallestNormal = 1.17549435e-38;

    [ThreadStatic]
    private static Func<double, double>? t_round;

    /// <summary>
    /// What a formula gives as it is written in float: it says where that precision ends, not what generated code has to give.
    /// </summary>
    /// <param name="evaluate">Executes the formula.</param>
    /// <param name="flushes">Numbers below the smallest normal one are 0, as kernels' exponentials are.</param>
    public static T ToSingle<T>(Func<T> evaluate, bool flushes) => With(number => flushes && Math.Abs(number) < SmallestNormal ? 0
        : (double)(float)number, evaluate);

    /// <summary>
    /// What a formula gives where each operation's result is off by up to <paramref name="unit"/> of itself. Numbers of a few bits, such as
    /// whole ones and conditions, are exact, unless they may be what rounding has left: 1 + 1e-20 is 1.
    /// </summary>
    public static T Perturbed<T>(Random random, double unit, bool isShortExact, Func<T> evaluate) =>
        With(number => isShortExact && IsShort(number) ? number : number * (1 + (unit * ((random.NextDouble() * 2) - 1))), evaluate);

    /// <summary>How many infinite numbers operations of a formula give on the way.</summary>
    public static int Infinities(Action evaluate)
    {
        int count = 0;
        With(
            number =>
            {
                count += double.IsInfinity(number) ? 1 : 0;
                return number;
            },
            () =>
            {
                evaluate();
                return count;
            });
        return count;
    }

    public static double[] Round(double[] data) => t_round is { } round ? Array.ConvertAll(data, number => round(number)) : data;

    private static T With<T>(Func<double, double> round, Func<T> evaluate)
    {
        Func<double, double>? outer = t_round;
        t_round = round;
        try
        {
            return evaluate();
        }
        finally
        {
            t_round = outer;
        }
    }

    private static bool IsShort(double number) => (BitConverter.DoubleToInt64Bits(number) & ((1L << 44) - 1)) == 0;
}
