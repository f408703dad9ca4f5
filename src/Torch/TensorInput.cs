namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <summary>
/// Logits and target as the emitted operations take them: all of (N, C, S), with extent 1 where a value does not vary, in float32, or
/// float64 for float64 logits. It owns what is made on the way.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal sealed partial class TensorInput : IDisposable
{
    private readonly DisposeScope kept = torch.NewDisposeScope();

    // Inside the other, so that what leaves it is kept.
    private readonly DisposeScope passing = torch.NewDisposeScope();
    private readonly LossDefinition definition;
    private readonly BatchShape whole;
    private readonly long batch;
    private readonly long classes;
    private readonly long pixels;
    private readonly long[] spatial;
    private Tensor? oneHot;
    private Tensor? labelled;

    public TensorInput(
        LossDefinition definition, double[] parameters, BatchShape shape, Tensor logits, Tensor target, params Tensor[] inputs)
        : this(definition, parameters, shape, PixelPart.Whole(shape))
    {
        var laid = new LaidTensors(definition, shape, logits, target, inputs);
        Read(laid.Logits, laid.Target, laid.Inputs);
    }

    /// <summary>A part of the pixels.</summary>
    public TensorInput(LossDefinition definition, double[] parameters, LaidTensors tensors, PixelPart part)
        : this(definition, parameters, tensors.Shape, part) =>
        Read(part.Of(tensors.Logits), part.Of(tensors.Target), Array.ConvertAll(tensors.Inputs, part.Of));

    /// <summary>What depends on no pixel but through statistics: extents, parameters and types.</summary>
    public static TensorInput OfNumbers(LossDefinition definition, double[] parameters, LaidTensors tensors)
    {
        PixelPart none = PixelPart.None(tensors.Shape);
        var input = new TensorInput(definition, parameters, tensors.Shape, PixelPart.Whole(tensors.Shape));
        input.Read(none.Of(tensors.Logits), none.Of(tensors.Target), Array.ConvertAll(tensors.Inputs, none.Of));
        return input;
    }

    private TensorInput(LossDefinition definition, double[] parameters, BatchShape shape, PixelPart part)
    {
        this.definition = definition;
        whole = shape;
        batch = part.Images;
        classes = shape.Classes;
        pixels = part.Pixels;
        spatial = shape.Spatial;
        Parameters = parameters;
    }

    /// <summary>Logits, (N, C, S).</summary>
    public Tensor X { get; private set; } = null!;

    /// <summary>Class indices, (N, 1, S); -1 where no class is labelled.</summary>
    public Tensor? Labels { get; private set; }

    /// <summary>Which pixels have a labelled class, (N, 1, S).</summary>
    public Tensor? Labelled
    {
        get
        {
            if (labelled is null && Labels is not null)
            {
                labelled = Labels.ge(Hold(0));
                passing.MoveToOuter(labelled);
            }

            return labelled;
        }
    }

    /// <summary>The dense target, (N, C, S).</summary>
    public Tensor? Target { get; private set; }

    /// <summary>Which points take part: (N, 1, S) with class indices, (N, C, S) with dense targets.</summary>
    public Tensor? Valid { get; private set; }

    /// <summary>The loss's own inputs, (N, 1, S) or (N, C, S).</summary>
    public Tensor[] Inputs { get; private set; } = Array.Empty<Tensor>();

    /// <summary>Run-time parameters.</summary>
    public double[] Parameters { get; }

    /// <summary>N, of all images.</summary>
    public double Batch => whole.Batch;

    /// <summary>C.</summary>
    public double Classes => classes;

    /// <summary>S, all pixels of an image.</summary>
    public double Pixels => whole.Pixels;

    /// <summary>Which class is the label, (N, C, S): a comparison, one byte an element.</summary>
    public Tensor OneHot
    {
        get
        {
            if (oneHot is null)
            {
                oneHot = Labels!.eq(Range(ScalarType.Int64));
                passing.MoveToOuter(oneHot);
            }

            return oneHot;
        }
    }

    /// <summary>0, 1, ... as (1, C, 1).</summary>
    public Tensor ClassIndex => Range(X.dtype);

    /// <summary>Nobody needs the statistics any more: the graph is not retained.</summary>
    public bool MayTakeStatistics { get; init; }

    /// <summary>A statistic whose memory is written to: a copy, unless nobody needs it any more.</summary>
    public Tensor Take(Tensor statistic) => MayTakeStatistics || torch.is_grad_enabled() ? statistic : Keep(statistic.clone());

    /// <summary>A result that is needed later; all else that was made since the last one is disposed.</summary>
    public Tensor Keep(Tensor result)
    {
        passing.MoveToOuter(result);
        passing.DisposeEverything();
        return result;
    }

    /// <summary>Results that are needed later; all else that was made since the last one is disposed.</summary>
    public Tensor[] KeepAll(Tensor[] results)
    {
        KeepAllMade(results);
        return results;
    }

    /// <summary>Kept results that are not needed any more.</summary>
    public void Drop(params Tensor[] results)
    {
        foreach (Tensor result in results)
            result.Dispose();
    }

    /// <summary>A result for the scope around this input.</summary>
    public Tensor Return(Tensor result)
    {
        passing.MoveToOuter(result);
        kept.MoveToOuter(result);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        passing.Dispose();
        kept.Dispose();
    }

    // Of (N, C or 1, S), as they come.
    private void Read(Tensor logits, Tensor target, Tensor[] inputs)
    {
        X = Of(logits, TensorMemory.KernelType(logits));
        if (whole.HasLabels)
        {
            bool isSingle = definition.IsSingleForeground(classes);
            Tensor labels = Of(target, ScalarType.Int64);
            if (definition.IgnoreIndex is int ignored)
            {
                foreach (int other in definition.OtherIgnoreIndices)
                    labels = labels.masked_fill(labels.eq(Hold(other)), Hold(ignored));
                Valid = labels.ne(Hold(ignored));
                labels = labels.masked_fill(labels.eq(Hold(ignored)), Hold(isSingle ? 0 : -1));
            }

            // A single foreground class: the labels are 0 and 1, and 1 is the class.
            Labels = isSingle ? labels - Hold(1) : labels;
        }
        else
        {
            Target = Of(target, X.dtype);
            Valid = definition.IgnoreIndex is int ignored ? Target.ne(Hold(ignored)) : null;
        }

        Inputs = Array.ConvertAll(inputs, input => Of(input, X.dtype));
        foreach (Tensor input in Inputs)
            passing.MoveToOuter(input);
        KeepAllMade(X, Labels, Target, Valid);
        if (Valid is not null && torch.is_grad_enabled())
            Blank();
    }

    private static Tensor Of(Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to_type(type);

    // For second derivatives: what is ignored may hold anything, and autograd multiplies by 0 where the gradient selects.
    private void Blank()
    {
        X = Keep(X.masked_fill(Valid!.any(1, keepdim: true).logical_not(), Hold(0)));
        if (Target is not null)
            Target = Keep(Target.masked_fill(Valid.logical_not(), Hold(0)));
    }

    private void KeepAllMade(params Tensor?[] results)
    {
        foreach (Tensor? result in results)
        {
            if (result is not null)
                passing.MoveToOuter(result);
        }

        passing.DisposeEverything();
    }

    // The whole numbers from the first to before the end.
    private Tensor Counted(long first, long end, ScalarType type) => torch.arange(Hold(first), Hold(end), Hold(1), dtype: type,
        device: X.device);

    private Tensor Range(ScalarType type) => Counted(0, classes, type).reshape(1, classes, 1);
}
