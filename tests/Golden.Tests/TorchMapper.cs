namespace LossGen.Golden;

/// <summary>PyTorch's own losses.</summary>
internal static class TorchMapper
{
    public static Mapping Map(Case c) => c.Loss switch
    {
        "CrossEntropyLoss" => CrossEntropy(c),
        "BCEWithLogitsLoss" or "BCELoss" => BinaryCrossEntropy(c),
        "NLLLoss" => NegativeLogLikelihood(c),
        "MultiLabelMarginLoss" => MultiLabelMargin(c),
        "KLDivLoss" => KullbackLeibler(c),
        "MultiMarginLoss" or "MultiLabelSoftMarginLoss" => Margin(c),
        _ when TorchPairs.Knows(c.Loss) => TorchPairs.Map(c),
        _ => TorchRegression.Map(c),
    };

    private static Mapping NegativeLogLikelihood(Case c)
    {
        Reduction reduction = Reduced(c);
        var declaration = new Declaration(Activation.Exp);
        declaration.Loss.With("Target", TargetKind.Index).With("Reduction", reduction).With("IgnoreIndex", c.Options.Integer("ignore_index")
            ?? -100);
        declaration.Term("CrossEntropy").With("ClassWeights", c.Options.Numbers("weight"));
        return new Mapping(declaration.ToString(), Feed.Labels(c), Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping KullbackLeibler(Case c)
    {
        bool perImage = c.Options.Text("reduction", "mean") == "batchmean";
        Reduction reduction = perImage ? Reduction.Mean : Reduced(c);
        var declaration = new Declaration(Activation.Exp);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term("KullbackLeibler").With("Per", perImage ? Per.Image : Per.Element).With("LogTarget", c.Options.Flag("log_target"));
        return new Mapping(declaration.ToString(), Feed.Dense(c), Unreduced(c, reduction));
    }

    private static Mapping Margin(Case c)
    {
        bool hasLabels = c.TargetKind == "index";
        Reduction reduction = Reduced(c);
        var declaration = new Declaration(Activation.None);
        declaration.Loss.With("Target", hasLabels ? TargetKind.Index : TargetKind.Dense).With("Reduction", reduction);
        AttributeText term = declaration.Term(c.Loss[..^"Loss".Length]).With("ClassWeights", c.Options.Numbers("weight"));
        if (hasLabels)
            term.With("Exponent", c.Options.Number("p", 1)).With("Margin", c.Options.Number("margin", 1));
        return new Mapping(declaration.ToString(), hasLabels ? Feed.Labels(c) : Feed.Dense(c), Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping MultiLabelMargin(Case c)
    {
        Reduction reduction = Reduced(c);
        var declaration = new Declaration(Activation.None);
        declaration.Type(TorchFormulas.MultiLabelMargin(c.Classes));
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        declaration.Term("MultiLabelMargin");
        var target = new double[c.Input.Count]; // the labels end at the first -1
        for (int n = 0; n < c.Input.Shape[0]; n++)
            foreach (double label in c.Target!.Data.Skip(n * c.Classes).Take(c.Classes).TakeWhile(label => label >= 0))
                target[(n * c.Classes) + (int)label] = 1;
        Feed feed = Feed.Dense(c);
        return new Mapping(declaration.ToString(), feed with { Target = feed.Target with { Data = target } },
            Unreduced(c, reduction, classAxis: -1));
    }

    /// <summary>How the values of an unreduced loss lie; null for one that reduces.</summary>
    public static ElementLayout? Unreduced(Case c, Reduction reduction, int classAxis = 1) =>
        reduction == Reduction.None ? new ElementLayout(c.ValueShape, classAxis, classAxis < 0 ? [] : [.. Enumerable.Range(0, c.Classes)])
            : null;

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
            Unreduced(c, reduction, classAxis: -1));
    }

    private static Mapping BinaryCrossEntropy(Case c)
    {
        Reduction reduction = Reduced(c);
        var declaration = new Declaration(c.Loss == "BCELoss" ? Activation.None : Activation.Sigmoid);
        declaration.Loss.With("Target", TargetKind.Dense).With("Reduction", reduction);
        if (c.Loss == "BCELoss" && c.Input.Data.Any(number => number is 0 or 1))
        {
            declaration.Type(TorchFormulas.SaturatedEntropy);
            declaration.Term(nameof(TorchFormulas.SaturatedEntropy));
            double[] weights = c.Options.Tensor("weight", c.Extra) is { } weight ? Feed.Broadcast(weight, c.Input.Shape)
                : [.. Enumerable.Repeat(1.0, c.Input.Count)];
            return new Mapping(declaration.ToString(), Feed.Dense(c) with { Inputs = [weights] }, Unreduced(c, reduction));
        }

        Feed feed = BinaryTerm(c, declaration, out _);
        return new Mapping(declaration.ToString(), feed, Unreduced(c, reduction));
    }

    /// <summary>
    /// The binary cross-entropy with the weights that the case has: of each class, of each element, or a formula of its own where those of
    /// the positives vary, too.
    /// </summary>
    public static Feed BinaryTerm(Case c, Declaration declaration, out AttributeText term)
    {
        Feed feed = Feed.Dense(c);
        CaseTensor? weight = c.Options.Tensor("weight", c.Extra), positive = c.Options.Tensor("pos_weight", c.Extra);
        if (positive is not null && VariesBeyondClasses(c, positive))
        {
            declaration.Type(TorchFormulas.PositiveElements);
            term = declaration.Term(nameof(TorchFormulas.PositiveElements));
            double[] weights = weight is null ? [.. Enumerable.Repeat(1.0, c.Input.Count)] : Feed.Broadcast(weight, c.Input.Shape);
            return feed with { Inputs = [weights, Feed.Broadcast(positive, c.Input.Shape)] };
        }

        if (weight is not null && VariesBeyondClasses(c, weight))
        {
            term = declaration.Term("WeightedBinaryCrossEntropy").With("PositiveWeights", PerClass(c, "pos_weight"));
            return feed with { Inputs = [Feed.Broadcast(weight, c.Input.Shape)] };
        }

        term = declaration.Term("BinaryCrossEntropy").With("PositiveWeights", PerClass(c, "pos_weight")).With("ClassWeights",
            PerClass(c, "weight"));
        return feed;
    }

    public static Reduction Reduced(Case c, string absent = "mean") => c.Options.Text("reduction", absent) switch
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
    public static double[]? PerClass(Case c, string option)
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
