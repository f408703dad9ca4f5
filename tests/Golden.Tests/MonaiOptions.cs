namespace LossGen.Golden;

/// <summary>What MONAI's losses make of the options that they share.</summary>
internal sealed class MonaiOptions(Case c)
{
    public Case Case => c;

    /// <summary>The loss; of MaskedLoss the one inside, and of logits that are resized before the one that they are resized for.</summary>
    public string Loss { get; } = c.Loss switch { "MaskedLoss" => c.Options.Text("loss")!, MonaiMapper.Resized => "DiceLoss", _ => c.Loss };

    /// <summary>Class 0 is left out.</summary>
    public bool DropsBackground { get; } = !c.Options.Flag("include_background", absent: true) && c.Classes > 1;

    /// <summary>Sums go over the batch, too.</summary>
    public bool IsBatch { get; } = c.Options.Flag("batch");

    /// <summary>The target is class indices that MONAI turns into one-hot; it does not with a single class.</summary>
    public bool HasLabels { get; } = c.Options.Flag("to_onehot_y") && c.Classes > 1;

    public Reduction Reduction { get; } = c.Options.Text("reduction", "mean") switch
    {
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        "none" => Reduction.None,
        string other => throw new NotSupportedException($"{c.Id}: nothing maps the reduction {other}."),
    };

    public int TermClasses => c.Classes - (DropsBackground ? 1 : 0);

    /// <summary>The target has numbers other than 0 and 1.</summary>
    public bool HasSoftTarget => !HasLabels && c.Target!.Data.Any(value => value is not (0 or 1));

    private bool HasSoftmax => c.Options.Flag("softmax") && c.Classes > 1;

    /// <summary>Of the part that sums over pixels. It has no softmax over a single class.</summary>
    public Activation RegionActivation =>
        c.Options.Flag("sigmoid") ? Activation.Sigmoid
        : HasSoftmax ? Activation.Softmax
        : OtherActivation == MonaiFormulas.LogSoftmax ? Activation.Softmax
        : Activation.None;

    /// <summary>
    /// The prediction as a formula says it, where it is none of LossGen's activations. With soft labels MONAI takes the sum of absolute
    /// predictions, which is another thing for those that are no probabilities.
    /// </summary>
    public string? OtherActivation => c.Options.Text("other_act") switch
    {
        null when c.Options.Flag("soft_label") && !c.Options.Flag("sigmoid") && !HasSoftmax => MonaiFormulas.Plain,
        null => null,
        "tanh" => MonaiFormulas.Tanh,
        "log_softmax_dim1" => MonaiFormulas.LogSoftmax,
        string other => throw new NotSupportedException($"{c.Id}: nothing maps the activation {other}."),
    };

    /// <summary>The mask, one number an image and pixel, all of them 0 or 1; null where there is none.</summary>
    public double[]? Mask { get; } = c.Extra.TryGetValue("mask", out CaseTensor? mask)
        ? Feed.Broadcast(mask, [c.Input.Shape[0], 1, .. c.Input.Shape[2..]]) : null;

    /// <summary>MONAI masks the logits: a masked pixel has what the activation makes of zeros.</summary>
    public string? MaskedPrediction
    {
        get
        {
            if (Mask is null)
                return null;
            string atZero = OtherActivation switch
            {
                MonaiFormulas.LogSoftmax => $"-Log({c.Classes})",
                null when RegionActivation == Activation.Sigmoid => "0.5",
                null when RegionActivation == Activation.Softmax => $"1.0 / {c.Classes}",
                _ => "0",
            };
            return $"Where(mask > 0.5, {OtherActivation ?? "x.Probability"}, {atZero})";
        }
    }

    /// <summary>
    /// Weights for all classes of the loss. MONAI's are for the classes of the term, or one for all of them, and without effect if the term
    /// has but one.
    /// </summary>
    public double[]? ClassWeights
    {
        get
        {
            if (c.Options.Numbers("weight") is not double[] weights || TermClasses == 1)
                return null;
            double[] ofTerm = c.Options.IsList("weight") ? weights : [.. Enumerable.Repeat(weights[0], TermClasses)];
            return DropsBackground ? [1, .. ofTerm] : ofTerm;
        }
    }

    public ElementLayout? Elements
    {
        get
        {
            if (Reduction != Reduction.None || Loss == "AsymmetricUnifiedFocalLoss") // that is of means already
                return null;
            if (Loss == "GeneralizedDiceLoss")
                return new ElementLayout(c.ValueShape, -1, []);
            bool isPixelwise = Loss is "FocalLoss" or "DiceFocalLoss" or "GeneralizedDiceFocalLoss";
            int first = DropsBackground ? 1 : 0;
            return new ElementLayout(c.ValueShape, IsBatch && !isPixelwise ? 0 : 1, [.. Enumerable.Range(first, TermClasses)]);
        }
    }

    public AttributeText Background(AttributeText term) => DropsBackground ? term.Without("IncludeBackground") : term;
}
