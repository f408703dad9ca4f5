using LossGen.Differential.Losses;

namespace LossGen.Differential.Checks;

/// <summary>What a formula asks for and nobody can answer: then a difference says nothing about the product.</summary>
internal static class Undecided
{
    private const int Nudges = 24;

    /// <summary>Some hundred units in the last place.</summary>
    private const double Nudge = 1e-13;

    private const double Jump = 1e-6;

    private static readonly string[] Pools = ["Pool", "SoftErode", "SoftSkeleton"];

    /// <summary>The failure is of a batch where the formula is undecided.</summary>
    public static bool Explains(string failure, ILoss loss, ILoss reference, LossText text, Batch batch, int seed) =>
        Jumps(reference, batch, new Random(seed)) || IsOfTies(failure, loss, reference, text, batch, seed)
            || (failure.Contains("found NaN", StringComparison.Ordinal) && (TakesMaximumOfNothing(text, batch)
            || LabelIsMasked(loss, text, batch)));

    /// <summary>
    /// Several windows take one of equal logits each, which of them is a convention, and what they are multiplied by has both signs: then
    /// no number lies between the slopes of both sides. Of large logits some are equal, and where none are the same check has to pass.
    /// </summary>
    private static bool IsOfTies(string failure, ILoss loss, ILoss reference, LossText text, Batch batch, int seed)
    {
        if (!batch.IsExtreme || !Pools.Any(word => text.ToString().Contains(word, StringComparison.Ordinal))
            || !failure.Contains("difference quotients", StringComparison.Ordinal) || failure.Contains("found NaN",
            StringComparison.Ordinal)
            || batch.Logits.Distinct().Count() == batch.Logits.Length)
            return false;
        var random = new Random(seed);
        return Comparison.Failure(loss, reference,
            batch with { Logits = [.. batch.Logits.Select(x => x * (1 + (0.01 * random.NextDouble())))] }, seed) is null;
    }

    /// <summary>
    /// A function of the logit of a label that is masked: of tanh(x * x) at -infinity the slope is 0 * infinity, as torch's is. NaN is
    /// excused at pixels with such a label alone.
    /// </summary>
    private static bool LabelIsMasked(ILoss loss, LossText text, Batch batch)
    {
        if (!text.MasksClasses)
            return false;
        double[] gradient = CpuBackend.InDouble(loss, batch, []).Gradient;
        return gradient.Any(double.IsNaN) && gradient.Index().All(slope => !double.IsNaN(slope.Item) || batch.MasksLabelAt(slope.Index,
            loss.Definition));
    }

    /// <summary>
    /// The reference's own value jumps when the logits move by rounding: it compares numbers that would be the same but for rounding.
    /// </summary>
    private static bool Jumps(ILoss loss, Batch batch, Random random)
    {
        double[] here = new Expected(loss, batch, random).Elements;
        for (int k = 0; k < Nudges; k++)
        {
            Batch moved = batch with { Logits = [.. batch.Logits.Select(x => x * (1 + (Nudge * ((random.NextDouble() * 2) - 1))))] };
            double[] there = new Expected(loss, moved, random).Elements;
            for (int i = 0; i < here.Length; i++)
            {
                if (Math.Abs(there[i] - here[i]) > Jump * (1 + Math.Abs(here[i])))
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A maximum over no class is -infinity. What is made of it may be finite, and its slope 0 * infinity, as torch's is: only a gradient
    /// of NaN is excused, no wrong number and no wrong value.
    /// </summary>
    private static bool TakesMaximumOfNothing(LossText text, Batch batch)
    {
        if (text.IgnoreIndex is not int ignored || batch.Dense is not { } dense || !text.ToString().Contains("MaxOverClasses",
            StringComparison.Ordinal))
            return false;
        LossShape shape = batch.Shape;
        int channels = shape.Classes + (text.DropLastTargetChannel ? 1 : 0);
        foreach (Term term in text.Terms)
        {
            int[] classes = [.. Enumerable.Range(term.IncludeBackground ? 0 : 1, shape.Classes - (term.IncludeBackground ? 0 : 1))
                .Where(c => term.OnlyClasses.IsEmpty || term.OnlyClasses.Contains(c))];
            for (long pixel = 0; pixel < shape.Batch * shape.Pixels; pixel++)
            {
                (long image, long within) = Math.DivRem(pixel, shape.Pixels);
                if (classes.All(c => dense[text.TargetClassAxis == ClassAxis.Last ? (pixel * channels) + c
                    : (((image * channels) + c) * shape.Pixels) + within] == ignored))
                    return true;
            }
        }

        return false;
    }
}
