using LossGen.Kernels;
using LossGen.Reference;

namespace LossGen;

// Reductions. Pixels that are not valid take no part; neither do, where classes are reduced, classes that are not the term's.
public static partial class Functions
{
    private const ElementAxes AllPixels = ElementAxes.Batch | ElementAxes.Pixel;

    /// <summary>
    /// The sum over the valid pixels: of the batch, or of each image where the loss says <see cref="LossAttribute.PerImage"/>. Over an axis
    /// over which the value does not vary a sum multiplies by the number of points: <c>Sum(1)</c> is the number of valid pixels. Where
    /// single elements of a dense target are ignored, that is one number a class, and a value without classes takes part at the pixels of
    /// which any element does.
    /// </summary>
    public static Value Sum(Value v) => TermScope.Current.Sum(v, TermScope.Current.SumAxes);

    /// <summary>
    /// The mean over the valid pixels, of the batch or of each image as in <see cref="Sum"/>; 0 where there is none. A mean leaves a value
    /// as it is over axes over which it does not vary.
    /// </summary>
    public static Value Mean(Value v) => TermScope.Current.Mean(v, TermScope.Current.SumAxes);

    /// <summary>The sum over the valid pixels of all images, whatever the loss says.</summary>
    public static Value Total(Value v) => TermScope.Current.Sum(v, AllPixels);

    /// <summary>The mean over the valid pixels of all images, whatever the loss says; 0 if there is none.</summary>
    public static Value TotalMean(Value v) => TermScope.Current.Mean(v, AllPixels);

    /// <summary>
    /// The largest over the valid pixels, of the batch or of each image as in <see cref="Sum"/>; minus infinity where there is none. Equal
    /// ones share the derivative.
    /// </summary>
    public static Value MaxOverPixels(Value v) => TermScope.Current.Max(v, TermScope.Current.SumAxes);

    /// <summary>
    /// log(sum of exp(v)) over the valid pixels, of the batch or of each image as in <see cref="Sum"/>: finite where the values are.
    /// </summary>
    public static Value LogSumExpOverPixels(Value v) => TermScope.Current.LogSumExp(v, TermScope.Current.SumAxes);

    /// <summary>
    /// exp(v) over the sum of exp(v) over the valid pixels, of the batch or of each image as in <see cref="Sum"/>: positive numbers that
    /// add up to 1, without overflow. It is 0 at pixels that are not valid. <c>Sum(SoftmaxOverPixels(v) * column)</c> is a soft-argmax.
    /// </summary>
    public static Value SoftmaxOverPixels(Value v) => TermScope.Current.Softmax(v, TermScope.Current.SumAxes);

    /// <summary>The logarithm of <see cref="SoftmaxOverPixels"/>, finite where the values are.</summary>
    public static Value LogSoftmaxOverPixels(Value v) => TermScope.Current.LogSoftmax(v, TermScope.Current.SumAxes);

    /// <summary>The sum over the term's classes, inside each pixel if the value has pixels.</summary>
    public static Value SumOverClasses(Value v) => TermScope.Current.Sum(v, ElementAxes.Class);

    /// <summary>The mean over the term's classes, inside each pixel if the value has pixels.</summary>
    public static Value MeanOverClasses(Value v) => TermScope.Current.Mean(v, ElementAxes.Class);

    /// <summary>The largest over the term's classes, inside each pixel if the value has pixels. Equal ones share the derivative.</summary>
    public static Value MaxOverClasses(Value v) => TermScope.Current.Max(v, ElementAxes.Class);

    /// <summary>
    /// log(sum of exp(v)) over the term's classes, inside each pixel if the value has pixels: finite where the values are. A value of the
    /// logits' axes N, C, S gives one number a pixel. Ignored elements and, of what has been summed over the pixels, classes of which a
    /// dense target knows nothing are left out.
    /// </summary>
    public static Value LogSumExpOverClasses(Value v) => TermScope.Current.LogSumExp(v, ElementAxes.Class);

    /// <summary>
    /// exp(v) over the sum of exp(v) over the term's classes: positive numbers that add up to 1 inside each pixel, without overflow. It is
    /// 0 at classes that are not the term's, at ignored elements and, of what has been summed over the pixels, at classes of which a dense
    /// target knows nothing. Where all that takes part is minus infinity it is NaN, as PyTorch's.
    /// </summary>
    public static Value SoftmaxOverClasses(Value v) => TermScope.Current.Softmax(v, ElementAxes.Class);

    /// <summary>
    /// The logarithm of <see cref="SoftmaxOverClasses"/>, <c>v - LogSumExpOverClasses(v)</c>, finite where the values are. It is -infinity
    /// where that is 0 since nothing takes part.
    /// </summary>
    public static Value LogSoftmaxOverClasses(Value v) => TermScope.Current.LogSoftmax(v, ElementAxes.Class);

    /// <summary>The sum over the images.</summary>
    public static Value SumOverBatch(Value v) => TermScope.Current.Sum(v, ElementAxes.Batch);

    /// <summary>The mean over the images.</summary>
    public static Value MeanOverBatch(Value v) => TermScope.Current.Mean(v, ElementAxes.Batch);
}
