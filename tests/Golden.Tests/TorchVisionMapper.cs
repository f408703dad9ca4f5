namespace LossGen.Golden;

/// <summary>torchvision: a negative alpha is none.</summary>
internal static class TorchVisionMapper
{
    public static Mapping Map(Case c)
    {
        if (c.Loss != "sigmoid_focal_loss")
            throw Mapping.Unknown(c);

        Reduction reduction = TorchMapper.Reduced(c, "none");
        double alpha = c.Options.Number("alpha", 0.25);
        var declaration = new Declaration(Activation.Sigmoid);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term("Focal").With("Gamma", c.Options.Number("gamma", 2)).With("Alpha", alpha >= 0 ? alpha : null);
        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }
}
