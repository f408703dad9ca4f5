namespace LossGen.Golden;

/// <summary>The seed document's F-beta loss: softmax, sums over batch and pixels, mean over classes, target N,H,W,C+1.</summary>
internal static class SeedMapper
{
    public static Mapping Map(Case c)
    {
        if (c.Loss != "Dice_loss")
            throw Mapping.Unknown(c);

        var declaration = new Declaration(Activation.Softmax);
        declaration.Loss
            .With("Target", TargetKind.Dense)
            .With("TargetClassAxis", ClassAxis.Last)
            .With("DropLastTargetChannel", true)
            .With("Resize", Resize.Bilinear);
        declaration.Term("FBeta").With("Beta", c.Options.Number("beta", 1)).With("Smooth", c.Options.Number("smooth", 1e-5));

        int[] input = c.Input.Shape, target = c.Target!.Shape;
        LossShape shape = new LossShape(input[0], input[1], target[1], target[2]).WithLogits(input[2], input[3]);
        return new Mapping(declaration.ToString(), new Feed(shape, c.Input, c.Target, HasLabels: false));
    }
}
