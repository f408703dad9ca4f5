namespace LossGen.Golden;

/// <summary>Lovász losses of SMP and kornia. What is not multiclass they sort all in one, whatever the channel.</summary>
internal static class LovaszMapper
{
    public static Mapping Map(Case c)
    {
        bool isKornia = c.Library == "kornia", isMulticlass = c.Options.Text("mode", "binary") == "multiclass";
        var declaration = new Declaration(isMulticlass ? Activation.Softmax : Activation.Sigmoid);
        declaration.Loss
            .With("Target", isMulticlass ? TargetKind.Index : TargetKind.Dense)
            .With("PerImage", isKornia || c.Options.Flag("per_image"));
        c.Options.Flag("from_logits"); // SMP takes logits, whatever it says
        if (c.Options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored);
        declaration.Term(isMulticlass ? "LovaszSoftmax" : "LovaszHinge");
        return new Mapping(declaration.ToString(), isMulticlass ? Feed.Labels(c) : Feed.Flat(c));
    }

    /// <summary>
    /// kornia sorts the labels' numbers where the paper has whether they are of the class, and takes the mean over all classes.
    /// </summary>
    public static Mapping Numbers(Case c)
    {
        var declaration = new Declaration(Activation.Softmax);
        declaration.Type("""
            public sealed partial class LabelLovaszAttribute : LossTermAttribute
            {
                public double[]? ClassWeights { get; init; }

                public static Value Formula(Prediction x, Target y, Value classWeights)
                {
                    Value number = SumOverClasses(y * x.ClassIndex), errors = Abs(y - x.Probability);
                    Value all = Sum(number), hits = RunningSum(number, errors), rank = RunningSum(1, errors);
                    Value jaccard = 1 - Divide(all - hits, all + rank - hits, 1);
                    Value before = Where(rank > 1.5, 1 - Divide(all - hits + number, all + rank - 1 - hits + number, 1), 0);
                    return classWeights * Sum(errors * (jaccard - before));
                }
            }
            """);
        declaration.Loss.With("Target", TargetKind.Index).With("PerImage", true);
        declaration.Term("LabelLovasz").With("ClassWeights", c.Options.Numbers("weight"));
        return new Mapping(declaration.ToString(), Feed.Labels(c));
    }
}
