namespace LossGen.Golden;

/// <summary>
/// nnU-Net: Dice is the negative score, with a lower bound of the denominator; statistics per image unless <c>batch_dice</c>; masks are
/// applied after the activation.
/// </summary>
internal static class NnUNetMapper
{
    // No label of a case.
    private const int Ignored = -1;

    public static Mapping Map(Case c) => c.Loss switch
    {
        "SoftDiceLoss" or "MemoryEfficientSoftDiceLoss" => Dice(c),
        "DC_and_CE_loss" => DiceCrossEntropy(c),
        "DC_and_BCE_loss" => DiceBinaryCrossEntropy(c),
        "TopKLoss" => TopK(c),
        "DC_and_topk_loss" => DiceTopK(c),
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
        int? ignored = c.Options.Integer("ignore_label"), ignoredByEntropy = ofEntropy.Integer("ignore_index");
        if (ignored is not null)
            declaration.Loss.With("IgnoreIndex", ignored.Value);
        else if (ignoredByEntropy is not null)
            throw new NotSupportedException($"{c.Id}: a label that the cross-entropy ignores and the Dice does not.");
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
        CaseOptions ofEntropy = c.Options.Nested("bce_kwargs");
        bool hasIgnored = c.Options.Flag("use_ignore_label");
        double[]? positive = ofEntropy.Numbers("pos_weight");
        bool isSum = ofEntropy.Text("reduction", "mean") == "sum" && !hasIgnored; // with ignored pixels nnU-Net reduces itself
        var declaration = new Declaration(Activation.Sigmoid);
        double elements = isSum ? c.Input.Count : hasIgnored ? c.Classes : 1; // with ignored pixels a mean over pixels, not over classes
        declaration.Term("BinaryCrossEntropy").With("Weight", elements * entropy)
            .With("PositiveWeights", positive is { Length: 1 } ? [.. Enumerable.Repeat(positive[0], c.Classes)] : positive);
        Dice(declaration, c.Options.Nested("soft_dice_kwargs"), dice, isMasked: false);
        declaration.Loss.With("Target", TargetKind.Dense);
        if (!hasIgnored)
            return new Mapping(declaration.ToString(), Feed.Dense(c));
        declaration.Loss.With("IgnoreIndex", Ignored);
        Feed feed = Feed.Dense(c);
        return new Mapping(declaration.ToString(), feed with { Target = feed.Target with { Data = Elements(c, (int)feed.Shape.Pixels) } });
    }

    private static Mapping TopK(Case c)
    {
        var declaration = new Declaration(Activation.Softmax);
        return HardestPixels(c, declaration, c.Options, weight: 1, c.Options.Integer("ignore_index"), Target(c, declaration));
    }

    private static Mapping DiceTopK(Case c)
    {
        (double dice, double entropy) = Weights(c);
        int? ignored = c.Options.Integer("ignore_label");
        var declaration = new Declaration(Activation.Softmax);
        Dice(declaration, c.Options.Nested("soft_dice_kwargs"), dice, isMasked: false);
        return HardestPixels(c, declaration, c.Options.Nested("ce_kwargs"), entropy, ignored, Target(c, declaration));
    }

    // An ignored pixel counts as one without loss.
    private static Mapping HardestPixels(Case c, Declaration declaration, CaseOptions options, double weight, int? ignored, Feed feed)
    {
        if (ignored is not null)
            declaration.Loss.With("IgnoreIndex", ignored.Value);
        declaration.Term("TopKCrossEntropy")
            .With("Weight", weight)
            .With("Fraction", options.Number("k", 10) / 100)
            .With("AllPixels", true)
            .With("LabelSmoothing", options.Number("label_smoothing", 0))
            .With("ClassWeights", options.Numbers("weight"));
        return new Mapping(declaration.ToString(), feed);
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
        double? bound = options.Number("clip_tp");
        options.Flag("ddp"); // a single process
        declaration.Loss.With("PerImage", !options.Flag("batch_dice"));
        if (weight == 0)
            return;
        AttributeText term;
        if (bound is double least)
        {
            declaration.Type(ClippedDice(isMasked));
            term = declaration.Term(nameof(ClippedDice)).With("Least", least).With("Weight", weight).With("Smooth", smooth);
        }
        else
        {
            term = declaration.Term(isMasked ? "MaskedDice" : "Dice").With("Weight", weight).With("Smooth", smooth).With("Epsilon", 1e-8)
                .With("Negative", true);
        }

        if (!hasBackground)
            term.Without("IncludeBackground");
    }

    private static string ClippedDice(bool isMasked) => $$"""
        public sealed partial class ClippedDiceAttribute : LossTermAttribute
        {
            public double Least { get; init; }
            public double Smooth { get; init; }

            public static Value Formula(Prediction x, Target y, {{(isMasked ? "PixelMap mask, " : "")}}double least, double smooth)
            {
                Value p = x.Probability, mask1 = {{(isMasked ? "mask" : "1")}};
                Value tp = Max(Sum(mask1 * p * y), least), fp = Sum(mask1 * p * (1 - y)), fn = Sum(mask1 * (1 - p) * y);
                return -(2 * tp + smooth) / Max(2 * tp + fp + fn + smooth, 1e-8);
            }
        }
        """;

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
