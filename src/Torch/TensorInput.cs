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
    private readonly long batch;
    private readonly long classes;
    private readonly long pixels;
    private readonly BatchShape shape;
    private readonly long[] spatial;
    private Tensor? oneHot;
    private Tensor? labelled;

    public TensorInput(
        LossDefinition definition, double[] parameters, BatchShape shape, Tensor logits, Tensor target, params Tensor[] inputs)
    {
        this.definition = definition;
        this.shape = shape;
        batch = shape.Batch;
        classes = shape.Classes;
        pixels = shape.Pixels;
        spatial = shape.Spatial;
        Parameters = parameters;
        X = Keep(logits.reshape(batch, classes, pixels).to_type(TensorMemory.KernelType(logits)));
        if (shape.HasLabels)
        {
            bool isSingle = definition.IsSingleForeground(classes);
            Tensor labels = target.reshape(batch, 1, pixels).to_type(ScalarType.Int64);
            if (definition.IgnoreIndex is int ignored)
            {
                foreach (int other in definition.OtherIgnoreIndices)
                    labels = labels.masked_fill(labels.eq(Hold(other)), Hold(ignored));
                Valid = labels.ne(Hold(ignored));
                labels = labels.masked_fill(labels.eq(Hold(ignored)), Hold(isSingle ? 0 : -1));
            }

            // A single foreground class: the labels are 0 and 1, and 1 is the class.
            Labels = isSingle ? labels - Hold(1) : labels;
            KeepAllMade(Labels, Valid);
        }
        else
        {
            Target = Dense(definition, target).to_type(X.dtype);
            Valid = definition.IgnoreIndex is int ignored ? Target.ne(Hold(ignored)) : null;
            KeepAllMade(Target, Valid);
        }

        if (Valid is not null && torch.is_grad_enabled())
            Blank();
        Inputs = new Tensor[inputs.Length];
        for (int k = 0; k < inputs.Length; k++)
        {
            long channels = definition.Inputs[k].Kind == InputKind.Element ? classes : 1;
            Inputs[k] = Keep(inputs[k].reshape(batch, channels, pixels).to_type(X.dtype));
        }
    }

    /// <summary>Logits, (N, C, S).</summary>
    public Tensor X { get; private set; }

    /// <summary>Class indices, (N, 1, S); -1 where no class is labelled.</summary>
    public Tensor? Labels { get; }

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
    public Tensor? Valid { get; }

    /// <summary>The loss's own inputs, (N, 1, S) or (N, C, S).</summary>
    public Tensor[] Inputs { get; }

    /// <summary>Run-time parameters.</summary>
    public double[] Parameters { get; }

    /// <summary>N.</summary>
    public double Batch => batch;

    /// <summary>C.</summary>
    public double Classes => classes;

    /// <summary>S.</summary>
    public double Pixels => pixels;

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

    // A dense target as (N, C, S), whatever its layout.
    private Tensor Dense(LossDefinition definition, Tensor target)
    {
        long channels = classes + (definition.DropLastTargetChannel ? 1 : 0);
        Tensor layout = definition.TargetClassAxis == ClassAxis.Last
            ? target.reshape(batch, pixels, channels).transpose(1, 2)
            : target.reshape(batch, channels, pixels);
        return channels > classes ? layout.narrow(1, 0, classes) : layout;
    }

    // The whole numbers from the first to before the end.
    private Tensor Counted(long first, long end, ScalarType type) => torch.arange(Hold(first), Hold(end), Hold(1), dtype: type,
        device: X.device);

    private Tensor Range(ScalarType type) => Counted(0, classes, type).reshape(1, classes, 1);
}
