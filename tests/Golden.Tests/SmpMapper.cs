namespace LossGen.Golden;

/// <summary>
/// segmentation_models.pytorch: sums over the batch, overlap from absolute differences, classes without target pixels contribute 0, the
/// denominator has a lower bound, weights are normalised.
/// </summary>
internal static class SmpMapper
{
    public static Mapping Map(Case c) => c.Loss switch
    {
        "FocalLoss" => Focal(c),
        "LovaszLoss" => LovaszMapper.Map(c),
        "MCCLoss" => Matthews(c),
        "SoftCrossEntropyLoss" => CrossEntropy(c),
        "SoftBCEWithLogitsLoss" => BinaryCrossEntropy(c),
        _ => Region(c),
    };

    private static Mapping Focal(Case c)
    {
        CaseOptions options = c.Options;
        bool isMulticlass = options.Text("mode", "") == "multiclass", fromLogits = options.Flag("from_logits", absent: true);

        // Whatever the reduction is, a mean over classes follows, which then takes what else is left: without one, and with
        // "batchwise_mean", which adds up the images.
        string reduction = options.Text("reduction", "mean");
        bool isBinary = options.Text("mode", "") == "binary", hasIgnored = options.Raw("ignore_index") is not null;
        bool isSum = reduction == "sum" || (reduction == "batchwise_mean" && (isBinary || hasIgnored)); // of pixels in a row that is their sum
        bool isUnreduced = reduction == "none" && isBinary;
        double images = reduction == "batchwise_mean" && !isSum ? c.Input.Shape[0] : 1;
        double epsilon = options.Number("eps", 1e-7);
        var declaration = new Declaration(fromLogits ? Activation.Sigmoid : Activation.None);
        declaration.Loss.With("CountIgnored", false).With("Target", isMulticlass ? TargetKind.Index : TargetKind.Dense).With("Reduction",
            isSum ? Reduction.Sum : isUnreduced ? Reduction.None : Reduction.Mean);
        int shift = isMulticlass && c.Classes == 1 ? 1 : 0;
        if (options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored + shift);

        if (!fromLogits)
            declaration.Type(isMulticlass ? SmpFormulas.LogProbabilityFocal : SmpFormulas.BoundedFocal);
        AttributeText term = declaration.Term(fromLogits ? "Focal" : isMulticlass ? "LogProbabilityFocal" : "BoundedFocal")
            .With("Gamma", options.Number("gamma", 2))
            .With("Alpha", options.Number("alpha"));
        if (!fromLogits)
            term.With("Epsilon", epsilon);
        if (options.Number("reduced_threshold") is double threshold)
            term.With("Threshold", threshold);
        term.With("Normalized", options.Flag("normalized")).With("Weight", isSum ? 1.0 / c.Classes : images);
        if (options.Numbers("class_weights") is double[] weights)
            term.With("ClassWeights", weights).With("NormalizeClassWeights", true);
        return new Mapping(declaration.ToString(), isMulticlass ? Feed.Labels(c, shift) : Feed.Dense(c), isUnreduced ? Unreduced(c) : null);
    }

    // What is ignored is not among SMP's values.
    private static ElementLayout Unreduced(Case c)
    {
        int? ignored = c.Options.Integer("ignore_index");
        return new ElementLayout([c.Input.Count], -1, [])
        {
            Kept = [.. Enumerable.Range(0, c.Input.Count).Where(i => ignored is null
            || c.Target!.Data[i] != ignored)]
        };
    }

    private static Mapping Matthews(Case c)
    {
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense);
        declaration.Term("MatthewsCorrelation").With("Smooth", c.Options.Number("eps", 1e-5));
        return new Mapping(declaration.ToString(), Feed.Flat(c));
    }

    private static Mapping CrossEntropy(Case c)
    {
        Reduction reduction = TorchMapper.Reduced(c);
        var declaration = new Declaration(Activation.Softmax);
        Ignore(c, declaration).With("Target", TargetKind.Index).With("Reduction", reduction);
        declaration.Term("CrossEntropy").With("LabelSmoothing", c.Options.Number("smooth_factor", 0));
        return new Mapping(declaration.ToString(), Feed.Labels(c), TorchMapper.Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping BinaryCrossEntropy(Case c)
    {
        Reduction reduction = TorchMapper.Reduced(c);
        var declaration = new Declaration(Activation.Sigmoid);
        Ignore(c, declaration).With("Target", TargetKind.Dense).With("Reduction", reduction);
        Feed feed = TorchMapper.BinaryTerm(c, declaration, out AttributeText term);
        term.With("LabelSmoothing", 2 * c.Options.Number("smooth_factor", 0)); // SMP's is the share of the wrong answer
        return new Mapping(declaration.ToString(), feed, TorchMapper.Unreduced(c, reduction));
    }

    private static AttributeText Ignore(Case c, Declaration declaration)
    {
        int? ignored = c.Options.Has("ignore_index") ? c.Options.Integer("ignore_index") : -100;
        return ignored is int label ? declaration.Loss.With("IgnoreIndex", label).With("CountIgnored", true) : declaration.Loss;
    }

    private static Mapping Region(Case c)
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
            // Dice as a quotient of twice the overlap has twice the smoothing and twice the bound. The logarithm's bound is not doubled:
            // there SMP's own definition, Tversky with halves, says it.
            "DiceLoss" when !log => declaration.Term("Dice").With("Smooth", 2 * smooth).With("Epsilon", 2 * epsilon),
            "DiceLoss" => declaration.Term("Tversky").With("Smooth", smooth).With("Epsilon", epsilon),
            "JaccardLoss" => declaration.Term("Jaccard").With("Smooth", smooth).With("Epsilon", epsilon),
            "TverskyLoss" => declaration.Term("Tversky")
                .With("Alpha", options.Number("alpha", 0.5)).With("Beta", options.Number("beta", 0.5)).With("Gamma",
                options.Number("gamma", 1))
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
