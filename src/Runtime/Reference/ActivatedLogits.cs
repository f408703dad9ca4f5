namespace LossGen.Reference;

/// <summary>The logits after an activation, in the forms that formulas need, over N, C, S.</summary>
internal sealed record ActivatedLogits(Value Probability, Value LogProbability, Value Complement)
{
    public static ActivatedLogits From(Activation activation, Value logit) => activation switch
    {
        Activation.Sigmoid => new(
            Elementwise.Map(logit, Accurate.Sigmoid),
            Elementwise.Map(logit, z => -Accurate.Softplus(-z)),
            Elementwise.Map(logit, z => Accurate.Sigmoid(-z))),
        Activation.Softmax => Softmax(logit),
        Activation.Exp => new(Elementwise.Map(logit, Math.Exp), logit, Elementwise.Map(logit, z => -Accurate.Expm1(z))),
        _ => new(logit, Elementwise.Map(logit, Math.Log), Elementwise.Map(logit, z => 1 - z)),
    };

    private static ActivatedLogits Softmax(Value logit)
    {
        Extents extents = logit.Extents;
        var probability = new double[extents.Count];
        var logProbability = new double[extents.Count];
        var complement = new double[extents.Count];
        for (int n = 0; n < extents.Batch; n++)
            for (int s = 0; s < extents.Pixels; s++)
            {
                int top = 0;
                for (int c = 1; c < extents.Classes; c++)
                    top = logit[n, c, s] > logit[n, top, s] ? c : top;

                // The largest logit has exponential 1 and is kept out of the sum, so that log1p sees the others.
                double others = 0;
                for (int c = 0; c < extents.Classes; c++)
                    others += c == top ? 0 : Math.Exp(logit[n, c, s] - logit[n, top, s]);

                for (int c = 0; c < extents.Classes; c++)
                {
                    int i = extents.Offset(n, c, s);
                    double shifted = logit[n, c, s] - logit[n, top, s], exponential = Math.Exp(shifted);
                    probability[i] = exponential / (1 + others);
                    logProbability[i] = shifted - Accurate.Log1p(others);
                    complement[i] = (c == top ? others : 1 + (others - exponential)) / (1 + others);
                }
            }

        return new(Make(probability), Make(logProbability), Make(complement));
        Value Make(double[] data) => new(logit.Axes, extents, data);
    }
}
