using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>A term of the catalogue as a loss of its own, with its defaults, and a batch of two pixels and two classes for it.</summary>
/// <param name="Name">The attribute's name.</param>
/// <param name="Activation">The activation that it is meant for.</param>
internal sealed record CatalogueLoss(string Name, Activation Activation)
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
        ["LovaszHinge"] = Activation.None,
        ["HingeEmbedding"] = Activation.None,
        ["SoftMargin"] = Activation.None,
        ["MultiMargin"] = Activation.None,
        ["MultiLabelSoftMargin"] = Activation.None,
        ["Cosine"] = Activation.None,
        ["Ranking"] = Activation.None,
        ["Triplet"] = Activation.None,
        ["Gaussian"] = Activation.None,
        ["Poisson"] = Activation.Sigmoid,
        ["GeneralizedIou"] = Activation.None,
        ["DistanceIou"] = Activation.None,
        ["CompleteIou"] = Activation.None,
    };

    private static readonly string[] DenseOnly = ["Cosine", "Ranking", "Triplet", "GeneralizedIou", "DistanceIou", "CompleteIou"];

    /// <summary>Every term of the library.</summary>
    public static IEnumerable<CatalogueLoss> All => typeof(LossTermAttribute).Assembly.GetExportedTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && !type.IsAbstract)
        .Select(type => (Name: type.Name[..^nameof(Attribute).Length], IsRegression: type.IsSubclassOf(typeof(RegressionTermAttribute))))
        .OrderBy(term => term.Name, StringComparer.Ordinal)
        .Select(term => new CatalogueLoss(term.Name, Activations.TryGetValue(term.Name, out Activation activation) ? activation : term.IsRegression ? Activation.None : Activation.Softmax));

    public bool IsDense => DenseOnly.Contains(Name);

    public bool IsBox => Name.EndsWith("Iou", StringComparison.Ordinal);

    public string Declaration => $$"""
        [Loss(Activation.{{Activation}}{{(IsDense ? ", Target = TargetKind.Dense" : "")}})]
        [{{Name}}{{(Name == "TopKCrossEntropy" ? "(Fraction = 0.5)" : "")}}]
        public sealed partial class Declared
        {
        }
        """;

    /// <summary>Class 0 has the logit, class 1 its opposite; a box goes from the one to the other.</summary>
    public Tensor Logits(double size) => IsBox
        ? tensor([-size, -size, size, size], [1, 4, 1], ScalarType.Float64)
        : tensor([size, size, -size, -size], [1, 2, 2], ScalarType.Float64);

    /// <summary>The first pixel is of class 0, the second of class 1; a box of extent 1.</summary>
    public Tensor Target(ScalarType type) => IsBox ? tensor([0.0, 0, 1, 1], [1, 4, 1], type)
        : IsDense ? tensor([1.0, 0, 0, 1], [1, 2, 2], type)
        : tensor([0L, 1], [1, 2]);
}
