namespace LossGen.Golden;

/// <summary>
/// MONAI: statistics per image unless <c>batch</c>, class weights as they are, an activation for each part of a compound loss. One-channel
/// predictions have neither softmax nor class weights nor background.
/// </summary>
internal static class MonaiMapper
{
    /// <summary>torch's interpolate of the logits, then DiceLoss.</summary>
    public const string Resized = "interpolate_DiceLoss";

    public static Mapping Map(Case c)
    {
        switch (c.Loss)
        {
            case "NACLLoss":
                return MonaiNeighbors.Map(c);
            case "GeneralizedWassersteinDiceLoss":
                return Wasserstein(c);
            case "AsymmetricUnifiedFocalLoss" when c.Classes == 1:
                return SingleUnifiedFocal(c);
        }

        var options = new MonaiOptions(c);
        Declaration declaration = options.Loss switch
        {
            "DiceLoss" => Dice(options, options.ClassWeights),
            "MaskedDiceLoss" => Dice(options, options.ClassWeights),
            "TverskyLoss" => Tversky(options),
            "FocalLoss" => Focal(options),
            "DiceCELoss" => DiceCrossEntropy(options),
            "DiceFocalLoss" => DiceFocal(options),
            "GeneralizedDiceLoss" => GeneralizedDice(options),
            "GeneralizedDiceFocalLoss" => GeneralizedDiceFocal(options),
            "AsymmetricUnifiedFocalLoss" => AsymmetricUnifiedFocal(options),
            _ => throw Mapping.Unknown(c),
        };
        declaration.Loss
            .With("Target", options.HasLabels ? TargetKind.Index : TargetKind.Dense)
            .With("PerImage", !options.IsBatch)
            .With("Reduction", options.Loss == "AsymmetricUnifiedFocalLoss" ? Reduction.Mean : options.Reduction); // whose parts are means already
        Feed feed = options.HasLabels ? Feed.Labels(c) : Feed.Dense(c);
        if (c.Loss == Resized)
        {
            declaration.Loss.With("Resize", ResizeOf(c));
            feed = feed.AtTarget(c.Target!.Shape[2..]);
        }

        return new Mapping(declaration.ToString(), options.Mask is { } mask ? Masked(feed, mask) : feed, options.Elements);
    }

    private static Resize ResizeOf(Case c)
    {
        CaseOptions options = c.Options.Nested("@interpolate");
        int[] to = c.Target!.Shape[2..];
        string mode = options.Text("mode", "nearest");
        if (mode != (to.Length switch { 1 => "linear", 2 => "bilinear", _ => "trilinear" }))
            throw new NotSupportedException($"{c.Id}: nothing maps the mode {mode}.");
        if (options.Numbers("size") is { } size && !size.SequenceEqual(to.Select(extent => (double)extent)))
            throw new NotSupportedException($"{c.Id}: the target is not of the size that the logits are resized to.");

        // Where the list of what is not expressible has not caught the case, a factor is the ratio of the sizes or without effect.
        options.Numbers("scale_factor");
        options.Flag("recompute_scale_factor");
        return options.Flag("align_corners") ? Resize.LinearAligned : Resize.LinearUnaligned;
    }

    // Distances are scaled to at most 1, by an option or here.
    private static Mapping Wasserstein(Case c)
    {
        double[] distances = c.Options.Numbers("dist_matrix")!;
        double largest = distances.Max();
        var declaration = new Declaration(Activation.Softmax);
        declaration.Loss.With("Target", TargetKind.Index).With("PerImage", true).With("Reduction", TorchMapper.Reduced(c));
        bool hasVolumeWeights = c.Options.Text("weighting_mode", "default") == "GDL";
        Feed feed = Feed.Labels(c);
        AttributeText term;
        bool isScaled = c.Input.Shape[0] == 1;
        if (isScaled)
        {
            term = declaration.Term("WassersteinDice").With("VolumeWeights", hasVolumeWeights).With("NormalizeDistances", true);
        }
        else
        {
            declaration.Type(MonaiFormulas.MixedWasserstein(c.Input.Shape[0], hasVolumeWeights));
            term = declaration.Term(nameof(MonaiFormulas.MixedWasserstein));
            feed = feed with { Inputs = MixedWeights(feed, hasVolumeWeights) };
        }

        term.With("Distances", isScaled ? distances : Array.ConvertAll(distances, distance => distance / largest))
            .With("SmoothNumerator", c.Options.Number("smooth_nr", 1e-5))
            .With("SmoothDenominator", c.Options.Number("smooth_dr", 1e-5));
        return new Mapping(declaration.ToString(), feed, TorchMapper.Unreduced(c, TorchMapper.Reduced(c), classAxis: -1));
    }

    // MONAI adds up the weights of an image's labels times the distances of every image: for each image a map, the same for all images, of
    // what its labels weigh, and before them the number of each image.
    private static double[][] MixedWeights(Feed feed, bool hasVolumeWeights)
    {
        int images = feed.Shape.Batch, pixels = checked((int)feed.Shape.Pixels);
        double[] labels = feed.Target.Data;
        double[][] maps = [.. Enumerable.Range(0, images + 1).Select(_ => new double[labels.Length])];
        for (int i = 0; i < labels.Length; i++)
        {
            maps[0][i] = i / pixels;
            for (int image = 0; image < images; image++)
            {
                ReadOnlySpan<double> own = labels.AsSpan(image * pixels, pixels);
                double label = own[i % pixels];
                maps[image + 1][i] = hasVolumeWeights ? 1.0 / (1 + own.Count(label)) : label == 0 ? 0 : 1;
            }
        }

        return maps;
    }

    // MONAI masks the target before labels become one-hot: what is masked is of class 0.
    private static Feed Masked(Feed feed, double[] mask)
    {
        int pixels = checked((int)feed.Shape.Pixels), channels = feed.Target.Count / mask.Length;
        double[] target = [.. feed.Target.Data.Select((y, i) => y * mask[(i / pixels / channels * pixels) + (i % pixels)])];
        return feed with { Target = feed.Target with { Data = target }, Inputs = [mask] };
    }

    private static Declaration Dice(MonaiOptions options, double[]? weights, double lambda = 1)
    {
        bool isJaccard = options.Case.Options.Flag("jaccard");
        double part = isJaccard ? 0.5 : 1; // MONAI's Jaccard is a quotient of twice the overlap
        Declaration declaration = Region(options, isJaccard ? "Jaccard" : "Dice", out AttributeText term, part);
        term.With("Weight", lambda)
            .With("Squared", options.Case.Options.Flag("squared_pred"))
            .With("ClassWeights", weights);
        return declaration;
    }

    private static Declaration Tversky(MonaiOptions options)
    {
        Declaration declaration = Region(options, "Tversky", out AttributeText term);
        term.With("Alpha", options.Case.Options.Number("alpha", 0.5)).With("Beta", options.Case.Options.Number("beta", 0.5));
        return declaration;
    }

    private static Declaration Region(MonaiOptions options, string name, out AttributeText term, double part = 1)
    {
        CaseOptions values = options.Case.Options;
        var declaration = new Declaration(options.RegionActivation);
        if (options.MaskedPrediction is string masked)
        {
            declaration.Type(MonaiFormulas.Region(name, masked, ", PixelMap mask"));
            name = MonaiFormulas.RegionPrefix + name;
        }
        else if (options.OtherActivation is string prediction)
        {
            declaration.Type(MonaiFormulas.Region(name, prediction));
            name = MonaiFormulas.RegionPrefix + name;
        }

        term = options.Background(declaration.Term(name))
            .With("SmoothNumerator", part * values.Number("smooth_nr", 1e-5))
            .With("SmoothDenominator", part * values.Number("smooth_dr", 1e-5))
            .With("SoftLabel", values.Flag("soft_label"));
        return declaration;
    }

    private static Declaration GeneralizedDice(MonaiOptions options, double lambda = 1)
    {
        CaseOptions values = options.Case.Options;
        Declaration declaration = Region(options, "GeneralizedDice", out AttributeText term);
        term.With("Weight", lambda).With("VolumeWeights", values.Text("w_type", "square") switch
        {
            "square" => VolumeWeights.InverseSquare,
            "simple" => VolumeWeights.Inverse,
            "uniform" => VolumeWeights.Uniform,
            string other => throw new NotSupportedException($"{options.Case.Id}: nothing maps the weights {other}."),
        });
        return declaration;
    }

    private static Declaration GeneralizedDiceFocal(MonaiOptions options)
    {
        CaseOptions values = options.Case.Options;
        Declaration declaration = GeneralizedDice(options, values.Number("lambda_gdl", 1));
        AttributeText focal = declaration.Term("Focal").With("Weight", values.Number("lambda_focal", 1));
        if (options.RegionActivation != Activation.Sigmoid)
            focal.With("Activation", Activation.Sigmoid);
        Focal(options, focal).With("ScaledLogit", options.HasSoftTarget);
        return declaration;
    }

    private static Declaration AsymmetricUnifiedFocal(MonaiOptions options)
    {
        CaseOptions values = options.Case.Options;
        double weight = values.Number("weight", 0.5), gamma = values.Number("gamma", 0.5), delta = values.Number("delta", 0.7);
        var declaration = new Declaration(Activation.None);
        values.Integer("num_classes");
        declaration.Term("UnifiedFocal").With("Share", weight).With("Gamma", gamma).With("Delta", delta).With("Epsilon", 1e-7)
            .With("Bounded", true);
        return declaration;
    }

    // MONAI makes one-hot labels of a single channel, of the prediction as well, which gets no gradient for that reason.
    private static Mapping SingleUnifiedFocal(Case c)
    {
        Declaration declaration = AsymmetricUnifiedFocal(new MonaiOptions(c));
        declaration.Loss.With("Target", TargetKind.Dense).With("PerImage", true);
        int images = c.Input.Shape[0], pixels = c.Input.Count / images;
        int[] shape = [images, 2, .. c.Input.Shape[2..]];
        return new Mapping(declaration.ToString(), new Feed(new LossShape(images, 2, pixels), OneHot(c.Input), OneHot(c.Target!),
            HasLabels: false));

        CaseTensor OneHot(CaseTensor labels) => new(
            shape, [.. Enumerable.Range(0, images * 2 * pixels)
                .Select(i => labels.Data[(i / pixels / 2 * pixels) + (i % pixels)] == i / pixels % 2 ? 1.0 : 0)]);
    }

    private static Declaration Focal(MonaiOptions options)
    {
        bool isSoftmax = options.Case.Options.Flag("use_softmax");
        var declaration = new Declaration(isSoftmax ? Activation.Softmax : Activation.Sigmoid);
        double? alpha = options.Case.Options.Number("alpha");
        if (options.Mask is not null)
            throw Mapping.Unknown(options.Case);
        if (isSoftmax && options.DropsBackground)
        {
            // MONAI leaves class 0 out before the softmax, and ignores alpha then.
            declaration.Type(MonaiFormulas.ForegroundFocal);
            Focal(options, declaration.Term(nameof(MonaiFormulas.ForegroundFocal)));
        }
        else
        {
            Focal(options, declaration.Term("Focal")).With("Alpha", alpha).With("ScaledLogit", !isSoftmax && options.HasSoftTarget);
        }

        return declaration;
    }

    private static AttributeText Focal(MonaiOptions options, AttributeText term) => options.Background(term)
        .With("Gamma", options.Case.Options.Number("gamma", 2))
        .With("ClassWeights", options.ClassWeights)
        .With("MeanOverPixels", options.Reduction == Reduction.Sum);

    private static Declaration DiceFocal(MonaiOptions options)
    {
        CaseOptions values = options.Case.Options;
        Declaration declaration = Dice(options, options.ClassWeights, values.Number("lambda_dice", 1));
        double weight = values.Number("lambda_focal", 1);
        if (options.Mask is not null)
        {
            declaration.Type(MonaiFormulas.MaskedFocal);
            Focal(options, declaration.Term(nameof(MonaiFormulas.MaskedFocal))).With("Weight", weight).With("Alpha",
                values.Number("alpha"));
            return declaration;
        }

        AttributeText focal = declaration.Term("Focal").With("Weight", weight);
        if (options.RegionActivation != Activation.Sigmoid)
            focal.With("Activation", Activation.Sigmoid);
        Focal(options, focal).With("Alpha", values.Number("alpha")).With("ScaledLogit", options.HasSoftTarget);
        return declaration;
    }

    private static Declaration DiceCrossEntropy(MonaiOptions options)
    {
        CaseOptions values = options.Case.Options;
        double[]? weights = values.Numbers("weight"); // for all classes, unlike that of the other losses
        Declaration declaration = Dice(options, options.TermClasses > 1 ? weights : null, values.Number("lambda_dice", 1));

        double lambda = values.Number("lambda_ce", 1), smoothing = values.Number("label_smoothing", 0);
        bool isBinary = options.Case.Classes == 1;
        Activation activation = isBinary ? Activation.Sigmoid : Activation.Softmax;
        AttributeText entropy = declaration.Term(isBinary ? "BinaryCrossEntropy" : "CrossEntropy").With("Weight", lambda);
        if (options.RegionActivation != activation)
            entropy.With("Activation", activation);
        if (isBinary)
            entropy.With("PositiveWeights", weights);
        else
            entropy.With("LabelSmoothing", smoothing).With("ClassWeights", weights);
        return declaration;
    }
}
