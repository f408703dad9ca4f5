namespace LossGen.Golden;

/// <summary>
/// segmentation_models.pytorch: sums over the batch, overlap from absolute differences, classes without target pixels contribute 0, the denominator has a
/// lower bound, weights are normalised.
/// </summary>
internal static class SmpMapper
{
    public static Mapping Map(Case c)
    {
        CaseOptions options = c.Options;
        string mode = options.Text("mode", "");
        bool isMulticlass = mode == "multiclass";
        bool fromLogits = options.Flag("from_logits", absent: true);

        var declaration = new Declaration(!fromLogits ? Activation.None : isMulticlass ? Activation.Softmax : Activation.Sigmoid);
        declaration.Loss.With("Target", isMulticlass ? TargetKind.Index : TargetKind.Dense);
        int shift = isMulticlass && !fromLogits && c.Classes == 1 ? 1 : 0; // LossGen's labels of a single probability are 0 and 1, and 1 is the class
        if (options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored + shift);

        double smooth = options.Number("smooth", 0), epsilon = options.Number("eps", 1e-7);
        bool log = options.Flag("log_loss");
        AttributeText term = c.Loss switch
        {
            // Dice as a quotient of twice the overlap has twice the smoothing and twice the bound. The logarithm's bound is not doubled: there SMP's own
            // definition, Tversky with halves, says it.
            "DiceLoss" when !log => declaration.Term("Dice").With("Smooth", 2 * smooth).With("Epsilon", 2 * epsilon),
            "DiceLoss" => declaration.Term("Tversky").With("Smooth", smooth).With("Epsilon", epsilon),
            "JaccardLoss" => declaration.Term("Jaccard").With("Smooth", smooth).With("Epsilon", epsilon),
            "TverskyLoss" => declaration.Term("Tversky")
                .With("Alpha", options.Number("alpha", 0.5)).With("Beta", options.Number("beta", 0.5)).With("Gamma", options.Number("gamma", 1))
                .With("Smooth", smooth).With("Epsilon", epsilon),
            _ => throw Mapping.Unknown(c),
        };
        term.With("Log", log)
            .With("SoftLabel", true)
            .With("EmptyClasses", EmptyClasses.Zero)
            .With("OnlyClasses", options.Numbers("classes")?.Select(index => (int)index).ToArray());
        if (options.Numbers("class_weights") is double[] weights)
            term.With("ClassWeights", weights).With("NormalizeClassWeights", true);

        return new Mapping(declaration.ToString(), isMulticlass ? Feed.Labels(c, shift) : Feed.Dense(c));
    }
}
