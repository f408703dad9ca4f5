using System.ComponentModel;
using System.Numerics;
using LossGen.Cpu;
using LossGen.Kernels;
using LossGen.Metrics;

namespace LossGen;

/// <summary>A metric that compares what is predicted of each pixel with its label. Batches come in pieces.</summary>
public abstract unsafe class PixelMetric
{
    // What is asked of predicted classes: none of them is ignored.
    private readonly LossDefinition predictions;

    private protected PixelMetric(string name, int classes, Activation activation, int? ignoreIndex, IReadOnlyList<int>? ignoreIndices)
    {
        CheckClasses(classes);
        (int? first, int[] others) = Ignored(ignoreIndex, ignoreIndices);
        Definition = new() { Name = name, Activation = activation, Classes = classes, IgnoreIndex = first, OtherIgnoreIndices = others };
        predictions = new() { Name = name, Activation = activation, Classes = classes };
    }

    /// <summary>C.</summary>
    public int Classes => Definition.Classes;

    /// <summary>What is asked of logits and target. For generated code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public LossDefinition Definition { get; }

    /// <summary>Counts a piece. Nothing is counted if an argument is wrong.</summary>
    /// <typeparam name="T">float, double, <see cref="Half"/> or <see cref="BFloat16"/> for logits; where the predicted class counts, not
    /// its probability, also an integer type for class indices and bool for masks.</typeparam>
    /// <typeparam name="TTarget">An integer type or bool for class indices; float, double or bool for a dense target.</typeparam>
    /// <param name="logits">N * C * S numbers, the pixels of a class adjacent; (N, S, C) with <see cref="LossShape.ClassesLast"/>. Or what
    /// is predicted: N * S class indices, or N * C * S truth values, of which several may hold a pixel.</param>
    /// <param name="target">N * S class indices of any integer type or bool, or N * C * S numbers of float, double or bool.</param>
    /// <param name="shape">The extents.</param>
    /// <exception cref="ArgumentException">An argument does not fit the shape; the message names it.</exception>
    public void Accumulate<T, TTarget>(ReadOnlySpan<T> logits, ReadOnlySpan<TTarget> target, LossShape shape)
        where T : unmanaged
        where TTarget : unmanaged
    {
        TargetElement targetElement = CallChecks.ElementOf<TTarget>(TargetKind.Any, target.Length, shape.Batch * shape.Pixels);
        CallChecks.Shape(Definition, shape);
        fixed (T* x = logits)
        fixed (TTarget* y = target)
        {
            PredictionSource predicted = PredictionSource.Of<T>(predictions, x, logits.Length, shape, TakesClasses);
            if (targetElement > TargetElement.Int64 && Definition.OtherIgnoreIndices.Count > 0)
            {
                throw new ArgumentException(
                    $"The target is dense, and {Definition.Name} ignores several labels, which class indices have; give it one class index a pixel, or a single "
                        + "ignoreIndex, the number of elements that do not count.",
                    nameof(target));
            }

            CallChecks.Target<TTarget>(
                Definition, targetElement <= TargetElement.Int64, target.Length, shape.Batch, Classes, shape.Pixels);
            var source = new LabelSource(y, targetElement, Classes, Definition);
            if (predicted.IsDouble)
                CountPiece<double, TTarget>(predicted, y, source, shape);
            else
                CountPiece<float, TTarget>(predicted, y, source, shape);
        }
    }

    /// <summary>The predicted class is all that counts, so that it may be given in place of logits.</summary>
    private protected virtual bool TakesClasses => true;

    /// <summary>Counts a piece whose arguments fit. Throws for a bad label before anything is added.</summary>
    /// <typeparam name="T">double for logits of double, else float.</typeparam>
    /// <typeparam name="TTarget">The type of the target.</typeparam>
    private protected abstract void CountPiece<T, TTarget>(
        in PredictionSource predicted, TTarget* target, in LabelSource source, LossShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged;

    private protected int Check(int c) => Check(c, Classes);

    /// <summary>A class, if there is one of that number.</summary>
    internal static int Check(int c, int classes) => (uint)c < (uint)classes
        ? c
        : throw new ArgumentOutOfRangeException(nameof(c), c, $"There is no class {c}; there are {classes}, counted from 0.");

    /// <summary>The first label that is ignored, and the others, each once.</summary>
    internal static (int? First, int[] Others) Ignored(int? ignoreIndex, IReadOnlyList<int>? ignoreIndices)
    {
        int[] all = [.. (ignoreIndex is { } one ? [one] : Array.Empty<int>()).Concat(ignoreIndices ?? []).Distinct()];
        return all.Length == 0 ? (null, all) : (all[0], all[1..]);
    }

    /// <summary>Throws for fewer than one class.</summary>
    internal static void CheckClasses(int classes)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; there must be at least 1.");
    }
}
