namespace LossGen.Generated;

using System;
using TorchSharp;
using static LossGen.Generated.Scalars;
using static TorchSharp.torch;

/// <content>
/// The class of the label, a pixel each: what it is asked for and what it alone has are gathered and scattered, one number a pixel, where
/// a product with a one-hot tensor would be one a class and pixel.
/// </content>
internal sealed partial class TensorInput
{
    // Neighbours mostly have the same label. Added up in so many sums a class, they wait less for each other, and each has few digits
    // to lose: up to so many pixels a sum, and more sums where there are more.
    private const int FewestLanes = 8, MostLanes = 1024, PixelsOfLane = 2048;

    // Logarithms of probabilities from here on, which have all digits of float, or of double.
    private const double LeastProbability = 1e-30, LeastOfDouble = 1e-290;

    private Tensor? index;
    private Tensor? lanes;
    private int laneCount;

    // The label, or some class where there is none.
    private Tensor Index
    {
        get
        {
            if (index is null)
            {
                index = MayLackLabels ? Labels!.clamp_min(Hold(0)) : Labels!;
                passing.MoveToOuter(index);
            }

            return index;
        }
    }

    // The sum that each pixel is added to, (N, 1, S), of those of its class.
    private Tensor LaneIndex
    {
        get
        {
            if (lanes is null)
            {
                laneCount = FewestLanes;
                while (laneCount < MostLanes && laneCount * PixelsOfLane < batch * pixels)
                    laneCount *= 2;
                Tensor lane = Counted(0, pixels, ScalarType.Int32).bitwise_and_(torch.tensor(laneCount - 1, dtype: ScalarType.Int32,
                    device: X.device)).reshape(1, 1, pixels);
                lanes = Index.to_type(ScalarType.Int32).mul_(Hold(laneCount)).add_(lane, Hold(1));
                passing.MoveToOuter(lanes);
            }

            return lanes;
        }
    }

    private bool MayLackLabels => definition.IgnoreIndex is not null || definition.IsSingleForeground(classes);

    /// <summary>The value, or the condition, at the class of the label, 0 where there is none: a gather.</summary>
    public Tensor AtLabel(Tensor value)
    {
        Tensor labelled = value.numel() == classes
            ? value.reshape(-1).index_select(0, Index.reshape(-1)).reshape(batch, 1, pixels)
            : value.expand(batch, classes, pixels).gather(1, Index);
        return !MayLackLabels ? labelled
            : labelled.dtype == ScalarType.Bool ? Labelled!.logical_and(labelled)
            : Mask(Labelled!, labelled);
    }

    /// <summary>
    /// The logarithm of the softmax at the class of the label. On the CPU, which can be asked without waiting, of the probability itself
    /// where none is so small that digits are lost; else from the largest, for log(p) is x - max(x) + log(max(p)).
    /// </summary>
    /// <param name="atLabel">The probability at the class of the label, 0 where there is none.</param>
    /// <param name="x">The logits.</param>
    /// <param name="p">Their softmax.</param>
    public Tensor LogAtLabel(Tensor atLabel, Tensor x, Tensor p)
    {
        if (X.device_type == DeviceType.CPU && !torch.is_grad_enabled() && !definition.IsSingleForeground(classes))
        {
            // What is ignored is selected away, whatever number it is.
            Tensor known = MayLackLabels ? atLabel.masked_fill(Labelled!.logical_not(), Hold(1)) : atLabel;
            double least = known.dtype == ScalarType.Float64 ? LeastOfDouble : LeastProbability;
            if (known.numel() > 0 && known.amin(new long[] { 0, 1, 2 }).to_type(ScalarType.Float64).item<double>() >= least)
                return known.log();
        }

        return PutSum(AtLabel(x) - ClassMaximum(x), Log(ClassMaximum(p)));
    }

    /// <summary>The values of the other classes, (N, C, S), with another at the class of the label, (N, 1, S): a scatter.</summary>
    public Tensor WithLabel(Tensor others, Tensor label)
    {
        Tensor all = others.expand(batch, classes, pixels);
        return all.scatter(1, Index, Source(all, label));
    }

    /// <summary>
    /// <see cref="WithLabel"/> in the memory of the other classes' values, which nobody else reads. Where autograd records it takes new
    /// memory.
    /// </summary>
    public Tensor PutLabel(Tensor others, Tensor label) =>
        torch.is_grad_enabled() ? WithLabel(others, label) : others.scatter_(1, Index, Source(others, label));

    /// <summary>The values of all classes, (N, C, S), with something added at the class of the label, (N, 1, S).</summary>
    public Tensor WithAdded(Tensor all, Tensor added) => all.scatter_add(1, Index, Added(added));

    /// <summary>
    /// <see cref="WithAdded"/> in the memory of the values, which nobody else reads. Where autograd records it takes new memory.
    /// </summary>
    public Tensor PutAdded(Tensor all, Tensor added) =>
        torch.is_grad_enabled() ? WithAdded(all, added) : all.scatter_add_(1, Index, Added(added));

    private Tensor Added(Tensor added)
    {
        Tensor source = added.expand(batch, 1, pixels);
        return MayLackLabels ? Mask(Labelled!, source) : source;
    }

    /// <summary>How many pixels of all images each class is the label of, (1, C, 1).</summary>
    public Tensor LabelCountsNS() => LabelSums(null, perImage: false);

    /// <summary>How many pixels of each image each class is the label of, (N, C, 1).</summary>
    public Tensor LabelCountsS() => LabelSums(null, perImage: true);

    /// <summary>For each class the sum over the pixels of all images that it is the label of, (1, C, 1).</summary>
    public Tensor LabelSumsNS(Tensor value) => LabelSums(value, perImage: false);

    /// <summary>For each class the sum over the pixels of each image that it is the label of, (N, C, 1).</summary>
    public Tensor LabelSumsS(Tensor value) => LabelSums(value, perImage: true);

    // Where no class is the label the value of some class stays what it is.
    private Tensor Source(Tensor others, Tensor label)
    {
        Tensor source = label.expand(batch, 1, pixels);
        return MayLackLabels ? torch.where(Labelled!, source, others.gather(1, Index)) : source;
    }

    // On the CPU one addition a pixel. On other devices many threads would wait to add to the same few numbers, in an order of
    // their own: there the pixels of each class are selected and summed, with the same bits each time. So for autograd, too, which has no
    // derivative of a count.
    private Tensor LabelSums(Tensor? value, bool perImage)
    {
        long[] axes = perImage ? new long[] { 2 } : new long[] { 0, 2 };
        if (X.device_type != DeviceType.CPU || torch.is_grad_enabled())
            return Sum(value is null ? OneHot : Mask(OneHot, value), axes);
        long groups = perImage ? batch : 1;
        Tensor lanes = LaneIndex;
        Tensor group = perImage && batch > 1
            ? Add(lanes, Counted(0, batch, ScalarType.Int32).reshape(batch, 1, 1).mul_(Hold(classes * laneCount))) : lanes;
        Tensor? weights = !MayLackLabels ? value : value is null ? Labelled : Mask(Labelled!, value);
        weights = weights?.expand(batch, 1, pixels).reshape(-1).to_type(X.dtype);
        return torch.bincount(group.reshape(-1), weights, groups * classes * laneCount)
            .reshape(groups, classes, laneCount).sum(-1, keepdim: true, type: ScalarType.Float64).to_type(X.dtype);
    }
}
