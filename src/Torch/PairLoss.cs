namespace LossGen.Generated;

using System;
using LossGen.Kernels;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>
/// What the modules of losses of pairs call: embeddings (N, D) with a label each, or two views of the same samples. Kernels, of the CPU or
/// of a GPU, take embeddings and labels; elsewhere the matrix of the pairs is a tensor of the graph, and the emitted operations take it for
/// logits.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class PairLoss
{
    /// <summary>The loss of a batch: part of the autograd graph where the embeddings are.</summary>
    public static Tensor Forward(ILoss loss, TensorOperations operations, LossComponents? components, Tensor input, Tensor target)
    {
        Check(loss.Definition, input, target, nameof(input));
        using var scope = torch.NewDisposeScope();
        (Tensor embeddings, Tensor labels) = Joined(input, target);
        return Value(loss, operations, components, embeddings, labels).MoveToOuterDisposeScope();
    }

    /// <summary>The value, and the backward pass of what made the embeddings.</summary>
    public static double Backward(
        ILoss loss, TensorOperations operations, LossComponents? components, Tensor logits, Tensor target, double upstream)
    {
        Check(loss.Definition, logits, target, nameof(logits));
        CallRules.Upstream(upstream);
        using var scope = torch.NewDisposeScope();
        using var recorded = torch.enable_grad();
        (Tensor embeddings, Tensor labels) = Joined(logits, target);
        if (!embeddings.requires_grad)
        {
            throw new InvalidOperationException(
                "logits do not require a gradient, so there is nothing to go back to: were they made under no_grad, or detached? "
                    + "For the value alone call forward; for the gradient at the embeddings, EvaluateWithGradient.");
        }

        if (!TorchLoss.UsesKernel(embeddings))
        {
            Tensor value = Value(loss, operations, components, embeddings, labels);
            value.backward(new[] { torch.full_like(value, Hold(upstream)) });
            return value.to_type(ScalarType.Float64).item<double>();
        }

        Tensor read = TensorMemory.Contiguous(embeddings.detach());
        Tensor gradient = TensorMemory.NewGradient(read);
        double number = TorchLoss.Run(loss, Rows(read), components, read, labels, gradient, upstream, Array.Empty<Tensor>());
        embeddings.backward(new[] { gradient });
        return number;
    }

    /// <summary>
    /// The value, and its gradient into a tensor of the caller's: no autograd graph, no callback. Labels only: two views are two tensors.
    /// </summary>
    public static double EvaluateWithGradient(
        ILoss loss, LossComponents? components, Tensor logits, Tensor target, Tensor gradient, double upstream)
    {
        Check(loss.Definition, logits, target, nameof(logits));
        if (TensorMemory.IsFloating(target.dtype))
        {
            throw new ArgumentException(
                "target is a second view; this call has a gradient at one tensor only. Pass the rows of both views as logits, cat([first, second]), with "
                    + "labels that are the same for row i and row i + N, or call forward, then backward.",
                nameof(target));
        }

        BatchShape shape = Rows(logits);
        TorchChecks.Direct(loss.Definition, shape, logits, target, Array.Empty<Tensor>(), gradient);
        CallRules.Upstream(upstream);
        return TorchLoss.Run(loss, shape, components, logits, target, gradient, upstream, Array.Empty<Tensor>());
    }

    private static Tensor Value(ILoss loss, TensorOperations operations, LossComponents? components, Tensor embeddings, Tensor labels)
    {
        BatchShape shape = Rows(embeddings);
        double[] parameters = TorchLoss.Parameters(loss, shape);
        if (TorchLoss.UsesKernel(embeddings))
        {
            Tensor read = TensorMemory.Contiguous(embeddings);
            return LossBackward.Value(read, labels, new LossCall(loss, parameters, operations, shape, usesKernel: true, read.dtype),
                Array.Empty<Tensor>(), components);
        }

        if (DeviceLoss.Find(loss, embeddings) is { } device)
        {
            Tensor read = DeviceLoss.Readable(embeddings, hasClasses: true);
            return LossBackward.Value(read, labels, new LossCall(loss, parameters, operations, shape, usesKernel: false, read.dtype,
                device: device), Array.Empty<Tensor>(), components);
        }

        Tensor matrix = PairTensors.Matrix(loss.Definition.Pairs, embeddings), target = PairTensors.Target(loss.Definition, embeddings,
            labels);
        var call = new LossCall(loss, parameters, operations, MatrixShape(matrix), usesKernel: false, matrix.dtype, isMatrix: true);
        return LossBackward.Value(matrix.contiguous(), target, call, Array.Empty<Tensor>(), components).to_type(embeddings.dtype);
    }

    /// <summary>The extents of a matrix of pairs.</summary>
    public static BatchShape MatrixShape(Tensor matrix) => new(matrix.shape, new[] { matrix.shape[2] }, hasLabels: false);

    private static BatchShape Rows(Tensor embeddings) => new(embeddings.shape, Array.Empty<long>(), hasLabels: true);

    // Embeddings and labels as one tensor each: of two views the rows of both.
    private static (Tensor Embeddings, Tensor Labels) Joined(Tensor input, Tensor target)
    {
        if (!TensorMemory.IsFloating(target.dtype))
            return (input, TensorMemory.Contiguous(target.reshape(-1)));
        Tensor both = torch.cat(new[] { input, target });
        return (both, PairTensors.ViewLabels(both));
    }

    private static void Check(LossDefinition definition, Tensor input, Tensor target, string name)
    {
        if (input is null)
            throw new ArgumentNullException(name);
        if (target is null)
            throw new ArgumentNullException(nameof(target));
        TorchChecks.Strided(input, name);
        TorchChecks.Strided(target, nameof(target));
        if (!TensorMemory.IsFloating(input.dtype))
            throw new ArgumentException($"{name} is {input.dtype}; embeddings must be Float16, BFloat16, Float32 or Float64.", name);
        TorchChecks.Together(target, nameof(target), input, name);
        long[] x = input.shape, y = target.shape;
        if (x.Length != 2 || x[1] < 1)
        {
            throw new ArgumentException(
                $"{name} has the shape {TorchChecks.Text(x)}; {definition.Name} declares Pairs = Pairs.{definition.Pairs} and needs rows of embeddings, (N, D).", name);
        }

        bool ofColumns = PairTensors.ComparesColumns(definition.Pairs), isView = TensorMemory.IsFloating(target.dtype);
        if (isView && (!x.AsSpan().SequenceEqual(y) || target.dtype != input.dtype))
        {
            throw new ArgumentException(
                $"target is {target.dtype} {TorchChecks.Text(y)}, a second view of the samples, and {name} is {input.dtype} {TorchChecks.Text(x)}; both views must have the same type and shape"
                    + $"{(ofColumns ? "" : ". Labels, one a row, are of an integer type")}.",
                nameof(target));
        }

        if (!isView && ofColumns)
        {
            throw new ArgumentException(
                $"target is {target.dtype}; {definition.Name} declares Pairs = Pairs.{definition.Pairs}, which compares the columns of two views: pass the second view, {input.dtype} {TorchChecks.Text(x)}.",
                nameof(target));
        }

        if (!isView && !TensorMemory.IsInteger(target.dtype) && target.dtype != ScalarType.Bool)
            throw new ArgumentException($"target is {target.dtype}; labels are of an integer type or Bool, a second view is of the type of {name}.", nameof(target));
        if (!isView && (target.numel() != x[0] || y.Length > 2))
            throw new ArgumentException($"target has the shape {TorchChecks.Text(y)}; with {name} of shape {TorchChecks.Text(x)} it must be ({x[0]}), one label a row.", nameof(target));
        long least = isView && definition.Pairs != Pairs.Covariance ? 1 : 2;
        if (x[0] < least)
            throw new ArgumentException($"{name} has {x[0]} row(s); {definition.Name} needs at least {least}{(isView ? " in each view" : "")}.", name);
    }
}
