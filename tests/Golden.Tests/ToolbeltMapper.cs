namespace LossGen.Golden;

/// <summary>pytorch-toolbelt: ignored pixels are counted in means; a few losses are formulas of the case's own.</summary>
internal static class ToolbeltMapper
{
    public static Mapping Map(Case c) => c.Loss switch
    {
        "LogCoshLoss" => Elements(c, Activation.None, "LogCosh"),
        "WingLoss" => Elements(c, Activation.None, "Wing", term => term.With("Width", c.Options.Number("width", 5)).With("Curvature",
            c.Options.Number("curvature", 0.5))),
        "QualityFocalLoss" => Elements(c, Activation.Sigmoid, "QualityFocal", term => term.With("Beta", c.Options.Number("beta", 2))
            .With("Normalized", c.Options.Text("reduction") == "normalized")),
        "BalancedBCEWithLogitsLoss" => Elements(c, Activation.Sigmoid, "BalancedBinaryCrossEntropy",
            term => term.With("Gamma", c.Options.Number("gamma", 1))),
        "BinaryFocalLoss" => BinaryFocal(c),
        "CrossEntropyFocalLoss" => CrossEntropyFocal(c),
        "FocalCosineLoss" => FocalCosine(c),
        "BiTemperedLogisticLoss" or "BinaryBiTemperedLogisticLoss" => BiTempered(c),
        "SoftF1Loss" or "BinarySoftF1Loss" => SoftF1(c),
        _ => throw Mapping.Unknown(c),
    };

    private static Mapping Elements(Case c, Activation activation, string name, Action<AttributeText>? options = null, string? type = null)
    {
        Reduction reduction = Reduced(c);
        bool hasLabels = c.TargetKind == "index";
        var declaration = new Declaration(activation);
        if (type is not null)
            declaration.Type(type);
        declaration.Loss.With("Target", hasLabels ? TargetKind.Index : TargetKind.Dense).With("Reduction", reduction);
        if (c.Options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored).With("CountIgnored", true);
        options?.Invoke(declaration.Term(name));
        if (options is null)
            declaration.Term(name);
        return new Mapping(declaration.ToString(), hasLabels ? Feed.Labels(c) : Feed.Dense(c), Unreduced(c, reduction, classAxis: 1));
    }

    // "normalized" is a mean that the focal factors weigh, "batchwise_mean" the sum over the images.
    private static Reduction Reduced(Case c) => c.Options.Text("reduction", "mean") switch
    {
        "normalized" => Reduction.Mean,
        "batchwise_mean" => Reduction.None,
        _ => TorchMapper.Reduced(c),
    };

    private static ElementLayout? Unreduced(Case c, Reduction reduction, int classAxis)
    {
        bool addsImages = c.Options.Text("reduction") == "batchwise_mean";
        ElementLayout? layout = TorchMapper.Unreduced(c, reduction, addsImages && classAxis > 0 ? classAxis - 1 : classAxis);
        return addsImages ? layout! with { Images = c.Input.Shape[0] } : layout;
    }

    private static Mapping BinaryFocal(Case c)
    {
        CaseOptions options = c.Options;
        double? threshold = options.Number("reduced_threshold");
        bool isNormalized = options.Flag("normalized");
        bool isSoftmax = options.Text("activation", "sigmoid") == "softmax";
        options.Integer("softmax_dim"); // of the classes
        bool isPlain = threshold is null && !isNormalized && !isSoftmax;
        return Elements(c, isSoftmax ? Activation.Softmax : Activation.Sigmoid, isPlain ? "Focal" : "ReducedFocal", term =>
        {
            term.With("Gamma", options.Number("gamma", 2)).With("Alpha", options.Number("alpha")).With("ClassWeights",
                options.Numbers("class_weights"));
            if (!isPlain)
                term.With("Threshold", threshold ?? 0).With("Normalized", isNormalized);
        }, isPlain ? null : ToolbeltFormulas.ReducedFocal);
    }

    private static Mapping CrossEntropyFocal(Case c)
    {
        Reduction reduction = Reduced(c);
        int ignored = c.Options.Integer("ignore_index") ?? -100;
        Feed feed = Feed.Labels(c);

        // What is ignored counts as class 0 in the sum that normalises, so that it is a matter of a mask.
        bool isMasked = c.Options.Flag("normalized") && c.Target!.Data.Contains(ignored);
        var declaration = new Declaration(Activation.Softmax);
        declaration.Type(ToolbeltFormulas.CrossEntropyFocal(isMasked));
        declaration.Loss.With("Target", TargetKind.Index).With("Reduction", reduction);
        if (!isMasked)
            declaration.Loss.With("IgnoreIndex", ignored).With("CountIgnored", true);
        declaration.Term("CrossEntropyFocal")
            .With("Gamma", c.Options.Number("gamma", 2))
            .With("Threshold", c.Options.Number("reduced_threshold") ?? 0)
            .With("Normalized", c.Options.Flag("normalized"))
            .With("ClassWeights", c.Options.Numbers("class_weights"));
        if (isMasked)
        {
            double[] labels = feed.Target.Data;
            feed = feed with
            {
                Target = feed.Target with { Data = Array.ConvertAll(labels, label => label == ignored ? 0 : label) },
                Inputs = [Array.ConvertAll(labels, label => label == ignored ? 0.0 : 1)],
            };
        }

        return new Mapping(declaration.ToString(), feed, Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping FocalCosine(Case c)
    {
        // With "sum" only the cosines are added up.
        bool isSum = c.Options.Text("reduction") == "sum";
        Reduction reduction = isSum ? Reduction.None : TorchMapper.Reduced(c);
        var declaration = new Declaration(Activation.None);
        declaration.Type(ToolbeltFormulas.FocalCosine);
        declaration.Loss.With("Target", TargetKind.Index).With("Reduction", reduction);
        declaration.Term("FocalCosine")
            .With("SumCosines", isSum)
            .With("Alpha", c.Options.Number("alpha", 1)).With("Gamma", c.Options.Number("gamma", 2)).With("Share",
            c.Options.Number("xent", 0.1));
        return new Mapping(declaration.ToString(), Feed.Labels(c), TorchMapper.Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping BiTempered(Case c)
    {
        bool isBinary = c.Loss == "BinaryBiTemperedLogisticLoss";
        Reduction reduction = TorchMapper.Reduced(c);
        var declaration = new Declaration(isBinary ? Activation.Sigmoid : Activation.Softmax);
        declaration.Loss.With("Target", isBinary ? TargetKind.Dense : TargetKind.Index).With("Reduction", reduction);
        if (c.Options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored).With("CountIgnored", true);
        declaration.Term(isBinary ? "BinaryBiTempered" : "BiTempered")
            .With("Temperature1", c.Options.Number("t1", 0)).With("Temperature2", c.Options.Number("t2", 0)).With("LabelSmoothing",
            c.Options.Number("smoothing", 0));
        return new Mapping(declaration.ToString(), isBinary ? Feed.Dense(c) : Feed.Labels(c), TorchMapper.Unreduced(c, reduction, isBinary
            ? 1 : -1));
    }

    private static Mapping SoftF1(Case c)
    {
        bool isBinary = c.Loss == "BinarySoftF1Loss";
        var declaration = new Declaration(isBinary ? Activation.Sigmoid : Activation.Softmax);
        declaration.Loss.With("Target", isBinary ? TargetKind.Dense : TargetKind.Index);
        if (c.Options.Integer("ignore_index") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored);
        declaration.Term("SoftF1").With("Epsilon", c.Options.Number("eps", 1e-6)).With("Smooth", 1e-6);
        return new Mapping(declaration.ToString(), isBinary ? Feed.Dense(c) : Feed.Labels(c));
    }
}
