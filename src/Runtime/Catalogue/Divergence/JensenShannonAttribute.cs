using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The Jensen-Shannon divergence of prediction and target: <c>(y * log(y / m) + p * log(p / m)) / 2</c> with <c>m = (p + y) / 2</c>; at
/// most log 2. Kornia's js_div_loss_2d with <c>Per = Per.Class</c>.
/// </summary>
/// <remarks>J. Lin, "Divergence Measures Based on the Shannon Entropy", IEEE Transactions on Information Theory, 1991.</remarks>
public sealed partial class JensenShannonAttribute : DivergenceTermAttribute
{
    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, Per per, Activation activation, Reduction reduction, bool perImage)
    {
        // Of the sum, not of the mean: half of the smallest p is 0.
        Value p = x.Probability, sum = p + y;
        Value target = DivergenceFormulas.TimesLog(y, 2 * y / sum);
        Value prediction = Where(EqualTo(p, 0), 0, p * (DivergenceFormulas.LogPrediction(x, activation) - Log(sum) + Log(2)));
        return Gather.Elements((target + prediction) / 2, per, reduction, perImage);
    }
}
