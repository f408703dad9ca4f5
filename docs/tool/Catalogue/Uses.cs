namespace LossGen.Pages.Catalogue;

/// <summary>When to take a term: the sentence that its page begins with and the index has beside its name.</summary>
internal static class Uses
{
    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        // Region
        ["AsymmetricFocalTversky"] = "For small foreground classes: they go on gaining where they are nearly right, and the background does not. Mostly as a part of [UnifiedFocal](UnifiedFocal.md).",
        ["CalibrationError"] = "Beside a loss that segments, with a small weight, where the probabilities are read as such: a pixel of 0.8 should be right in 8 of 10 cases.",
        ["Dice"] = "For segmentation whose classes differ in size, and where Dice is the score: the usual first choice, beside [CrossEntropy](CrossEntropy.md).",
        ["ExpLogDice"] = "For classes of very different sizes, beside [ExpLogCrossEntropy](ExpLogCrossEntropy.md): a class that is nearly missed pulls far more than in [Dice](Dice.md).",
        ["FBeta"] = "Where a miss and a false alarm differ in cost, and one number says by how much: `Beta` above 1 favours finding all, below 1 being right.",
        ["GeneralizedDice"] = "For classes of very different volumes: the smaller one is, the more it weighs, in one score for all.",
        ["Jaccard"] = "Where the intersection over union is the score: as [Dice](Dice.md), with mistakes counting more.",
        ["LogCoshDice"] = "In place of [Dice](Dice.md) where training is unsteady towards its end: the gradient fades as the overlap becomes right.",
        ["MaskedDice"] = "Where only some pixels of an image are labelled, or a map says how much each counts, and a region loss is wanted.",
        ["MatthewsCorrelation"] = "Where the background should count as well: a rare class that is predicted everywhere, or nowhere, does not score.",
        ["SensitivitySpecificity"] = "For lesions that are a small part of the image: states how much a miss weighs against a false alarm, as one share.",
        ["SoftF1"] = "Where a training that used pytorch-toolbelt's SoftF1Loss is to be repeated; else [FBeta](FBeta.md) or [Dice](Dice.md).",
        ["Tversky"] = "For small objects whose misses are worse than false alarms, or the other way round: `Beta` weighs misses, `Alpha` false alarms.",
        ["UnifiedFocal"] = "For rare classes, where a pixel loss and a region loss should both look at what is hard, with three numbers to set in all.",
        ["WassersteinDice"] = "For classes of which some are nearer to each other than others, as parts of one organ: mistaking these costs less.",

        // Pixel
        ["AsymmetricFocal"] = "For a rare foreground in a large, easy background: only the background counts less where it is right. Mostly as a part of [UnifiedFocal](UnifiedFocal.md).",
        ["BalancedBinaryCrossEntropy"] = "For one class that is rare, as edges are, in a share that changes from batch to batch: each batch sets its own weights.",
        ["BiTempered"] = "Where some labels are wrong: outliers have a bounded loss, and labels near the boundary are borne.",
        ["BinaryBiTempered"] = "Where some labels are wrong and a pixel may have several classes, or there is one.",
        ["BinaryCrossEntropy"] = "For one class, or several that may hold for the same pixel: the usual first choice, beside [Dice](Dice.md).",
        ["Boundary"] = "Beside a region loss with a small weight that grows, where borders matter and a class may be tiny; the distance maps are computed ahead.",
        ["CrossEntropy"] = "For classes that exclude each other: the usual first choice, with even gradients, alone where classes are balanced and beside [Dice](Dice.md) where not.",
        ["ExpLogCrossEntropy"] = "Beside [ExpLogDice](ExpLogDice.md), for classes of very different sizes: its power says whether the easy or the hard pixels matter.",
        ["Focal"] = "Where most pixels are easy and drown the hard ones, as a large background does: what is right already counts less.",
        ["NeighborCalibration"] = "Beside a cross-entropy, with a weight of about 0.1, where a network is too sure near borders: its logits follow the mix of the labels around.",
        ["QualityFocal"] = "For soft targets, as the overlap of a box or the share of a pixel, of which most are easy: [Focal](Focal.md) for numbers between 0 and 1.",
        ["WeightedBinaryCrossEntropy"] = "Where every class and pixel has a weight of its own, with a sigmoid: maps of uncertainty, several annotators, parts that are not labelled.",
        ["WeightedCrossEntropy"] = "Where every pixel has a weight of its own, as the borders between touching cells in U-Net.",

        // Divergence
        ["JensenShannon"] = "For targets that are distributions, where prediction and target should weigh alike and the loss stay bounded: heat maps, consistency of two views.",
        ["KullbackLeibler"] = "For targets that are distributions: distillation from another network, soft labels, heat maps.",

        // Sorted
        ["LovaszHinge"] = "Where the intersection over union of one class, or of several that overlap, is the score: mostly after some training with [BinaryCrossEntropy](BinaryCrossEntropy.md).",
        ["LovaszSoftmax"] = "Where the mean intersection over union of the classes is the score: mostly after some training with [CrossEntropy](CrossEntropy.md), or beside it.",
        ["OhemCrossEntropy"] = "Where most pixels are easy, as in street scenes: only those count whose label has too small a probability, and at least so many.",
        ["TopKCrossEntropy"] = "Where most pixels are easy: a fixed share of the hardest counts, which is all that has to be set.",

        // Regression
        ["Cauchy"] = "For numbers with gross outliers, as in reconstruction and matching: far errors still pull, less and less.",
        ["Charbonnier"] = "For restored images and optical flow: as [L1](L1.md), but smooth at 0.",
        ["Gaussian"] = "For numbers that come with a variance each: certain ones count more.",
        ["GemanMcClure"] = "For numbers of which some are plainly wrong: a far error has next to no say.",
        ["Huber"] = "For numbers with some outliers: squares while the error is small, and no more than a given pull beyond.",
        ["L1"] = "For numbers whose median is wanted, or images that shall not be blurred: all errors pull alike.",
        ["LogCosh"] = "For numbers with some outliers, where the second derivative is wanted, too: a smooth [Huber](Huber.md) without a number to set.",
        ["MeanSquaredError"] = "For numbers without outliers, whose mean is wanted; on probabilities the Brier score.",
        ["Pinball"] = "Where a quantile is wanted in place of a mean: upper and lower bounds of a forecast.",
        ["Poisson"] = "For counts, as of cells, photons or events.",
        ["SmoothL1"] = "For coordinates of boxes and other numbers with some outliers, as detectors have it: [Huber](Huber.md) over its delta.",
        ["Welsch"] = "For numbers of which some are plainly wrong: beyond a few times the scale an error does not pull at all.",
        ["Wing"] = "For landmarks, as of faces, where small errors matter: they pull more than with [L1](L1.md).",

        // Margin
        ["Cosine"] = "For embeddings of pairs that are alike or not, where the angle counts and lengths do not.",
        ["Hinge"] = "Where the right side of a margin is enough, as in support vector machines and the discriminators of generative networks.",
        ["HingeEmbedding"] = "For distances of pairs that are alike (1) or not (-1): the ones go to 0, the others beyond a margin.",
        ["MultiLabelSoftMargin"] = "For samples that have several labels, where one number a sample is wanted.",
        ["MultiMargin"] = "For classes that exclude each other, where the right score shall lead by a margin and no more.",
        ["Ranking"] = "Where only the order of two scores is known: which of two is better.",
        ["SoftMargin"] = "For answers of yes (1) or no (-1): the logistic loss.",
        ["Triplet"] = "For embeddings of which one example is known that should be near and one that should not.",

        // Neighbours
        ["BendingEnergy"] = "For registration, beside a measure of likeness: keeps a displacement field smooth, and leaves affine parts free.",
        ["Diffusion"] = "For registration, beside a measure of likeness: keeps the slopes of a displacement field small.",
        ["HausdorffDistance"] = "For segmentation whose farthest error counts, beside a region loss: the exact distances of prediction and label weigh the errors.",
        ["HausdorffErosion"] = "For segmentation whose farthest error counts, beside a region loss: errors that are thick, and so survive erosions, weigh most.",
        ["ImageGradient"] = "For depth, super-resolution and restored images, beside a pixel loss: keeps edges sharp.",
        ["LabelBoundary"] = "Beside a region loss, where borders matter: [Boundary](Boundary.md) without maps to compute ahead.",
        ["LocalNormalizedCrossCorrelation"] = "For registration of images that differ in brightness and contrast from place to place.",
        ["MsSsim"] = "For restored, compressed or denoised images, where both structure at several scales and colour count.",
        ["SoftClDice"] = "For vessels, roads, nerves and membranes, beside [Dice](Dice.md): what is connected should stay so.",
        ["Ssim"] = "For restored or generated images, beside [L1](L1.md): structure counts as the eye sees it.",
        ["TotalVariation"] = "Beside another loss, with a small weight, where the prediction should be smooth but for few edges: denoising, masks without specks.",

        // Boxes
        ["CompleteIou"] = "For boxes of a detector: as [DistanceIou](DistanceIou.md), and the aspect ratio counts as well.",
        ["DistanceIou"] = "For boxes of a detector: moves a box towards its target also where they do not overlap, sooner than [GeneralizedIou](GeneralizedIou.md).",
        ["GeneralizedIou"] = "For boxes of a detector, where the overlap is the score and boxes need not overlap yet.",

        // Pairs
        ["BarlowTwins"] = "For embeddings without labels and without negatives, also of small batches: the columns of two views should agree, each with its own only.",
        ["Circle"] = "For embeddings that are searched, as of faces, persons or products: pairs that are far from where they should be pull more. Batches need several rows of a label.",
        ["NtXent"] = "For embeddings without labels, from two views of each sample, as SimCLR; the larger the batch, the more negatives. With labels [SupervisedContrastive](SupervisedContrastive.md) weighs rows alike.",
        ["SupervisedContrastive"] = "For embeddings with labels, ahead of a classifier or a search: every row of the same label is a positive, and each row counts the same however many it has.",
        ["VarianceCovariance"] = "For embeddings without labels, negatives or a normalised batch, as VICReg: beside a mean squared error between the views ([Pairs](../pairs.md#terms)), it keeps columns from collapsing.",
    };

    /// <summary>The terms that have a sentence, for the test that all have.</summary>
    public static IEnumerable<string> Names => Sentences.Keys;

    /// <summary>When to take a term.</summary>
    /// <exception cref="InvalidOperationException">Nobody has said so.</exception>
    public static string Of(Term term) => Sentences.TryGetValue(term.Name, out string? sentence)
        ? sentence
        : throw new InvalidOperationException($"Nothing says when to take {term.Name}: add a sentence to docs/tool/Catalogue/Uses.cs.");
}
