namespace LossGen.Benchmarks.Measure;

/// <summary>Median and spread of repeated measurements.</summary>
internal readonly record struct Distribution(double Median, double P20, double P80)
{
    public static Distribution Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new(At(0.5), At(0.2), At(0.8));

        double At(double share)
        {
            double place = share * (sorted.Length - 1);
            int below = (int)place;
            int above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
        }
    }
}
