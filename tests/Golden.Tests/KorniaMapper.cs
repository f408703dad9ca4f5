namespace LossGen.Golden;

/// <summary>
/// Kornia: ignored pixels are counted in means, the zeros of one-hot targets are 1e-6 (which is a formula of the case's own), a Tversky
/// index pools the classes.
/// </summary>
internal static class KorniaMapper
{
    public static Mapping Map(Case c) => c.Loss switch
    {
        "charbonnier_loss" or "cauchy_loss" or "geman_mcclure_loss" or "welsch_loss" => Robust(c),
        "kl_div_loss_2d" or "js_div_loss_2d" => Divergence(c),
        "binary_focal_loss_with_logits" => BinaryFocal(c),
        "focal_loss" => Focal(c),
        "dice_loss" => Dice(c),
        "lovasz_hinge_loss" => LovaszMapper.Map(c),
        "lovasz_softmax_loss" => LovaszMapper.Numbers(c),
        "tversky_loss" => Tversky(c),
        _ => throw Mapping.Unknown(c),
    };

    private static Mapping Robust(Case c)
    {
        Reduction reduction = Reduced(c, "none");
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term(c.Loss switch
        {
            "charbonnier_loss" => "Charbonnier",
            "cauchy_loss" => "Cauchy",
            "welsch_loss" => "Welsch",
            _ => "GemanMcClure",
        });
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }

    private static Mapping Divergence(Case c)
    {
        Reduction reduction = Reduced(c, "mean");
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction).With("PerImage", true);
        declaration.Term(c.Loss == "kl_div_loss_2d" ? "KullbackLeibler" : "JensenShannon").With("Per", Per.Class);
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }

    private static Mapping BinaryFocal(Case c)
    {
        Reduction reduction = Reduced(c, "none");
        var declaration = new Declaration(Activation.Sigmoid);
        Ignore(c, declaration).With("Target", TargetKind.Dense).With("Reduction", reduction);
        bool isSoft = c.Target!.Data.Any(y => y is > 0 and < 1);
        if (isSoft)
            declaration.Type(KorniaFormulas.SoftFocal);
        declaration.Term(isSoft ? nameof(KorniaFormulas.SoftFocal) : "Focal")
            .With("Gamma", c.Options.Number("gamma", 2))
            .With("Alpha", Alpha(c, absent: 0.25))
            .With("PositiveWeights", c.Options.Numbers("pos_weight"))
            .With("ClassWeights", c.Options.Numbers("weight"));
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }

    private static Mapping Focal(Case c)
    {
        Reduction reduction = Reduced(c, "none");
        double? alpha = Alpha(c, absent: null);
        var declaration = new Declaration(Activation.Softmax);
        declaration.Type(KorniaFormulas.Focal);
        Ignore(c, declaration).With("Target", TargetKind.Index).With("Reduction", reduction);
        declaration.Term("RaisedFocal")
            .With("Gamma", c.Options.Number("gamma", 2))
            .With("Alpha", alpha)
            .With("ClassWeights", c.Options.Numbers("weight"));
        return new Mapping(declaration.ToString(), Feed.Labels(c), TorchMapper.Unreduced(c, reduction));
    }

    private static Mapping Dice(Case c)
    {
        bool isMicro = c.Options.Text("average", "micro") == "micro";
        var declaration = new Declaration(Activation.Softmax);
        declaration.Type(KorniaFormulas.Dice(isMicro));
        Ignore(c, declaration).With("Target", TargetKind.Index).With("PerImage", true);
        declaration.Term("RaisedDice").With("Smooth", c.Options.Number("eps", 1e-8)).With("ClassWeights", c.Options.Numbers("weight"));
        return new Mapping(declaration.ToString(), Feed.Labels(c));
    }

    private static Mapping Tversky(Case c)
    {
        var declaration = new Declaration(Activation.Softmax);
        Ignore(c, declaration).With("Target", TargetKind.Index).With("PerImage", true);
        declaration.Term("Tversky")
            .With("PoolClasses", true)
            .With("Alpha", c.Options.Number("alpha", 0.5))
            .With("Beta", c.Options.Number("beta", 0.5))
            .With("SmoothNumerator", 0.0)
            .With("SmoothDenominator", c.Options.Number("eps", 1e-8));
        return new Mapping(declaration.ToString(), Feed.Labels(c));
    }

    private static AttributeText Ignore(Case c, Declaration declaration)
    {
        int? ignored = c.Options.Has("ignore_index") ? c.Options.Integer("ignore_index") : -100;
        return ignored is int label ? declaration.Loss.With("IgnoreIndex", label).With("CountIgnored", true) : declaration.Loss;
    }

    private static double? Alpha(Case c, double? absent) => c.Options.Has("alpha") ? c.Options.Number("alpha") : absent;

    private static Reduction Reduced(Case c, string absent) => TorchMapper.Reduced(c, absent);
}
