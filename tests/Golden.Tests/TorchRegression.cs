namespace LossGen.Golden;

/// <summary>PyTorch's losses of one number an element.</summary>
internal static class TorchRegression
{
    public static Mapping Map(Case c)
    {
        Reduction reduction = TorchMapper.Reduced(c);
        bool isLog = c.Loss == "PoissonNLLLoss" && c.Options.Flag("log_input", absent: true);
        var declaration = new Declaration(isLog ? Activation.Exp : Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        AttributeText term = declaration.Term(Name(c));
        switch (c.Loss)
        {
            case "HuberLoss":
                term.With("Delta", c.Options.Number("delta", 1));
                break;
            case "SmoothL1Loss":
                term.With("Beta", c.Options.Number("beta", 1));
                break;
            case "HingeEmbeddingLoss":
                term.With("Margin", c.Options.Number("margin", 1));
                break;
            case "PoissonNLLLoss":
                term.With("Epsilon", c.Options.Number("eps", 1e-8)).With("Full", c.Options.Flag("full"));
                break;
        }

        return new Mapping(declaration.ToString(), Feed.Dense(c), TorchMapper.Unreduced(c, reduction));
    }

    private static string Name(Case c) => c.Loss switch
    {
        "L1Loss" => "L1",
        "MSELoss" => "MeanSquaredError",
        "HuberLoss" => "Huber",
        "SmoothL1Loss" => "SmoothL1",
        "HingeEmbeddingLoss" => "HingeEmbedding",
        "SoftMarginLoss" => "SoftMargin",
        "PoissonNLLLoss" => "Poisson",
        _ => throw Mapping.Unknown(c),
    };
}
