namespace LossGen.Golden;

/// <summary>PyTorch's losses of two or three vectors: one is the prediction, one the target, what is left an input of the loss.</summary>
internal static class TorchPairs
{
    public static bool Knows(string loss) =>
        loss is "CosineEmbeddingLoss" or "GaussianNLLLoss" or "MarginRankingLoss" or "TripletMarginLoss";

    public static Mapping Map(Case c)
    {
        Reduction reduction = TorchMapper.Reduced(c);
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        CaseTensor target = c.Loss switch
        {
            "GaussianNLLLoss" => c.Target!,
            "TripletMarginLoss" => c.Extra["positive"],
            _ => c.Extra["input2"]
        };
        double[] input;
        switch (c.Loss)
        {
            case "GaussianNLLLoss":
                declaration.Term("Gaussian").With("Epsilon", c.Options.Number("eps", 1e-6)).With("Full", c.Options.Flag("full"));
                CaseTensor variance = c.Extra["var"];
                if (variance.Shape.Length == c.Input.Shape.Length - 1)
                    variance = variance with { Shape = [.. variance.Shape, 1] }; // one for each row of the last axis
                input = Feed.Broadcast(variance, c.Input.Shape);
                break;
            case "TripletMarginLoss":
                declaration.Term("Triplet")
                    .With("Margin", c.Options.Number("margin", 1)).With("Power", c.Options.Number("p", 2))
                    .With("Swap", c.Options.Flag("swap")).With("Epsilon", c.Options.Number("eps", 1e-6));
                input = c.Extra["negative"].Data;
                break;
            default:
                declaration.Term(c.Loss == "MarginRankingLoss" ? "Ranking" : "Cosine").With("Margin", c.Options.Number("margin", 0));
                input = c.Target!.Data;
                break;
        }

        // A vector of N numbers is N images of one class.
        int[] shape = c.Input.Shape.Length == 1 ? [c.Input.Shape[0], 1] : c.Input.Shape;
        var extents = new LossShape(shape[0], shape[1], shape[2..].Aggregate(1, (product, extent) => product * extent));
        var feed = new Feed(extents, c.Input with { Shape = shape }, target with { Shape = shape }, HasLabels: false) { Inputs = [input] };
        int classAxis = c.Loss == "GaussianNLLLoss" ? 1 : -1;
        return new Mapping(declaration.ToString(), feed, TorchMapper.Unreduced(c, reduction, classAxis));
    }
}
