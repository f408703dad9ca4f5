namespace LossGen.Golden;

/// <summary>nnU-Net: Dice is the negative score, with a lower bound of the denominator; statistics per image unless <c>batch_dice</c>; masks are applied after the activation.</summary>
internal static class NnUNetMapper
{
    // No label of a case.
    private const int Ignored = -1;

    public static Mapping Map(Case c) => c.Loss switch
    {
        "SoftDiceLoss" or "MemoryEfficientSoftDiceLoss" => Dice(c),
        "DC_and_CE_loss" => DiceCrossEntropy(c),
        "DC_and_BCE_loss" => DiceBinaryCrossEntropy(c),
        _ => throw Mapping.Unknown(c),
    };

    private static Mapping Dice(Case c)
    {
        var declaration = new Declaration(c.Options.Text("apply_nonlin") switch
        {
            "softmax_dim1" => Activation.Softmax,
            "sigmoid" => Activation.Sigmoid,
            _ => Activation.None,
        });
        c.Options.Flag("ddp"); // a single process
        CaseTensor? mask = c.Extra.GetValueOrDefault("loss_mask");
        Dice(declaration, c.Options, weight: 1, isMasked: mask is not null);
        Feed feed = Target(c, declaration);
        return new Mapping(declaration.ToString(), mask is null ? feed : feed with { Inputs = [mask.Data] });
    }

    private static Mapping DiceCrossEntropy(Case c)
    {
        (double dice, double entropy) = Weights(c);
        CaseOptions ofEntropy = c.Options.Nested("ce_kwargs");
        var declaration = new Declaration(Activation.Softmax);
        if (c.Options.Integer("ignore_label") is int ignored)
            declaration.Loss.With("IgnoreIndex", ignored);
        double smoothing = ofEntropy.Number("label_smoothing", 0);
        double[]? classWeights = ofEntropy.Numbers("weight");
        if (entropy != 0)
            declaration.Term("CrossEntropy").With("Weight", entropy).With("LabelSmoothing", smoothing).With("ClassWeights", classWeights);
        Dice(declaration, c.Options.Nested("soft_dice_kwargs"), dice, isMasked: false);
        return new Mapping(declaration.ToString(), Target(c, declaration));
    }

    private static Mapping DiceBinaryCrossEntropy(Case c)
    {
        (double dice, double entropy) = Weights(c);
        c.Options.Nested("bce_kwargs");
        bool hasIgnored = c.Options.Flag("use_ignore_label");
        var declaration = new Declaration(Activation.Sigmoid);
        declaration.Term("BinaryCrossEntropy").With("Weight", hasIgnored ? c.Classes * entropy : entropy); // a mean over pixels then, not over classes
        Dice(declaration, c.Options.Nested("soft_dice_kwargs"), dice, isMasked: false);
        declaration.Loss.With("Target", TargetKind.Dense);
        if (!hasIgnored)
            return new Mapping(declaration.ToString(), Feed.Dense(c));
        declaration.Loss.With("IgnoreIndex", Ignored);
        Feed feed = Feed.Dense(c);
        return new Mapping(declaration.ToString(), feed with { Target = feed.Target with { Data = Elements(c, (int)feed.Shape.Pixels) } });
    }

    private static (double Dice, double Entropy) Weights(Case c)
    {
        c.Options.Text("dice_class"); // both compute the same
        return (c.Options.Number("weight_dice", 1), c.Options.Number("weight_ce", 1));
    }

    private static void Dice(Declaration declaration, CaseOptions options, double weight, bool isMasked)
    {
        bool hasBackground = options.Flag("do_bg", absent: true);
        double smooth = options.Number("smooth", 1);
        declaration.Loss.With("PerImage", !options.Flag("batch_dice"));
        if (weight == 0)
            return;
        AttributeText term = declaration.Term(isMasked ? "MaskedDice" : "Dice")
            .With("Weight", weight).With("Smooth", smooth).With("Epsilon", 1e-8).With("Negative", true);
        if (!hasBackground)
            term.Without("IncludeBackground");
    }

    private static Feed Target(Case c, Declaration declaration)
    {
        bool hasLabels = c.TargetKind == "index";
        declaration.Loss.With("Target", hasLabels ? TargetKind.Index : TargetKind.Dense);
        return hasLabels ? Feed.Labels(c) : Feed.Dense(c);
    }

    /// <summary>The target without its last channel, which says what is ignored.</summary>
    private static double[] Elements(Case c, int pixels)
    {
        int channels = c.Classes + 1;
        double[] target = c.Target!.Data;
        var elements = new double[c.Input.Count];
        for (int i = 0; i < elements.Length; i++)
        {
            int pixel = i % pixels, channel = i / pixels % c.Classes, image = i / pixels / c.Classes;
            bool isIgnored = target[(((image * channels) + c.Classes) * pixels) + pixel] != 0;
            elements[i] = isIgnored ? Ignored : target[(((image * channels) + channel) * pixels) + pixel];
        }

        return elements;
    }
}
