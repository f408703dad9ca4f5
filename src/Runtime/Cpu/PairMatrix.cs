using System.Numerics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>What is known of a matrix of pairs before its numbers are.</summary>
internal static class PairMatrix
{
    /// <summary>What is added to the variance of a column that is standardised, as batch normalisation does.</summary>
    public const double VarianceFloor = 1e-5;

    /// <summary>Columns are compared, not rows.</summary>
    public static bool ComparesColumns(Pairs pairs) => pairs is Pairs.Correlation or Pairs.Covariance;

    /// <summary>The extents of the matrix as the kernels take it.</summary>
    public static LossShape ShapeOf(Pairs pairs, LossShape embeddings)
    {
        int side = ComparesColumns(pairs) ? embeddings.Classes : embeddings.Batch;
        return new(pairs == Pairs.Covariance ? 2 : 1, side, side);
    }
}

/// <summary>The matrix of the pairs of a call: made of embeddings, and its gradient taken back to them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly unsafe partial struct PairMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int CacheLine = 64;

    // Numbers behind the codes, which the last tile reads.
    private const int CodePadding = 64;

    private readonly LossDefinition definition;
    private readonly LogitElement element;
    private readonly TargetElement targetElement;
    private readonly void* embeddings;
    private readonly void* labels;

    // N, of two views the rows of both, and D.
    private readonly int rows;
    private readonly int features;

    // The embeddings in this precision, which for other than half and bfloat16 are the caller's. As they are multiplied: rows of unit
    // length, or columns without their mean. Their gradient, which likewise may be the caller's.
    private readonly T* source;
    private readonly T* own;
    private readonly T* returned;

    // 1 / the length of each row, or 1 / the deviation of each column of each view.
    private readonly double* inverse;

    // Sums over columns.
    private readonly double* sums;
    private readonly T* turned;
    private readonly T* packed;
    private readonly long* sorted;

    /// <summary>Takes the memory of a call from this thread's workspace.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="call">The call, on embeddings.</param>
    /// <param name="kept">Where the caller keeps the matrix; null where it does not.</param>
    public PairMatrix(LossDefinition definition, in CpuCall call, T* kept)
    {
        this.definition = definition;
        element = call.LogitElement;
        targetElement = call.TargetElement;
        embeddings = call.Logits;
        labels = call.Target;
        rows = call.Shape.Batch;
        features = call.Shape.Classes;
        LossShape matrix = PairMatrix.ShapeOf(definition.Pairs, call.Shape);
        int side = matrix.Classes;
        Stride = StrideOf(side);
        long count = Length(definition.Pairs, call.Shape), numbers = (long)rows * features;
        long made = kept is null ? count : 0, back = call.WritesGradient ? count : 0, deviations = Math.Max(rows, 2L * features);
        long columns = PairMatrix.ComparesColumns(definition.Pairs) ? (long)features * StrideOf(rows / 2) : 0;
        long panels = Math.Max(MatrixProduct<T>.PackedLength(features, side), MatrixProduct<T>.PackedLength(Math.Max(rows, features),
            features));
        bool isHalf = element >= LogitElement.Half;
        Workspace workspace = Workspace.Rent(
            WorkspaceUse.Pairs,
            Workspace.Size<T>(numbers) + Workspace.Size<T>(isHalf ? numbers : 0) + Workspace.Size<T>(columns)
            + Workspace.Size<double>(deviations) + Workspace.Size<double>(2 * features) + Workspace.Size<T>(panels)
            + Workspace.Size<T>(made) + Workspace.Size<T>(back) + Workspace.Size<T>(side + CodePadding) + Workspace.Size<long>(rows));
        own = workspace.Take<T>(numbers);
        source = isHalf ? own : (T*)embeddings;
        returned = isHalf ? workspace.Take<T>(numbers) : (T*)call.Gradient;
        turned = workspace.Take<T>(columns);
        inverse = workspace.Take<double>(deviations);
        sums = workspace.Take<double>(2 * features);
        packed = workspace.Take<T>(panels);
        Numbers = kept is null ? workspace.Take<T>(made) : kept;
        Gradient = call.WritesGradient ? workspace.Take<T>(back) : null;
        Codes = workspace.Take<T>(side + CodePadding);
        sorted = workspace.Take<long>(rows);
    }

    /// <summary>How many numbers the memory of a matrix has.</summary>
    public static long Length(Pairs pairs, LossShape embeddings)
    {
        LossShape shape = PairMatrix.ShapeOf(pairs, embeddings);
        return (long)shape.Batch * shape.Classes * StrideOf(shape.Classes);
    }

    /// <summary>From a row of the matrix to the next.</summary>
    public int Stride { get; }

    /// <summary>The matrix.</summary>
    public T* Numbers { get; }

    /// <summary>Its gradient, which the passes write; null where they do not.</summary>
    public T* Gradient { get; }

    /// <summary><see cref="CpuCall.PairCodes"/>.</summary>
    public T* Codes { get; }

    // An odd number of cache lines. Tiles and transpositions read the same columns of many rows, which with a power of two for a stride
    // would all fall into the same set of a cache.
    private static int StrideOf(int side) => (((side * sizeof(T)) + CacheLine - 1) / CacheLine | 1) * (CacheLine / sizeof(T));

    /// <summary>Makes the matrix, and the codes of its rows.</summary>
    /// <param name="isMade">The matrix is there already; what takes its gradient back is not.</param>
    public void Make(bool isMade)
    {
        if (element >= LogitElement.Half)
            Storage.Widen(element, embeddings, 0, (float*)own, checked(rows * features));
        if (PairMatrix.ComparesColumns(definition.Pairs))
            MakeOfColumns(isMade);
        else
            MakeOfRows(isMade);
    }

    /// <summary>Takes the gradient of the matrix back to the embeddings.</summary>
    /// <param name="gradient">The call's, of the embeddings' type.</param>
    public void Return(void* gradient)
    {
        if (PairMatrix.ComparesColumns(definition.Pairs))
            ReturnToColumns();
        else
            ReturnToRows();
        if (element >= LogitElement.Half)
            Storage.Narrow((float*)returned, element, gradient, 0, checked(rows * features));
    }
}
