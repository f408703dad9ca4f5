using System.Globalization;
using LossGen.Cpu;
using LossGen.Differential.Checks;
using LossGen.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Differential.Compositions;

/// <summary>
/// A composition on a sample: the kernel in double against the reference and its difference quotients, the kernel in float and the
/// TorchSharp module on both roads against it.
/// </summary>
internal sealed class CompositionCheck
{
    private const double ValueTolerance = 1e-9;

    private const double GradientTolerance = 1e-6;

    private const double SingleTolerance = 2e-3;

    // Difference quotients are taken along so many axes and directions; beyond, the backends are held against each other.
    private const int Axes = 6;

    private const int Directions = 2;

    private readonly ILoss loss;
    private readonly Sample sample;
    private readonly Expected expected;
    private readonly Random random;

    private CompositionCheck(ILoss loss, Sample sample, int seed)
    {
        this.loss = loss;
        this.sample = sample;
        random = new Random(seed);
        ReferenceCall call = sample.Labels is { } labels ? new(loss, sample.Shape, labels, sample.Inputs)
            : new(loss, sample.Shape, sample.Dense, sample.Inputs);
        expected = new(loss, sample.Logits, call, random);
    }

    /// <summary>What is wrong, or null.</summary>
    public static string? Failure(Func<ILoss> create, Composition composition, bool hasLabels)
    {
        try
        {
            ILoss loss = create();
            var check = new CompositionCheck(loss, Sample.Create(composition, loss.Definition, hasLabels), composition.Index);
            string? failure = check.Find(create);
            return failure is null ? null : $"{(hasLabels ? "class indices" : "dense target")}: {failure}";
        }
        catch (Exception error) // whatever it is, it is this composition's failure and not the test's
        {
            return error.ToString();
        }
    }

    private string? Find(Func<ILoss> create)
    {
        if (!expected.IsFinite)
            return "the reference's value is not finite";
        var found = sample.Labels is { } labels ? InDouble<long>(labels) : InDouble<double>(sample.Dense);

        // A loss that does not reduce, and of which the algebra finds that an axis does not vary, returns fewer elements.
        bool isWhole = found.Value.Length == expected.Elements.Length;
        if (!isWhole && (found.Value.Length > expected.Elements.Length || loss.Definition.Reduction != Reduction.None))
            return $"{found.Value.Length} values, the reference has {expected.Elements.Length}";
        if (isWhole && (Different("kernel in double", "value", expected.Elements, found.Value, ValueTolerance)
            ?? Slopes(found.Gradient)) is { } wrong)
            return wrong;
        var single = sample.Labels is { } again ? InSingle<long>(again) : InSingle<float>(Single(sample.Dense));
        return Same("kernel in float", single, SingleTolerance)
            ?? Same("module", OnTorch(create(), found.Value.Length), ValueTolerance)
            ?? Same("tensor operations", ModuleCall.OnOperations(loss, () => OnTorch(create(), found.Value.Length)), ValueTolerance);

        string? Same(string backend, (double[] Value, double[] Gradient) other, double tolerance) =>
            Different(backend, "value", found.Value, other.Value, tolerance) ?? Different(backend, "gradient", found.Gradient,
                other.Gradient, tolerance);
    }

    // An ignored element of a dense target has no gradient, whatever other classes make of its logit.
    private string? Slopes(double[] gradient)
    {
        bool IsFree(int i) => sample.Labels is not null || sample.Dense[i] != loss.Definition.IgnoreIndex;
        int[] free = [.. Enumerable.Range(0, gradient.Length).Where(IsFree)];
        for (int k = 0; k < Axes; k++)
        {
            int axis = free[random.Next(free.Length)];
            if (expected.Disagrees(gradient[axis], i => i == axis ? 1 : 0, GradientTolerance) is { } difference)
                return $"kernel in double: gradient [{axis}]: {difference}";
        }

        for (int k = 0; k < Directions; k++)
        {
            double[] direction = [.. gradient.Select((_, i) => IsFree(i) ? (random.NextDouble() * 2) - 1 : 0)];
            if (expected.Disagrees(direction.Zip(gradient, (d, g) => d * g).Sum(), i => direction[i], GradientTolerance) is { } difference)
                return $"kernel in double: gradient along a direction: {difference}";
        }

        return null;
    }

    private double[] Upstream(int elements) => elements == expected.Upstream.Length ? expected.Upstream : [];

    private (double[] Value, double[] Gradient) InDouble<TTarget>(ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        var slope = new double[sample.Logits.Length];
        LossInputs inputs = sample.Maps();
        if (loss.Definition.Reduction != Reduction.None)
            return ([loss.EvaluateWithGradient(sample.Logits, target, sample.Shape, inputs, slope)], slope);
        var elements = new double[ElementCount<TTarget>()];
        loss.EvaluateElementsWithGradient(sample.Logits, target, sample.Shape, inputs, elements, Upstream(elements.Length), slope);
        return (elements, slope);
    }

    private (double[] Value, double[] Gradient) InSingle<TTarget>(ReadOnlySpan<TTarget> target)
        where TTarget : unmanaged
    {
        float[] logits = Single(sample.Logits), slope = new float[logits.Length];
        LossInputs inputs = sample.SingleMaps();
        if (loss.Definition.Reduction != Reduction.None)
            return ([loss.EvaluateWithGradient(logits, target, sample.Shape, inputs, slope)], Double(slope));
        var elements = new float[ElementCount<TTarget>()];
        loss.EvaluateElementsWithGradient(logits, target, sample.Shape, inputs, elements, Single(Upstream(elements.Length)), slope);
        return (Double(elements), Double(slope));
    }

    // How many numbers there are tells labels from dense targets of bool alone, which are none of the targets here.
    private long ElementCount<TTarget>()
        where TTarget : unmanaged =>
        CallChecks.ElementCount(CallChecks.Measure(loss, sample.Shape, CallChecks.ElementOf<TTarget>(loss.Definition.Target, 0, 0))
            .ElementAxes, sample.Shape);

    private static float[] Single(double[] numbers) => Array.ConvertAll(numbers, number => (float)number);

    private static double[] Double(float[] numbers) => Array.ConvertAll(numbers, number => (double)number);

    private (double[] Value, double[] Gradient) OnTorch(ILoss own, int elements)
    {
        using IDisposable scope = NewDisposeScope();
        using var module = (nn.Module)own;
        int pixels = checked((int)sample.Shape.Pixels);
        long[] full = [sample.Shape.Batch, sample.Shape.Classes, pixels], flat = [sample.Shape.Batch, pixels];
        Tensor logits = tensor(sample.Logits, full).requires_grad_(true);
        Tensor target = sample.Labels is { } labels ? tensor(labels, flat) : tensor(sample.Dense, full);
        Tensor[] inputs = [.. sample.Inputs.Select((map, k) => tensor(map, loss.Definition.Inputs[k].Kind == InputKind.Element ? full
            : flat))];
        Tensor result = ModuleCall.Forward(module, [logits, target, .. inputs]);
        double[] upstream = Upstream(elements);
        (upstream.Length == 0 ? result.sum() : (result * tensor(upstream, result.shape)).sum()).backward();
        return (Numbers(result), Numbers(logits.grad!));
    }

    private static double[] Numbers(Tensor tensor) => tensor.detach().reshape(-1).data<double>().ToArray();

    private static string? Different(string backend, string what, double[] expected, double[] found, double tolerance)
    {
        if (expected.Length != found.Length)
            return $"{backend}: {found.Length} numbers of the {what}, not {expected.Length}";
        double scale = 1 + expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - found[i]) <= tolerance * scale))
                return string.Create(CultureInfo.InvariantCulture, $"{backend}: {what} [{i}] is {found[i]:R}, not {expected[i]:R}");
        }

        return null;
    }
}
