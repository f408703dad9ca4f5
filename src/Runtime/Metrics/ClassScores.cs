using System.ComponentModel;
using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <summary>
/// Dice, intersection over union, F-beta, precision and recall of each class, from true positives (tp), false positives (fp) and false
/// negatives (fn) that add up over pieces.
/// </summary>
/// <remarks>A score that is 0 / 0 is NaN; means leave NaN out.</remarks>
public abstract unsafe class ClassScores
{
    private protected ClassScores(string name, int classes, Activation activation, int? ignoreIndex)
    {
        CheckClasses(classes);
        Definition = new() { Name = name, Activation = activation, Classes = classes, IgnoreIndex = ignoreIndex };
    }

    /// <summary>C.</summary>
    public int Classes => Definition.Classes;

    /// <summary>What is asked of logits and target. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LossDefinition Definition { get; }

    /// <summary>Counts a piece. Nothing is counted if an argument is wrong.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent; (N, S, C) with <see cref="LossShape.ClassesLast"/>.</param>
    /// <param name="target">N * S class indices of any integer type or bool, or N * C * S numbers of float, double or bool.</param>
    /// <param name="shape">The extents.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape; the message names it.</exception>
    public void Accumulate<T, TTarget>(ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape)
        where T : unmanaged
        where TTarget : unmanaged
    {
        LogitElement element = CallChecks.LogitElementOf<T>();
        TargetElement targetElement = CheckPiece<TTarget>(logits.Length, target.Length, shape);
        fixed (T* x = logits)
        fixed (TTarget* y = target)
        {
            var source = new LabelSource(y, targetElement, Classes, Definition);
            if (element == LogitElement.Double)
                Count<double, TTarget>(x, element, y, source, shape);
            else
                Count<float, TTarget>(x, element, y, source, shape);
        }
    }

    /// <summary><c>2 tp / (2 tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Dice(int c) => FBeta(c, 1);

    /// <summary>Intersection over union (Jaccard): <c>tp / (tp + fp + fn)</c>, from 0 to 1.</summary>
    public double Iou(int c) => Hits(Check(c)) / (Hits(c) + Wrong(c) + Missed(c));

    /// <summary>
    /// <c>(1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp)</c>, from 0 to 1: above 1, beta makes recall count more than precision.
    /// </summary>
    /// <param name="c">The class.</param>
    /// <param name="beta">At least 0.</param>
    public double FBeta(int c, double beta)
    {
        if (!(beta >= 0))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, $"beta is {beta}; it must be at least 0.");
        double square = beta * beta, above = (1 + square) * Hits(Check(c));
        return above / (above + (square * Missed(c)) + Wrong(c));
    }

    /// <summary>How much of what is predicted is right: <c>tp / (tp + fp)</c>.</summary>
    public double Precision(int c) => Hits(Check(c)) / (Hits(c) + Wrong(c));

    /// <summary>How much of what is labelled is found (sensitivity): <c>tp / (tp + fn)</c>.</summary>
    public double Recall(int c) => Hits(Check(c)) / (Hits(c) + Missed(c));

    /// <summary>The mean of <see cref="Dice"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanDice(bool includeBackground = true) => Mean(Dice, includeBackground);

    /// <summary>The mean of <see cref="Iou"/> over the classes that have one; NaN if none has.</summary>
    /// <param name="includeBackground">Class 0 is one of them.</param>
    public double MeanIou(bool includeBackground = true) => Mean(Iou, includeBackground);

    /// <summary>True positives.</summary>
    private protected abstract double Hits(int c);

    /// <summary>False positives.</summary>
    private protected abstract double Wrong(int c);

    /// <summary>False negatives.</summary>
    private protected abstract double Missed(int c);

    /// <summary>Counts a piece whose arguments fit. Throws for a bad label before anything is added.</summary>
    /// <typeparam name="T">double for logits of double, else float.</typeparam>
    /// <typeparam name="TTarget">The type of the target.</typeparam>
    private protected abstract void Count<T, TTarget>(
        void* logits, LogitElement element, TTarget* target, in LabelSource source, LossShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged;

    /// <summary>The type of the target, after a check of the lengths.</summary>
    private TargetElement CheckPiece<TTarget>(int logits, int target, LossShape shape)
        where TTarget : unmanaged
    {
        TargetElement element = CallChecks.ElementOf<TTarget>(TargetKind.Any, target, shape.Batch * shape.Pixels);
        CallChecks.Shape(Definition, shape);
        long values = (long)shape.Batch * Classes * shape.Pixels;
        if (logits != values)
            CallChecks.Length(logits, values, nameof(logits), $"N * C * S = {shape.Batch} * {Classes} * {shape.Pixels}");
        CallChecks.Target<TTarget>(Definition, element <= TargetElement.Int64, target, shape.Batch, Classes, shape.Pixels);
        return element;
    }

    /// <summary>Tells of the first bad label of a stretch.</summary>
    private protected static void ThrowBadLabel(in LabelSource source, LossShape shape, long offset, int count)
    {
        for (long at = offset; at < offset + count; at++)
        {
            if (source.IsBad(source.At(at)))
                throw source.Bad(at, shape.Pixels, "name an ignoreIndex");
        }
    }

    private double Mean(Func<int, double> score, bool includeBackground) => Mean(score, Classes, includeBackground);

    /// <summary>The mean of a score over the classes that have one; NaN if none has.</summary>
    internal static double Mean(Func<int, double> score, int classes, bool includeBackground)
    {
        double sum = 0;
        int found = 0;
        for (int c = includeBackground ? 0 : 1; c < classes; c++)
        {
            double own = score(c);
            if (double.IsNaN(own))
                continue;
            sum += own;
            found++;
        }

        return sum / found;
    }

    private protected int Check(int c) => Check(c, Classes);

    /// <summary>A class, if there is one of that number.</summary>
    internal static int Check(int c, int classes) => (uint)c < (uint)classes
        ? c
        : throw new ArgumentOutOfRangeException(nameof(c), c, $"There is no class {c}; there are {classes}, counted from 0.");

    /// <summary>Throws for fewer than one class.</summary>
    internal static void CheckClasses(int classes)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; there must be at least 1.");
    }
}
