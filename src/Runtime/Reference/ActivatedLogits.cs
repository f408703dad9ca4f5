namespace LossGen.Reference;

/// <summary>The logits after an activation, in the forms that formulas need, over N, C, S.</summary>
internal sealed record ActivatedLogits(Value Probability, Value LogProbability, Value Complement)
{
    /// <summary>Of an activation that takes each logit by itself.</summary>
    /// <param name="logit">The logits.</param>
    /// <param name="probability">The probability.</param>
    /// <param name="logProbability">Its logarithm.</param>
    /// <param name="complement">One less the probability.</param>
    /// <param name="logComplement">The logarithm of that.</param>
    public static ActivatedLogits Of(Value logit, Func<double, double> probability, Func<double, double> logProbability, Func<double,
        double> complement, Func<double, double> logComplement) => Linked(
        Elementwise.Share(Elementwise.Map(logit, probability)),
        Elementwise.Map(logit, logProbability),
        Elementwise.Share(Elementwise.Map(logit, complement)),
        Elementwise.Map(logit, logComplement));

    // Formulas may write 1 - p and log(p) as they like.
    private static ActivatedLogits Linked(Value probability, Value logProbability, Value complement, Value logComplement)
    {
        (probability.OneMinus, complement.OneMinus) = (complement, probability);
        (probability.Logarithm, complement.Logarithm) = (logProbability, logComplement);
        return new(probability, logProbability, complement);
    }

    /// <summary>Of a softmax over the classes.</summary>
    public static ActivatedLogits Softmax(Value logit)
    {
        Extents extents = logit.Extents;
        double[] probability = new double[extents.Count], logProbability = new double[extents.Count];
        double[] complement = new double[extents.Count], logComplement = new double[extents.Count];
        for (int n = 0; n < extents.Batch; n++)
            for (int s = 0; s < extents.Pixels; s++)
            {
                int top = 0;
                for (int c = 1; c < extents.Classes; c++)
                    top = logit[n, c, s] > logit[n, top, s] ? c : top;

                // The largest logit has exponential 1 and is kept out of the sum, so that log1p sees the others.
                double others = 0, next = double.NegativeInfinity;
                for (int c = 0; c < extents.Classes; c++)
                {
                    others += c == top ? 0 : Math.Exp(logit[n, c, s] - logit[n, top, s]);
                    next = c == top ? next : Math.Max(next, logit[n, c, s]);
                }

                // How far the others as one lie below the largest, also where their exponentials are 0.
                double relative = 0;
                for (int c = 0; c < extents.Classes; c++)
                    relative += c == top ? 0 : Math.Exp(logit[n, c, s] - next);
                double distance = double.IsNegativeInfinity(next) ? next : next - logit[n, top, s] + Math.Log(relative);

                for (int c = 0; c < extents.Classes; c++)
                {
                    int i = extents.Offset(n, c, s);
                    double shifted = logit[n, c, s] - logit[n, top, s], exponential = Math.Exp(shifted);
                    probability[i] = exponential / (1 + others);
                    logProbability[i] = shifted - Accurate.Log1p(others);
                    complement[i] = (c == top ? others : 1 + (others - exponential)) / (1 + others);
                    logComplement[i] = c == top ? distance - Accurate.Softplus(distance) : Accurate.Log1p(-probability[i]);
                }
            }

        return Linked(Elementwise.Share(Make(probability)), Elementwise.LogShare(Make(logProbability)), Elementwise.Share(Make(complement)),
            Make(logComplement));
        Value Make(double[] data) => new(logit.Axes, extents, data);
    }
}
