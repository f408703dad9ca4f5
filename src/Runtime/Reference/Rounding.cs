namespace LossGen.Reference;

/// <summary>
/// The precision in which formulas are executed: double; or float, where every operation rounds its result; or double with every result off by up to a unit, which tells how far rounding of that unit can move what
/// comes out: the formula's condition.
/// </summary>
internal static class Rounding
{
    [ThreadStatic]
    private static Func<double, double>? t_round;

    /// <summary>What a formula gives as it is written in float: it says where that precision ends, not what generated code has to give.</summary>
    public static T ToSingle<T>(Func<T> evaluate) => With(number => (double)(float)number, evaluate);

    /// <summary>
    /// What a formula gives where each operation's result is off by up to <paramref name="unit"/> of itself. Numbers of a few bits, such as whole ones and conditions, are exact, unless they may be what rounding
    /// has left: 1 + 1e-20 is 1.
    /// </summary>
    public static T Perturbed<T>(Random random, double unit, bool isShortExact, Func<T> evaluate) =>
        With(number => isShortExact && IsShort(number) ? number : number * (1 + (unit * ((random.NextDouble() * 2) - 1))), evaluate);

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
