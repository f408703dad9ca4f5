using System.ComponentModel;
using System.Globalization;
using LossGen.Cpu;

namespace LossGen.Kernels;

/// <summary>
/// The rules about arguments that calls with spans and calls with tensors share. What only one of them has, as lengths or devices, is
/// checked where it is known.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CallRules
{
    /// <summary>The most spatial axes that an output of several has.</summary>
    public const int MostSpatialAxes = 3;

    /// <summary>The number of classes is one that the loss takes.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="classes">C.</param>
    /// <param name="tensor">The shape of the logits where they are a tensor, whose axis 1 is the classes.</param>
    /// <param name="name">What the call names the logits, or their shape.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Classes(LossDefinition definition, long classes, ReadOnlySpan<long> tensor = default, string name = "shape")
    {
        ArgumentNullException.ThrowIfNull(definition);
        string? wrong = null;
        if (definition.Classes > 0 && classes != definition.Classes)
            wrong = $"{definition.Name} is declared with Classes = {definition.Classes}";
        else if (classes < definition.LeastClasses)
            wrong = $"{definition.Name} asks for class {definition.LeastClasses - 1} and needs at least {definition.LeastClasses}";
        else if (definition.MostClasses > 0 && classes > definition.MostClasses)
        {
            wrong = $"{definition.Name} takes {definition.MostClasses} channels, each by its number, and would leave "
                + $"{classes - definition.MostClasses} out: pass {definition.MostClasses}, or state an option of the term that takes more";
        }
        else if (classes == 1 && definition.Activation == Activation.Softmax)
        {
            wrong = $"{definition.Name} declares Activation.Softmax, and a softmax over one class is always 1, with a gradient of 0. "
                + "Declare Activation.Sigmoid, or give logits of two classes";
        }

        if (wrong is null)
            return;
        string found = $"{(tensor.IsEmpty ? $"The {name}" : name)} has {Count(classes)}{(tensor.IsEmpty ? "" : $" (axis 1 of {Text(tensor)})")}";
        throw new ArgumentException($"{found}; {wrong}.", name);
    }

    /// <summary>The images have the axes that a loss which looks at neighbouring pixels declares.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="dimensions">The axes of an image.</param>
    /// <param name="tensor">The shape of the logits where they are a tensor.</param>
    /// <param name="name">What the call names the logits, or their shape.</param>
    /// <exception cref="ArgumentException">They have others.</exception>
    public static void Dimensions(LossDefinition definition, int dimensions, ReadOnlySpan<long> tensor = default, string name = "shape")
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Dimensions == 0 || definition.Dimensions == dimensions)
            return;
        string extents = definition.Dimensions switch { 1 => "pixels", 2 => "height, width", _ => "depth, height, width" };
        string found = tensor.IsEmpty ? $"The shape has {Axes(dimensions)}" : $"{name} has {Axes(dimensions)} ({Text(tensor)})";
        string cure = tensor.IsEmpty ? $"Pass new LossShape(batch, classes, {extents})" : $"Pass (N, C, {extents})";
        string other = dimensions is >= 1 and <= 3 ? $", or state Dimensions = {dimensions} in its [Loss]" : "";
        throw new ArgumentException($"{found}; {definition.Name} looks at neighbouring pixels along {Axes(definition.Dimensions)}. {cure}{other}.", name);

        static string Axes(int count) => count == 1 ? "1 axis of an image" : $"{count} axes of an image";
    }

    /// <summary>Logits and target have the same spatial size, or the loss resizes images of such axes.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="logits">The spatial extents of the logits.</param>
    /// <param name="target">Those of the target.</param>
    /// <param name="name">What the call names the argument that is wrong.</param>
    /// <exception cref="ArgumentException">They have not.</exception>
    public static void Sizes(LossDefinition definition, ReadOnlySpan<long> logits, ReadOnlySpan<long> target, string name)
    {
        ArgumentNullException.ThrowIfNull(definition);
        bool hasAxes = logits.Length == target.Length && target.Length is >= 1 and <= MostSpatialAxes, isBilinear =
            definition.Resize == Resize.Bilinear;
        if (logits.SequenceEqual(target) || (definition.Resize != Resize.None && hasAxes && !(isBilinear && target.Length != 2)))
            return;
        string own = definition.Name;
        string cure = definition.Resize == Resize.None
            ? $"they must be the same, or {own} declares Resize = Resize.LinearUnaligned (torch's interpolate with align_corners=False) or Resize.LinearAligned (with True)"
            : hasAxes
                ? $"{own} declares Resize = Resize.Bilinear, which is for two spatial axes. Declare Resize.LinearAligned, which is the same for one to {MostSpatialAxes}"
                : $"{own} resizes logits of one to {MostSpatialAxes} spatial axes, as many as the target's";
        throw new ArgumentException($"The logits have the spatial size {Text(logits)} and the target {Text(target)}; {cure}.", name);
    }

    /// <summary>What the gradient is multiplied by: the gradient that arrives, or a loss scale.</summary>
    /// <exception cref="ArgumentException">It is not finite.</exception>
    public static void Upstream(double upstream)
    {
        if (!double.IsFinite(upstream))
            throw new ArgumentException($"upstream is {upstream}; what the gradient is multiplied by must be finite.", nameof(upstream));
    }

    /// <summary>The loss has a value for each of several outputs, and each has a weight.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="supervision">The weights.</param>
    /// <param name="outputs">How many outputs there are.</param>
    /// <param name="name">What the call names them.</param>
    /// <exception cref="ArgumentException">There are more or fewer weights.</exception>
    /// <exception cref="InvalidOperationException">The loss has many values.</exception>
    public static void Levels(LossDefinition definition, DeepSupervision supervision, int outputs, string name)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(supervision);
        PairChecks.Refuse(definition, "embeddings have no resolutions to supervise",
            "evaluate each output by itself and add up the losses");
        if (definition.Reduction == Reduction.None)
        {
            throw new InvalidOperationException(
                $"{definition.Name} declares Reduction.None and has many values at each output; deep supervision needs one.");
        }

        int weights = supervision.Weights.Count;
        if (outputs != weights)
            throw new ArgumentException($"There are {outputs} outputs and {weights} weights; there must be as many.", name);
    }

    /// <summary>
    /// An output has as many spatial axes as the target, one to <see cref="MostSpatialAxes"/>, none of them empty or longer.
    /// </summary>
    /// <param name="spatial">The spatial extents of the output.</param>
    /// <param name="target">Those of the target.</param>
    public static bool IsLevel(ReadOnlySpan<long> spatial, ReadOnlySpan<long> target)
    {
        if (spatial.Length != target.Length || spatial.Length is < 1 or > MostSpatialAxes)
            return false;
        for (int k = 0; k < spatial.Length; k++)
        {
            if (spatial[k] < 1 || spatial[k] > target[k])
                return false;
        }

        return true;
    }

    /// <summary>What is thrown for a label that is neither of a class nor ignored.</summary>
    /// <param name="definition">The loss.</param>
    /// <param name="classes">C.</param>
    /// <param name="label">What was found.</param>
    public static ArgumentOutOfRangeException BadLabel(LossDefinition definition, long classes, long label)
    {
        ArgumentNullException.ThrowIfNull(definition);
        long largest = definition.IsSingleForeground(classes) ? 1 : classes - 1;
        return BadLabel("A label", label, classes, largest, definition, "declare IgnoreIndex");
    }

    /// <summary>The ignored labels behind those of classes, as in "from 0 to 3 or 254 or 255"; empty where there are none.</summary>
    /// <param name="definition">The loss.</param>
    public static string OrIgnored(LossDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return definition.IgnoreIndex is not { } first
            ? ""
            : string.Concat(definition.OtherIgnoreIndices.Prepend(first).Select(label => string.Create(CultureInfo.InvariantCulture,
            $" or {label}")));
    }

    internal static ArgumentOutOfRangeException BadLabel(string place, long label, long classes, long largest, LossDefinition definition,
        string cure)
    {
        string others = definition.IgnoreIndex is null ? $"; {cure} to leave pixels out" : $"{OrIgnored(definition)} (ignored)";
        return new("target", label, $"{place} is {label}; with {Count(classes)} it must be from 0 to {largest}{others}.");
    }

    private static string Count(long classes) => $"{classes} {(classes == 1 ? "class" : "classes")}";

    private static string Text(ReadOnlySpan<long> shape) => $"({string.Join(", ", shape.ToArray())})";
}
