namespace LossGen.Golden;

/// <summary>torchvision: a negative alpha is none.</summary>
internal static class TorchVisionMapper
{
    public static Mapping Map(Case c)
    {
        if (c.Loss.EndsWith("_box_iou_loss", StringComparison.Ordinal))
            return Boxes(c);
        if (c.Loss != "sigmoid_focal_loss")
            throw Mapping.Unknown(c);

        Reduction reduction = TorchMapper.Reduced(c, "none");
        double alpha = c.Options.Number("alpha", 0.25);
        var declaration = new Declaration(Activation.Sigmoid);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term("Focal").With("Gamma", c.Options.Number("gamma", 2)).With("Alpha", alpha >= 0 ? alpha : null);
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }

    // Boxes (K, 4): K images of four channels.
    private static Mapping Boxes(Case c)
    {
        Reduction reduction = TorchMapper.Reduced(c, "none");
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term(c.Loss switch
        {
            "generalized_box_iou_loss" => "GeneralizedIou",
            "distance_box_iou_loss" => "DistanceIou",
            _ => "CompleteIou"
        })
            .With(c.Loss == "complete_box_iou_loss" ? "FactorEpsilon" : "Epsilon", c.Options.Number("eps", 1e-7));
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction, classAxis: -1));
    }
}
