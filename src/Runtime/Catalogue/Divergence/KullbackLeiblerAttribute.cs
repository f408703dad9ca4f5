using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// The Kullback-Leibler divergence of the prediction from the target: <c>y * (log(y) - log(p))</c>, 0 where y is 0. PyTorch's KLDivLoss
/// with <see cref="Activation.Exp"/>; kornia's kl_div_loss_2d with <c>Per = Per.Class</c>.
/// </summary>
/// <remarks>S. Kullback, R. Leibler, "On Information and Sufficiency", Annals of Mathematical Statistics, 1951.</remarks>
public sealed partial class KullbackLeiblerAttribute : DivergenceTermAttribute
{
    /// <summary>The target is the logarithm of a distribution.</summary>
    public bool LogTarget { get; init; }

    /// <summary>The formula; its parameters are the options of this attribute and of the loss.</summary>
    public static Value Formula(Prediction x, Target y, bool logTarget, Per per, Activation activation, Reduction reduction, bool perImage)
    {
        Value log = DivergenceFormulas.LogPrediction(x, activation);
        Value loss = logTarget ? Where(Exp(y) <= 0, 0, Exp(y) * (y - log)) : DivergenceFormulas.TimesLog(y, y) - y * log;
        return Gather.Elements(loss, per, reduction, perImage);
    }
}
