using LossGen.Metrics;

namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall of each class and of all, from true positives (tp), false positives (fp) and
/// false negatives (fn) that add up over pieces.
/// </summary>
/// <remarks>A score that is 0 / 0 is NaN, and means leave it out, unless <see cref="AbsentClasses"/> says otherwise.</remarks>
public abstract class ClassScores : PixelMetric
{
    private protected ClassScores(string name, int classes, Activation activation, int? ignoreIndex, IReadOnlyList<int>? ignoreIndices)
        : base(name, classes, activation, ignoreIndex, ignoreIndices)
    {
    }

    /// <summary>What a score counts that is 0 / 0, as of a class that is neither labelled nor predicted. It is asked when scores are read,
    /// and may change in between.</summary>
    public AbsentClasses AbsentClasses { get; set; }

    /// <summary><c>2 tp / (2 tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Dice(int c) => Listed(Class(ScoreFormula.Dice, Check(c)));

    /// <summary>Intersection over union (Jaccard): <c>tp / (tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Iou(int c) => Listed(Class(ScoreFormula.Iou, Check(c)));

    /// <summary>
    /// <c>(1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)</c>, from 0 to 1: above 1, beta makes recall count more than precision.
    /// </summary>
    /// <param name="c">The class.</param>
    /// <param name="beta">At least 0.</param>
    public double FBeta(int c, double beta) => Listed(Class(ScoreFormula.FBeta(beta), Check(c)));

    /// <summary>How much of what is predicted is right: <c>tp / (tp + fp)</c>.</summary>
    public double Precision(int c) => Listed(Class(ScoreFormula.Precision, Check(c)));

    /// <summary>How much of what is labelled is found (sensitivity): <c>tp / (tp + fn)</c>.</summary>
    public double Recall(int c) => Listed(Class(ScoreFormula.Recall, Check(c)));

    /// <summary>The average of <see cref="Dice"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="average">Their mean, their mean by support, or the score of all counts.</param>
    public double MeanDice(bool includeBackground = true, ClassAverage average = ClassAverage.Macro) =>
        Mean(ScoreFormula.Dice, includeBackground, average);

    /// <summary>The average of <see cref="Iou"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="average">Their mean, their mean by support, or the score of all counts.</param>
    public double MeanIou(bool includeBackground = true, ClassAverage average = ClassAverage.Macro) =>
        Mean(ScoreFormula.Iou, includeBackground, average);

    /// <summary>The average of <see cref="FBeta"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="beta">At least 0.</param>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="average">Their mean, their mean by support, or the score of all counts.</param>
    public double MeanFBeta(double beta, bool includeBackground = true, ClassAverage average = ClassAverage.Macro) =>
        Mean(ScoreFormula.FBeta(beta), includeBackground, average);

    /// <summary>The average of <see cref="Precision"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="average">Their mean, their mean by support, or the score of all counts.</param>
    public double MeanPrecision(bool includeBackground = true, ClassAverage average = ClassAverage.Macro) =>
        Mean(ScoreFormula.Precision, includeBackground, average);

    /// <summary>The average of <see cref="Recall"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="average">Their mean, their mean by support, or the score of all counts.</param>
    public double MeanRecall(bool includeBackground = true, ClassAverage average = ClassAverage.Macro) =>
        Mean(ScoreFormula.Recall, includeBackground, average);

    /// <summary>
    /// Generalised Dice score: <c>2 sum(w tp) / sum(w (2 tp + fp + fn))</c> over the classes, from 0 to 1, the weight w of a class falling
    /// with its volume <c>tp + fn</c>. A class without volume has the largest weight of those that have one. Where nothing is labelled it
    /// is 0, or 0 / 0 if nothing is predicted, either.
    /// </summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    /// <param name="weights">How the weight falls.</param>
    /// <remarks>
    /// C. Sudre et al., "Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations", DLMIA 2017. MONAI
    /// 1.3's GeneralizedDiceScore is the mean over images (<see cref="ImageMetrics"/>) with <see cref="AbsentClasses.One"/>; its weight
    /// types square, simple and uniform (torchmetrics: linear) are inverse squares, inverses and uniform.
    /// </remarks>
    public double GeneralizedDice(bool includeBackground = true, VolumeWeights weights = VolumeWeights.InverseSquare) =>
        Listed(Generalized(includeBackground, weights));

    /// <summary>The score of a class; null if means leave it out.</summary>
    private protected abstract double? Class(ScoreFormula formula, int c);

    /// <summary>The score of all classes; null if it has none.</summary>
    private protected abstract double? Average(ScoreFormula formula, bool includeBackground, ClassAverage average);

    /// <summary>The generalised Dice score; null if it has none.</summary>
    private protected abstract double? Generalized(bool includeBackground, VolumeWeights weights);

    private double Mean(ScoreFormula formula, bool includeBackground, ClassAverage average) =>
        Listed(Average(formula, includeBackground, average));

    private double Listed(double? score) => score ?? (AbsentClasses == AbsentClasses.MinusOne ? -1 : double.NaN);
}
