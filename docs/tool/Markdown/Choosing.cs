namespace LossGen.Pages.Markdown;

/// <summary>Where someone may start who has no loss in mind.</summary>
internal static class Choosing
{
    public static readonly string Text = """
        ## Where to start

        | when | take |
        |---|---|
        | classes are segmented and nothing else is known | [Dice](Dice.md) and [CrossEntropy](CrossEntropy.md): the first counts small classes as much as large ones, the second has even gradients |
        | a class of a pixel may be several, or there is one class | the same with `Activation.Sigmoid`, and [BinaryCrossEntropy](BinaryCrossEntropy.md) |
        | objects are small, and a miss is worse than a false alarm | [Tversky](Tversky.md) with `Beta` above `Alpha`, or [FBeta](FBeta.md) with `Beta` above 1 |
        | classes differ much in size | [GeneralizedDice](GeneralizedDice.md), or `ClassWeights` |
        | most pixels are easy | [Focal](Focal.md), [TopKCrossEntropy](TopKCrossEntropy.md) or [OhemCrossEntropy](OhemCrossEntropy.md) |
        | the score is the intersection over union | [Jaccard](Jaccard.md), or [LovaszSoftmax](LovaszSoftmax.md) after some training |
        | some labels are wrong | [BiTempered](BiTempered.md) |
        | targets lie between 0 and 1 | [QualityFocal](QualityFocal.md), [KullbackLeibler](KullbackLeibler.md), or a region term with `SoftLabel` |
        | borders matter | [Boundary](Boundary.md) beside a region term, or [WeightedCrossEntropy](WeightedCrossEntropy.md) |
        | numbers are predicted and some are far off | [Huber](Huber.md), [Charbonnier](Charbonnier.md), or [Cauchy](Cauchy.md), which forgives more |
        | embeddings are learned | [NtXent](NtXent.md) without labels, [SupervisedContrastive](SupervisedContrastive.md) with them |
        | boxes are predicted | [GeneralizedIou](GeneralizedIou.md), or [CompleteIou](CompleteIou.md) |


        """.ReplaceLineEndings("\n");
}
