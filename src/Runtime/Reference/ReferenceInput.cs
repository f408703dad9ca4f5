using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Reference;

/// <summary>The leaves of every formula for one batch, and which points take part.</summary>
internal sealed class ReferenceInput
{
    private const ElementAxes Everything = ElementAxes.Batch | ElementAxes.Class | ElementAxes.Pixel;

    private readonly Dictionary<ElementAxes, Value> validOver = [];
    private readonly Dictionary<Activation, ActivatedLogits> activated = [];

    private ReferenceInput(LossShape shape, Extents extents, double[] logits, double[] target, Value valid)
    {
        Shape = shape;
        Extents = extents;
        Logit = new Value(Everything, extents, logits);
        Target = new Target(extents, target, valid);
    }

    /// <summary>The grid of the pixels.</summary>
    public LossShape Shape { get; }

    public Extents Extents { get; }

    public Value Logit { get; }

    public Target Target { get; }

    public Value ClassIndex => Elementwise.Create(ElementAxes.Class, Extents, (_, c, _) => c);

    public bool HasValid => Array.Exists(Target.Valid.Data, p => p != 0);

    public static ReferenceInput FromLabels(LossDefinition definition, LossShape shape, double[] logits, long[] labels)
    {
        Extents extents = Check(definition, shape, logits);
        Extents pixels = extents.Over(ElementAxes.Batch | ElementAxes.Pixel);
        CheckLength(labels, pixels, nameof(labels));
        var labelAt = (int n, int s) => labels[pixels.Offset(n, 0, s)];
        bool IsValid(int n, int s) => !definition.IsIgnored(labelAt(n, s));

        int largest = definition.IsSingleForeground(extents.Classes) ? 1 : extents.Classes - 1;
        for (int n = 0; n < extents.Batch; n++)
            for (int s = 0; s < extents.Pixels; s++)
                if (IsValid(n, s) && (labelAt(n, s) < 0 || labelAt(n, s) > largest))
                    throw new ArgumentException($"The label at image {n}, pixel {s} is {labelAt(n, s)}; labels go from 0 to {largest}.",
                        nameof(labels));

        // A single class is the foreground: its label says whether it is there.
        int first = definition.IsSingleForeground(extents.Classes) ? 1 : 0;
        Value target = Elementwise.Create(Everything, extents, (n, c, s) => IsValid(n, s) && labelAt(n, s) == c + first ? 1 : 0);
        Value valid = definition.IgnoreIndex is null
            ? 1
            : Elementwise.Create(ElementAxes.Batch | ElementAxes.Pixel, extents, (n, _, s) => IsValid(n, s) ? 1 : 0);
        return new ReferenceInput(shape, extents, logits, target.Data, valid);
    }

    public static ReferenceInput FromDense(LossDefinition definition, LossShape shape, double[] logits, double[] target)
    {
        Extents extents = Check(definition, shape, logits);
        CheckLength(target, extents, nameof(target));
        int bad = definition.UnitTarget ? Array.FindIndex(target, y => UnitTargets.IsBad(y, definition.IgnoreIndex)) : -1;
        if (bad >= 0)
            throw UnitTargets.Bad(definition, target[bad], bad / (extents.Classes * extents.Pixels), bad / extents.Pixels % extents.Classes,
                bad % extents.Pixels);
        if (definition.IgnoreIndex is not int ignored)
            return new ReferenceInput(shape, extents, logits, target, 1);

        double[] valid = Array.ConvertAll(target, y => y == ignored ? 0.0 : 1);
        double[] clean = Array.ConvertAll(target, y => y == ignored ? 0 : y);
        return new ReferenceInput(shape, extents, logits, clean, new Value(Everything, extents, valid));
    }

    public ActivatedLogits Activate(Activation activation)
    {
        if (!activated.TryGetValue(activation, out ActivatedLogits? known))
            activated[activation] = known = activation.Reference(Logit);
        return known;
    }

    /// <summary>1 where at least one of the points that a point of these axes stands for is valid.</summary>
    public Value ValidOver(ElementAxes axes)
    {
        if (validOver.TryGetValue(axes, out Value? known))
            return known;

        Value any = Elementwise.Create(axes, Extents, (_, _, _) => 0);
        for (int n = 0; n < Extents.Batch; n++)
            for (int c = 0; c < Extents.Classes; c++)
                for (int s = 0; s < Extents.Pixels; s++)
                    if (Target.Valid[n, c, s] != 0)
                        any.Data[any.Extents.Offset(n, c, s)] = 1;
        return validOver[axes] = any;
    }

    public Value PerClass(double[]? values)
    {
        if (values is null)
            return 1;
        if (values.Length != Extents.Classes)
            throw new ArgumentException(
                $"There are {values.Length} numbers for {Extents.Classes} classes; give one number for every class.", nameof(values));
        return new Value(ElementAxes.Class, Extents, values);
    }

    public IReadOnlyList<double[]> CheckMaps(LossDefinition definition, IReadOnlyList<double[]> maps)
    {
        if (maps.Count != definition.Inputs.Count)
            throw new ArgumentException($"There are {maps.Count} inputs; {definition.Name} takes {definition.Inputs.Count}.", nameof(maps));
        for (int k = 0; k < maps.Count; k++)
        {
            Extents needed = definition.Inputs[k].Kind == InputKind.Element ? Extents : Extents.Over(ElementAxes.Batch | ElementAxes.Pixel);
            CheckLength(maps[k], needed, definition.Inputs[k].Name);
        }

        return maps;
    }

    private static Extents Check(LossDefinition definition, LossShape shape, double[] logits)
    {
        if (shape.Batch < 1 || shape.Classes < 1 || shape.Pixels < 1)
            throw new ArgumentException($"The shape is {shape.Batch} x {shape.Classes} x {shape.Pixels}; each extent is at least 1.",
                nameof(shape));
        if (definition.Classes != 0 && definition.Classes != shape.Classes)
            throw new ArgumentException($"The shape has {shape.Classes} classes; {definition.Name} declares {definition.Classes}.",
                nameof(shape));
        if (definition.MostClasses > 0 && shape.Classes > definition.MostClasses)
            throw new ArgumentException($"The shape has {shape.Classes} classes; {definition.Name} takes {definition.MostClasses} channels, each by its number.", nameof(shape));
        if (shape.Classes == 1 && definition.Activation == Activation.Softmax)
            throw new ArgumentException($"The shape has 1 class; {definition.Name} declares Activation.Softmax, and a softmax over one class is always 1. Declare Activation.Sigmoid, or give logits of two classes.", nameof(shape));
        CallRules.Dimensions(definition, shape.Dimensions);
        if (shape.ClassesLast)
            throw new ArgumentException("The shape has ClassesLast; the reference reads logits of (N, C, S), the pixels of a class adjacent.", nameof(shape));
        var extents = new Extents(shape.Batch, shape.Classes, checked((int)shape.Pixels));
        CheckLength(logits, extents, nameof(logits));
        return extents;
    }

    private static void CheckLength(Array array, Extents extents, string name)
    {
        if (array.Length != extents.Count)
            throw new ArgumentException($"{name} has {array.Length} elements; {extents} needs {extents.Count}.", name);
    }
}
