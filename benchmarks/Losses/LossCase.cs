using LossGen.Benchmarks.Eager;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Losses;

/// <summary>A loss as tensor operations: logits and target in, a scalar with its graph out.</summary>
internal delegate Tensor EagerLoss(Tensor logits, Tensor target);

/// <summary>A declared loss and what it is compared with.</summary>
/// <param name="Name">The name in tables and JSON.</param>
/// <param name="Loss">The declared loss.</param>
/// <param name="Port">What a user writes when porting a PyTorch loss to TorchSharp.</param>
/// <param name="Rewrites">Faster ways to write the same; the fastest at each size is "eager-best".</param>
/// <param name="Fused">torch's own function, where the loss is just that.</param>
/// <param name="Sorts">
/// The gradient depends on the order of the pixels. Where rounding exchanges two, single entries of the gradient differ as a whole: what
/// has to agree is the gradient's norm.
/// </param>
/// <param name="Shrink">The logits are so many times smaller than the target along each axis, and are resized to it.</param>
internal sealed record LossCase(string Name, ILoss Loss, EagerLoss Port, EagerLoss[] Rewrites, EagerLoss? Fused = null, bool Sorts = false,
    int Shrink = 1)
{
    public static IReadOnlyList<LossCase> All { get; } =
    [
        new("Dice+CE", new DiceCrossEntropy(), Ports.DiceCrossEntropy, Best(terms => terms.Dice() + terms.CrossEntropy())),
        new("Dice+Focal", new DiceFocal(), Ports.DiceFocal, Best(terms => terms.Dice() + terms.Focal(2))),
        new("CE", new PlainCrossEntropy(), Ports.CrossEntropy, [(logits, target) => new GatheredTerms(logits, target).CrossEntropy()],
            TorchLosses.CrossEntropy),
        new("F-beta", new FBetaLoss(), Ports.FBeta, Best(terms => terms.FBeta(2))),
        new("Tversky", new TverskyLoss(), Ports.Tversky, Best(terms => terms.Tversky(0.3, 0.7))),
        new("BCE+Dice", new BinaryDice(), Ports.BinaryDice, [SigmoidRewrites.BinaryDice]),
        new("BCE", new PlainBinary(), Ports.Binary, [SigmoidRewrites.Binary], TorchLosses.Binary),
        new("Lovasz", new LovaszLoss(), SortedPorts.LovaszSoftmax, [], Sorts: true),
        new("LovaszHinge", new LovaszHingeLoss(), SortedPorts.LovaszHinge, [], Sorts: true),
        new("TopK", new TopKLoss(), SortedPorts.TopK, [], Sorts: true),
        new("OHEM", new OhemLoss(), SortedPorts.Ohem, [], Sorts: true),
        new("Resize+Dice", new ResizedDice(), Ports.ResizedDice, [], Shrink: 4),
        new("SSIM", new SsimLoss(), NeighbourPorts.Ssim, []),
        new("clDice", new CentreLineLoss(), NeighbourPorts.CentreLineDice, []),
        new("clDice-3D", new CentreLineVolumeLoss(), NeighbourPorts.CentreLineDice, []),
        new("LNCC-3D", new CorrelationLoss(), NeighbourPorts.Correlation, []),
        new("TV", new VariationLoss(), NeighbourPorts.TotalVariation, []),
        new("SupCon", new SupervisedContrast(), PairPorts.SupervisedContrastive, []),
        new("NT-Xent", new PositivePairs(), PairPorts.NtXent, []),
        new("Circle", new CirclePairs(), PairPorts.Circle, []),
        new("BarlowTwins", new TwinColumns(), OfViews(PairPorts.BarlowTwins), []),
        new("VICReg", new SpreadColumns(), OfViews(PairPorts.VarianceCovariance), []),
        new("Tversky+Focal+formula", new Composite(), Ports.Composite, Best(terms => terms.Tversky(0.3, 0.7) + 0.5 * terms.Focal(2)
            + terms.BrierAndVolume(0.1, 0.5))),
    ];

    /// <summary>One independent probability a channel, with dense targets; otherwise a softmax with class indices.</summary>
    public bool IsSigmoid => Loss.Definition.Activation != Activation.Softmax && !HasPairs;

    /// <summary>Rows of embeddings with a label each in place of logits.</summary>
    public bool HasPairs => Loss.Definition.Pairs != Pairs.None;

    /// <summary>The rows are the embeddings of one view, then those of the other, and have no labels.</summary>
    public bool HasViews => Generated.PairTensors.ComparesColumns(Loss.Definition.Pairs);

    /// <summary>Region losses make no sense on rows of a classifier.</summary>
    public bool Fits(InputSize size) => HasPairs ? size.IsEmbeddings : !size.IsEmbeddings && size.IsSigmoid == IsSigmoid
        && (size.Pixels > 1 || Name == "CE")
        && (Shrink == 1 || (size.Extents.Length == 4 && size.Extents[2] % Shrink == 0 && size.Extents[3] % Shrink == 0))
        && (Loss.Definition.Dimensions == 0 || Loss.Definition.Dimensions == size.Extents.Length - 2);

    /// <summary>Of one tensor with the rows of both views.</summary>
    public static EagerLoss OfViews(Func<Tensor, Tensor, Tensor> loss) => (rows, _) =>
    {
        long half = rows.shape[0] / 2;
        return loss(rows.narrow(0, 0, half), rows.narrow(0, half, half));
    };

    private static EagerLoss[] Best(Func<SoftmaxTerms, Tensor> loss) =>
    [
        (logits, target) => loss(new GatheredTerms(logits, target)),
        (logits, target) => loss(new MaskedTerms(logits, target)),
    ];
}
