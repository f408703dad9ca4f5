namespace LossGen.Golden;

/// <summary>PyTorch's own losses.</summary>
internal static class TorchMapper
{
    public static Mapping Map(Case c) => c.Loss switch
    {
        "CrossEntropyLoss" => CrossEntropy(c),
        "BCEWithLogitsLoss" => BinaryCrossEntropy(c),
        _ => throw Mapping.Unknown(c),
    };

    private static Mapping CrossEntropy(Case c)
    {
        bool hasLabels = c.TargetKind == "index";
        Reduction reduction = Reduced(c);
        int ignored = c.Options.Integer("ignore_index") ?? -100;

        var declaration = new Declaration(Activation.Softmax);
        declaration.Loss.With("Target", hasLabels ? TargetKind.Index : TargetKind.Dense).With("Reduction", reduction);
        if (hasLabels) // PyTorch has no ignored class with probabilities
            declaration.Loss.With("IgnoreIndex", ignored);
        declaration.Term("CrossEntropy")
            .With("LabelSmoothing", c.Options.Number("label_smoothing", 0))
            .With("ClassWeights", c.Options.Numbers("weight"));

        return new Mapping(
            declaration.ToString(),
            hasLabels ? Feed.Labels(c) : Feed.Dense(c),
            reduction == Reduction.None ? new ElementLayout(c.ValueShape, -1, []) : null);
    }

    private static Mapping BinaryCrossEntropy(Case c)
    {
        Reduction reduction = Reduced(c);
        var declaration = new Declaration(Activation.Sigmoid);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        Feed feed = Feed.Dense(c);
        if (c.Options.Tensor("weight", c.Extra) is { } weight && VariesBeyondClasses(c, weight))
        {
            declaration.Term("WeightedBinaryCrossEntropy").With("PositiveWeights", PerClass(c, "pos_weight"));
            feed = feed with { Inputs = [Feed.Broadcast(weight, c.Input.Shape)] };
        }
        else
        {
            declaration.Term("BinaryCrossEntropy")
                .With("PositiveWeights", PerClass(c, "pos_weight"))
                .With("ClassWeights", PerClass(c, "weight"));
        }

        return new Mapping(
            declaration.ToString(),
            feed,
            reduction == Reduction.None ? new ElementLayout(c.ValueShape, 1, [.. Enumerable.Range(0, c.Classes)]) : null);
    }

    private static Reduction Reduced(Case c) => c.Options.Text("reduction", "mean") switch
    {
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        "none" => Reduction.None,
        string other => throw new NotSupportedException($"{c.Id}: nothing maps the reduction {other}."),
    };

    /// <summary>A tensor that PyTorch broadcasts over the input does not give one number a class.</summary>
    public static bool VariesBeyondClasses(Case c, CaseTensor tensor) => tensor.Count != (VariesOverClasses(c, tensor) ? c.Classes : 1);

    /// <summary>A tensor that PyTorch broadcasts over the input, as one number a class.</summary>
    /// <exception cref="NotSupportedException">It varies over other axes than the classes.</exception>
    private static double[]? PerClass(Case c, string option)
    {
        if (c.Options.Tensor(option, c.Extra) is not CaseTensor tensor)
            return null;
        if (VariesBeyondClasses(c, tensor))
            throw new NotSupportedException($"{c.Id}: {option} has shape ({string.Join(", ", tensor.Shape)}): not one number a class.");
        return VariesOverClasses(c, tensor) ? tensor.Data : [.. Enumerable.Repeat(tensor.Data[0], c.Classes)];
    }

    private static bool VariesOverClasses(Case c, CaseTensor tensor)
    {
        int classAxis = tensor.Shape.Length - (c.Input.Shape.Length - 1); // axes are aligned from the right
        return classAxis >= 0 && tensor.Shape[classAxis] > 1;
    }
}
