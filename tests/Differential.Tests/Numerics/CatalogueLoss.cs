using LossGen.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>A term of the catalogue as a loss of its own, with its defaults, and a batch of two pixels and two classes for it.</summary>
/// <param name="Name">The attribute's name.</param>
/// <param name="Activation">The activation that it is meant for.</param>
internal sealed record CatalogueLoss(string Name, Activation Activation)
{
    private static readonly string[] DenseOnly = ["Cosine", "Ranking", "Triplet", "GeneralizedIou", "DistanceIou", "CompleteIou"];

    /// <summary>Every term of the library.</summary>
    public static IEnumerable<CatalogueLoss> All => CatalogueTerms.All.Select(term => new CatalogueLoss(term.Name, term.Activation));

    public bool IsDense => DenseOnly.Contains(Name);

    public bool IsBox => Name.EndsWith("Iou", StringComparison.Ordinal);

    public string Declaration => $$"""
        [Loss(Activation.{{Activation}}{{(IsDense ? ", Target = TargetKind.Dense" : "")}})]
        {{CatalogueTerms.Attribute(Name)}}
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
