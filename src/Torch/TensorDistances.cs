namespace LossGen;

using System;
using System.Runtime.InteropServices;
using LossGen.Generated;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Distance maps and surface distances of tensors. They are found on the CPU, to which tensors of other devices are copied.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TensorDistances
{
    /// <summary>
    /// The distance of each pixel where a condition holds to the nearest one of its image and class where it does not:
    /// <see cref="DistanceMap.Euclidean(ReadOnlySpan{bool}, Span{float}, LossShape, ReadOnlySpan{double})"/>.
    /// </summary>
    /// <param name="condition">(N, C, spatial...) of bool, with one to three spatial axes.</param>
    /// <param name="spacing">The distance of neighbours along each spatial axis; all 1 where none is given.</param>
    /// <returns>(N, C, spatial...) of float32, on the device of the condition.</returns>
    /// <exception cref="ArgumentException">It is no such tensor, or the spacing is not one number an axis.</exception>
    public static Tensor EuclideanDistances(this Tensor condition, params double[] spacing)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (condition.dtype != ScalarType.Bool)
            throw new ArgumentException($"condition is {condition.dtype}; it needs Bool. Compare, for example labels.unsqueeze(1).eq(1).",
                nameof(condition));
        BatchShape shape = Shape(condition, 2, condition.dim() > 1 ? condition.size(1) : 0, nameof(condition), "(N, C, spatial...)");
        bool[] holds = Numbers<bool>(condition);
        var distances = new float[holds.Length];
        DistanceMap.Euclidean(holds, distances, shape.ToLossShape(), spacing);
        return torch.tensor(distances, shape.FullShape(), device: condition.device);
    }

    /// <summary>
    /// The signed distance of each pixel to the boundary of each class, what <c>[Boundary]</c> takes:
    /// <see cref="DistanceMap.Signed(ReadOnlySpan{long}, Span{float}, LossShape, ReadOnlySpan{double})"/>.
    /// </summary>
    /// <param name="labels">
    /// (N, spatial...), class indices of an integer type, with one to three spatial axes. What is no class belongs to none.
    /// </param>
    /// <param name="classes">C.</param>
    /// <param name="spacing">The distance of neighbours along each spatial axis; all 1 where none is given.</param>
    /// <returns>(N, C, spatial...) of float32, on the device of the labels.</returns>
    /// <exception cref="ArgumentException">It is no such tensor, or the spacing is not one number an axis.</exception>
    public static Tensor SignedDistances(this Tensor labels, int classes, params double[] spacing)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; there must be at least 1.");
        AreIndices(labels, nameof(labels), "");
        BatchShape shape = Shape(labels, 1, classes, nameof(labels), "(N, spatial...)");
        long[] numbers = Indices(labels);
        var distances = new float[numbers.Length * classes];
        DistanceMap.Signed(numbers, distances, shape.ToLossShape(), spacing);
        return torch.tensor(distances, shape.FullShape(), device: labels.device);
    }

    /// <summary>Measures a piece: class indices, or masks of which several may hold a pixel.</summary>
    /// <param name="metrics">The sums.</param>
    /// <param name="predicted">
    /// Class indices (N, spatial...) of an integer type, such as <c>logits.argmax(1)</c>, or masks (N, C, spatial...) of bool.
    /// </param>
    /// <param name="labels">The same of what is labelled.</param>
    /// <param name="spacing">The distance of neighbours along each spatial axis; all 1 where none is given.</param>
    /// <exception cref="ArgumentException">The tensors are no such, or do not fit each other; the message names the one.</exception>
    public static void Accumulate(this SurfaceMetrics metrics, Tensor predicted, Tensor labels, params double[] spacing)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(labels);
        if (!predicted.shape.AsSpan().SequenceEqual(labels.shape))
            throw new ArgumentException($"predicted has the shape {TorchChecks.Text(predicted.shape)} and labels {TorchChecks.Text(labels.shape)}; they must have the same.", nameof(predicted));
        if (predicted.dtype == ScalarType.Bool && labels.dtype == ScalarType.Bool)
        {
            BatchShape masks = Shape(predicted, 2, predicted.dim() > 1 ? predicted.size(1) : 0, nameof(predicted), "(N, C, spatial...)");
            metrics.Accumulate(Numbers<bool>(predicted), Numbers<bool>(labels), masks.ToLossShape(), spacing);
            return;
        }

        const string masked = ", and masks are Bool, both";
        AreIndices(predicted, nameof(predicted), masked);
        AreIndices(labels, nameof(labels), masked);
        metrics.Accumulate(Indices(predicted), Indices(labels), Shape(predicted, 1, metrics.Classes, nameof(predicted), "(N, spatial...)")
            .ToLossShape(), spacing);
    }

    private static void AreIndices(Tensor tensor, string name, string or)
    {
        if (!TensorMemory.IsInteger(tensor.dtype))
            throw new ArgumentException($"{name} is {tensor.dtype}; class indices need an integer type{or}. Of logits they are logits.argmax(1).", name);
    }

    private static long[] Indices(Tensor tensor)
    {
        using Tensor converted = tensor.detach().to_type(ScalarType.Int64);
        return Numbers<long>(converted);
    }

    private static T[] Numbers<T>(Tensor tensor)
        where T : unmanaged
    {
        using var scope = torch.NewDisposeScope();
        Tensor read = TensorMemory.Contiguous(tensor.detach().cpu());
        T[] numbers = MemoryMarshal.Cast<byte, T>(read.bytes).ToArray();
        GC.KeepAlive(read);
        return numbers;
    }

    private static BatchShape Shape(Tensor tensor, int first, long classes, string name, string wanted)
    {
        long[] extents = tensor.shape;
        if (extents.Length <= first || extents.Length > first + 3 || Array.IndexOf(extents, 0) >= 0)
            throw new ArgumentException($"{name} has the shape {TorchChecks.Text(extents)}; it must be {wanted} with one to three spatial axes, each extent at least 1.", name);
        long[] spatial = extents.AsSpan(first).ToArray(), logits = new long[2 + spatial.Length];
        (logits[0], logits[1]) = (extents[0], classes);
        spatial.CopyTo(logits, 2);
        return new BatchShape(logits, spatial, hasLabels: true);
    }
}
