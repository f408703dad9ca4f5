using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using LossGen.Reference;
using LossGen.TestSupport;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Neighbours;

/// <summary>
/// Formulas that read neighbours: value and gradient of kernels and tensor operations against the formula as it is executed, in one to
/// three dimensions, with every border, with ignored pixels, images of a single row and windows larger than the image.
/// </summary>
public sealed class NeighbourTests
{
    private static string FortySums => string.Join(" + ", Enumerable.Range(1, 40)
        .Select(k => FormattableString.Invariant($"RunningSum({(k % 3 == 0 ? "1" : $"y + {k}")}, {k / 10.0} * x.Logit + {k % 4})")));

    private static readonly string[] Formulas =
    [
        "Square(Shift(x.Logit, {a}, 1) - x.Logit)",
        "x.Logit * Shift(x.Logit, {a}, -2, Border.Replicate) * y",
        "x.Logit * Shift(y, {a}, 1, Border.Reflect)",
        "Shift(1, {a}, 1) * Square(Shift(x.Logit, {a}, 1) - x.Logit)",
        "Square(Window(x.Logit, {a}, [1, -2.5, 1]))",
        "Square(Window(Window(x.Probability, 0, [1, 2, 1], Border.Replicate), {a}, [-1, 0, 1], Border.Replicate) - y)",
        "Square(BoxBlur(x.Probability, 3, Border.Reflect) - BoxBlur(y, 3, Border.Reflect))",
        "Square(GaussianBlur(x.Logit * y, 7, 1.5))",
        "Square(GaussianBlur(x.Logit, 9, 2, Border.Reflect)) * x.Probability",
        "Square(Window(x.Logit, {a}, [0.5, 1, -2, 0.25, 1, 3, 1], Border.Reflect)) + Square(Window(y - x.Logit, {a}, [0.5, 1, -2, 0.25, 1, 3, 1], Border.Replicate))",
        "MaxPool(x.Logit, 3) * y",
        "Square(MinPool(x.Probability, 3)) + MaxPoolAlong(y * x.Logit, {a}, 5)",
        "Square(MaxPool(MinPool(x.Probability, 3), 3))",
        "Where(Inside(3), Square(BoxBlur(x.Logit, 3)), 0)",
        "SumOverClasses(Square(Shift(x.LogProbability, {a}, 1) - y))",
        "Square(Shift(SumOverClasses(x.Logit * y), {a}, 1))",
        "Sum(Abs(Shift(x.Logit, {a}, 1) - x.Logit)) / (1 + Sum(y * BoxBlur(x.Probability, 3)))",
        "Square(x.Probability - Detach(BoxBlur(x.Probability, 3)))",
        "Square(Shift(x.Logit * Sum(y * x.Probability), {a}, 1))",
        "SoftErode(x.Probability) * y + Square(SoftSkeleton(x.Probability, 2))",
        "1 - Sum(SoftSkeleton(x.Probability, 1) * y) / (1 + Sum(SoftSkeleton(y, 1) * x.Probability))",
        "x.Probability * DistanceTransform(y > 0.5) + Square(x.Probability - y) * DistanceTransform(x.Logit > 0, 3, 0.5, 1.25)",
        "Square(x.Probability) * Sqrt(1 + DistanceTransform(!(MaxPool(y, 3) > 0.5), rows: 2)) * y",
        "Abs(x.Logit - MinPoolAlong(MaxPoolAlong(x.Logit, {a}, 3), {a}, 3)) * BoxBlur(Square(x.Logit), 3)",
        "SoftSkeleton(x.Complement, 1) + x.Probability * y",
        "x.Logit * BoxBlur(RunningSum(y, x.Logit), 3) / 9 + y * x.Logit * Shift(RunningSum(1, x.Logit), {a}, 1) / 9",
        "Square(x.Logit) * RunningSum(1, Window(x.Logit, {a}, [1.0372, -2.4931, 0.7713])) / 9 + Where(RunningSum(1, x.Logit) <= 3, Square(x.Logit), 0)",
        "Where(RunningSum(1, x.Logit) <= 3, Square(x.Logit), 0) + y * x.Logit * MaxPool(RunningSum(1, x.Logit), 3) / 9",
        "Where(RunningSum(1, x.Logit) <= 3, Square(x.Logit), 0) + x.Logit * RunningSum(Shift(y, {a}, 1), 0.3 * x.Logit - RunningSum(1, x.Logit)) / 9",
        "MaxPool(x.Probability * RunningSum(y + 0.1, x.Logit), 3) / 9 + y * Square(x.Logit * RunningSum(1, Channel(x.Logit, 0) - Mean(x.Logit))) / 90",
        $"x.Logit * DistanceTransform(RunningSum(1, x.Logit) <= 3) * BoxBlur({FortySums}, 3) / 9000",
    ];

    // Extents of images. Those of more than a few pixels have no gradient by difference quotients: there the roads are held against each
    // other.
    private static readonly int[][] Grids = [[7], [1], [37], [3, 4], [1, 4], [3, 1], [9, 35], [2, 3, 2], [2, 1, 3], [3, 5, 18]];

    private const int MostPixels = 12;

    private static readonly string[] Options = ["", ", IgnoreIndex = 2", ", PerImage = true, Reduction = Reduction.Sum",
        ", Reduction = Reduction.None"];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Formulas.Length)];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(All().Distinct()));

    [Theory]
    [MemberData(nameof(Indices))]
    public void EveryRoadAgreesWithTheFormula(int formula)
    {
        foreach ((int grid, int axis, string options) in Variants(formula))
        {
            for (int kind = 0; kind < 2; kind++)
                Check(Declaration(formula, (grid + axis) % 2 == 0, Grids[grid].Length, axis, options), Grids[grid], isDense: kind == 1,
                    seed: (formula * 31) + (grid * 7) + axis);
        }
    }

    private static void Check(string declaration, int[] grid, bool isDense, int seed)
    {
        Batch batch = Random(grid, isDense, seed, declaration.Contains("Softmax", StringComparison.Ordinal) ? 3 : 2,
            declaration.Contains("IgnoreIndex", StringComparison.Ordinal));
        ILoss loss = Compiler.Value.Create(declaration);
        double[] value = StatedCase(loss, batch), upstream = value.Length > 1 ? [.. value.Select((_, k) => 0.5 + (k % 3))] : [1];
        double[]? gradient = batch.Shape.Pixels > MostPixels ? null
            : batch.Labels is { } labels ? ReferenceEvaluation.NumericalGradient(loss, batch.Shape, batch.Logits, labels, value.Length > 1
            ? upstream : [])
            : ReferenceEvaluation.NumericalGradient(loss, batch.Shape, batch.Logits, batch.Dense!, value.Length > 1 ? upstream : []);
        string what = $"{declaration} {string.Join("x", grid)} {(isDense ? "dense" : "labels")}";
        foreach (bool isForced in (bool[])[false, true])
        {
            Found found = Torch(Compiler.Value.Create(declaration), batch, grid, isForced, upstream);
            string road = isForced ? "operations" : "kernels";
            Close($"{what}: value by {road}", value, found.Elements, 1e-11);
            gradient ??= found.Gradient;
            Close($"{what}: gradient by {road}", gradient, found.Gradient, batch.Shape.Pixels > MostPixels ? 1e-11 : 2e-8);
        }
    }

    private static double[] StatedCase(ILoss loss, Batch batch) => batch.Labels is { } labels
        ? ReferenceEvaluation.EvaluateElements(loss, batch.Shape, batch.Logits, labels)
        : ReferenceEvaluation.EvaluateElements(loss, batch.Shape, batch.Logits, batch.Dense!);

    private static Found Torch(ILoss loss, Batch batch, int[] grid, bool isForced, double[] upstream)
    {
        using var module = (nn.Module)loss;
        return TorchBackend.On(loss, isForced ? TorchRoad.InOperations : TorchRoad.Kernel, () =>
        {
            long[] spatial = [.. grid.Select(extent => (long)extent)], full = [batch.Shape.Batch, batch.Shape.Classes, .. spatial],
                flat = [batch.Shape.Batch, .. spatial];
            Tensor logits = tensor(batch.Logits, full).requires_grad_();
            Tensor target = batch.Labels is { } labels ? tensor(labels, flat) : tensor(batch.Dense!, full);
            Tensor value = ModuleCall.Forward(module, [logits, target]);
            if (value.numel() == 1)
                value.backward();
            else
                value.backward([tensor(upstream, value.shape)]);
            return new Found(Numbers(value), Numbers(logits.grad!));
        });
    }

    private static double[] Numbers(Tensor tensor) => tensor.detach().to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray();

    private static void Close(string what, double[] wanted, double[] found, double tolerance)
    {
        double scale = Math.Max(1, wanted.Max(Math.Abs));
        bool agrees = wanted.Length == found.Length && wanted.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance
            * scale);
        Assert.True(agrees, $"{what}: {string.Join(", ", found.Take(40))} instead of {string.Join(", ", wanted.Take(40))}");
    }

    private static Batch Random(int[] grid, bool isDense, int seed, int classes, bool isIgnored)
    {
        var random = new Random(seed);
        const int images = 2;
        LossShape shape = grid.Length switch
        {
            1 => new(images, classes, grid[0]),
            2 => new(images, classes, grid[0], grid[1]),
            _ => new(images, classes, grid[0], grid[1], grid[2]),
        };
        int pixels = (int)shape.Pixels, points = images * classes * pixels;

        // No two nearly the same, nor near 0: a difference quotient across a kink is no gradient.
        double[] logits = [.. Enumerable.Range(0, points).Select(k => 0.3 + (4.0 * k / points)).Select((size, k) => k % 2 == 0 ? size
            : -size)];
        random.Shuffle(logits);
        return isDense
            ? new(shape, logits, null, [.. Enumerable.Range(0, points).Select(_ => isIgnored && random.Next(5) == 0 ? 2
            : random.NextDouble())])
            : new(shape, logits, [.. Enumerable.Range(0, images * pixels).Select(_ => (long)random.Next(isIgnored ? 3 : classes))], null);
    }

    // Options take turns.
    private static IEnumerable<(int Grid, int Axis, string Options)> Variants(int formula)
    {
        for (int grid = 0; grid < Grids.Length; grid++)
        {
            int axes = Formulas[formula].Contains("{a}", StringComparison.Ordinal) ? Grids[grid].Length : 1;
            for (int axis = 0; axis < axes; axis++)
                yield return (grid, axis, Options[(formula + grid + axis) % Options.Length]);
        }
    }

    private static IEnumerable<string> All() =>
        from formula in Enumerable.Range(0, Formulas.Length)
        from variant in Variants(formula)
        select Declaration(formula, (variant.Grid + variant.Axis) % 2 == 0, Grids[variant.Grid].Length, variant.Axis, variant.Options);

    private static string Declaration(int formula, bool isSoftmax, int dimensions, int axis, string options) =>
        $"[Loss(Activation.{(isSoftmax ? "Softmax" : "Sigmoid")}, Dimensions = {dimensions}{options})] public sealed partial class Declared {{ static Value Formula(Prediction x, Target y) => "
            + Formulas[formula].Replace("{a}", axis.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
            + "; }";
}
