namespace LossGen.Reference;

/// <summary>The precision in which formulas are executed: double, or float, where every operation rounds its result.</summary>
internal static class Rounding
{
    [ThreadStatic]
    private static bool toSingle;

    /// <summary>What a formula gives as it is written in float: it says where that precision ends, not what generated code has to give.</summary>
    public static T ToSingle<T>(Func<T> evaluate)
    {
        bool outer = toSingle;
        toSingle = true;
        try
        {
            return evaluate();
        }
        finally
        {
            toSingle = outer;
        }
    }

    public static double[] Round(double[] data) => toSingle ? Array.ConvertAll(data, number => (double)(float)number) : data;
}
