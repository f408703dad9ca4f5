using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen;

/// <summary>
/// The sums over pixels that a loss needs, as a block of doubles. Blocks of the same loss add up element by element: over tiles,
/// micro-batches, threads and processes (all-reduce <see cref="Values"/>, and <see cref="Pixels"/> with them).
/// </summary>
public sealed class LossStatistics
{
    private readonly LossShape shape;
    private readonly bool perImage;
    private readonly double[][] sums = new double[2][];

    internal LossStatistics(ILoss loss, LossShape shape)
    {
        ArgumentNullException.ThrowIfNull(loss);
        PairChecks.Refuse(loss.Definition, "pairs of rows of two pieces are in neither", "evaluate the whole batch at once");
        CallChecks.Shape(loss.Definition, shape);
        if (loss.Definition.Reduction == Reduction.None)
            throw new NotSupportedException($"{loss.Definition.Name} declares Reduction.None and has no one value that sums could be finished to. Evaluate the whole batch with EvaluateElements.");
        if (loss.Definition.Dimensions > 0)
            throw new NotSupportedException($"{loss.Definition.Name} looks at neighbouring pixels, and those beside the border of a piece are in another. Evaluate the whole batch at once.");
        Definition = loss.Definition;
        this.shape = shape;
        perImage = loss.Definition.PerImage;
        for (int kind = 0; kind < 2; kind++)
        {
            bool accepted = loss.Definition.Target != (kind == 0 ? TargetKind.Dense : TargetKind.Index);
            if (!accepted)
                continue;
            CpuCall call = CallChecks.Measure(loss, shape, kind == 0 ? TargetElement.Int64 : TargetElement.Double);
            if (call.ValuePasses > 1)
                throw new NotSupportedException($"{Definition.Name} needs {call.ValuePasses} passes over the pixels for its value, so its sums cannot be gathered in one. Evaluate the whole batch at once.");
            if (call.CountsImages)
                throw new NotSupportedException($"{Definition.Name} counts the images of the batch, and pieces may be parts of an image. Evaluate the whole batch at once.");
            if (call.HasMaxima)
                throw new NotSupportedException($"{Definition.Name} takes a maximum over the pixels, and pieces of a batch add up only what is a sum. Evaluate the whole batch at once.");
            sums[kind] = new double[call.StatisticsLength];
        }
    }

    /// <summary>
    /// The sums: for each statistic with a class axis one number a class, then the others; all of it for each image where statistics are
    /// per image.
    /// </summary>
    public Span<double> Values => Array;

    /// <summary>The pixels that were added, over all images and pieces. What a mean divides by comes from here.</summary>
    public long Pixels { get; set; }

    internal LossDefinition Definition { get; }

    internal bool HasLabels { get; private set; } = true;

    internal double[] Array => sums[HasLabels ? 0 : 1] ?? sums[HasLabels ? 1 : 0];

    /// <summary>The images of all pieces together; those of the batch as one where they do not matter.</summary>
    internal int WholeBatch => perImage ? shape.Batch : 1;

    /// <summary>The pixels an image that go with <see cref="WholeBatch"/>.</summary>
    internal long WholePixels => Math.Max(1, Pixels / WholeBatch);

    /// <summary>A shape with the images and classes of the sums.</summary>
    internal LossShape SumShape => new(WholeBatch, shape.Classes, 1);

    /// <summary>Adds the sums of another block of the same loss.</summary>
    /// <param name="other">The other block.</param>
    /// <exception cref="ArgumentException">It belongs to another loss or shape.</exception>
    public void Merge(LossStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other.Definition, Definition))
            throw new ArgumentException($"The statistics are of {other.Definition.Name}, these of {Definition.Name}.", nameof(other));
        if (other.shape.Classes != shape.Classes || (perImage && other.shape.Batch != shape.Batch))
            throw new ArgumentException($"The statistics are of {other.Extents}, these of {Extents}.", nameof(other));
        if (Pixels > 0 && other.Pixels > 0 && other.HasLabels != HasLabels)
            throw new ArgumentException("The statistics are of another kind of target: class indices and dense targets cannot be mixed.",
                nameof(other));
        if (Pixels == 0)
            HasLabels = other.HasLabels;
        if (other.HasLabels == HasLabels)
        {
            for (int i = 0; i < Array.Length; i++)
                Array[i] += other.Array[i];
        }

        Pixels += other.Pixels;
    }

    /// <summary>Sets everything to 0.</summary>
    public void Clear()
    {
        foreach (double[]? block in sums)
            block?.AsSpan().Clear();
        Pixels = 0;
    }

    internal void Check(ILoss loss, LossShape piece, bool hasLabels)
    {
        if (!ReferenceEquals(loss.Definition, Definition))
            throw new ArgumentException($"The statistics were created by {Definition.Name}, not by {loss.Definition.Name}.", "statistics");
        if (piece.Classes != shape.Classes || (perImage && piece.Batch != shape.Batch))
            throw new ArgumentException($"The statistics were created for {Extents}; the piece has {piece.Classes} classes and {piece.Batch} images.", "shape");
        if (Pixels > 0 && hasLabels != HasLabels)
            throw new ArgumentException("Earlier pieces had another kind of target: class indices and dense targets cannot be mixed.",
                "target");
        HasLabels = hasLabels;
    }

    private string Extents => perImage ? $"{shape.Classes} classes and {shape.Batch} images" : $"{shape.Classes} classes";

    internal void Add(LossShape piece) => Pixels += piece.Batch * piece.Pixels;
}
