namespace LossGen.TestSupport;

/// <summary>The terms of the library, and the activation that each is meant for.</summary>
internal static class CatalogueTerms
{
    // What takes no probabilities, and so no softmax.
    private static readonly Dictionary<string, Activation> Activations = new()
    {
        ["BinaryCrossEntropy"] = Activation.Sigmoid,
        ["WeightedBinaryCrossEntropy"] = Activation.Sigmoid,
        ["BinaryBiTempered"] = Activation.Sigmoid,
        ["Focal"] = Activation.Sigmoid,
        ["QualityFocal"] = Activation.Sigmoid,
        ["MatthewsCorrelation"] = Activation.Sigmoid,
        ["Poisson"] = Activation.Sigmoid,
        ["LovaszHinge"] = Activation.None,
        ["HingeEmbedding"] = Activation.None,
        ["SoftMargin"] = Activation.None,
        ["MultiMargin"] = Activation.None,
        ["MultiLabelSoftMargin"] = Activation.None,
        ["Cosine"] = Activation.None,
        ["Ranking"] = Activation.None,
        ["Triplet"] = Activation.None,
        ["Gaussian"] = Activation.None,
        ["GeneralizedIou"] = Activation.None,
        ["DistanceIou"] = Activation.None,
        ["CompleteIou"] = Activation.None,
    };

    /// <summary>The terms that look at neighbouring pixels: they need images, and are tested by themselves.</summary>
    public static readonly string[] OfNeighbours =
        ["BendingEnergy", "Diffusion", "HausdorffDistance", "HausdorffErosion", "ImageGradient", "LabelBoundary", "LocalNormalizedCrossCorrelation", "MsSsim", "SoftClDice", "Ssim", "TotalVariation"];

    /// <summary>A term that compares pairs: it needs embeddings, and is tested by itself.</summary>
    public static bool IsOfPairs(Type term) => term.IsDefined(typeof(TakesPairsAttribute), inherit: false);

    /// <summary>Every other term, by its attribute's name, in the order of names.</summary>
    public static IEnumerable<(string Name, Activation Activation)> All => typeof(LossTermAttribute).Assembly.GetExportedTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && !type.IsAbstract && !IsOfPairs(type))
        .Select(type => (Name: type.Name[..^nameof(Attribute).Length], IsRegression: type.IsSubclassOf(typeof(RegressionTermAttribute))))
        .Where(term => !OfNeighbours.Contains(term.Name))
        .OrderBy(term => term.Name, StringComparer.Ordinal)
        .Select(term => (term.Name, Activations.TryGetValue(term.Name, out Activation activation) ? activation
            : term.IsRegression ? Activation.None : Activation.Softmax));

    /// <summary>A term as a loss declares it: those that have to be told something are.</summary>
    public static string Attribute(string name) => $"[{name}{(name == "TopKCrossEntropy" ? "(Fraction = 0.5)" : "")}]";
}
