using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>What the leaves of a graph are on one batch.</summary>
internal sealed record Leaves(Extents Extents, double[] Logits)
{
    /// <summary>A class for each image and pixel, -1 where no class is labelled.</summary>
    public int[] Labels { get; init; } = [];

    public double[] Target { get; init; } = [];

    /// <summary>For each image and pixel, or empty where all are valid.</summary>
    public bool[] Valid { get; init; } = [];

    public double[] Parameters { get; init; } = [];

    public double[][] Tables { get; init; } = [];

    public double Upstream { get; init; } = 1;

    public static Leaves Random(int seed, int batch = 2, int classes = 3, int pixels = 4)
    {
        var random = new Random(seed);
        int points = batch * classes * pixels;
        bool[] valid = [.. Enumerable.Range(0, batch * pixels).Select(_ => random.Next(4) > 0)];
        return new(new(batch, classes, pixels), [.. Enumerable.Range(0, points).Select(_ => (random.NextDouble() * 4) - 2)])
        {
            Valid = valid,
            Labels = [.. valid.Select(isValid => isValid ? random.Next(classes) : -1)],
            Target = [.. Enumerable.Range(0, points).Select(_ => random.NextDouble())],
            Parameters = [0.7, 1.3],
            Tables = [[.. Enumerable.Range(0, classes).Select(c => 0.5 + c)]],
            Upstream = 1.25,
        };
    }
}

/// <summary>
/// Evaluates nodes in double, one operation at a time: what simplification, lowering and differentiation are held against.
/// </summary>
internal sealed class Interpreter(Leaves leaves)
{
    private readonly Dictionary<Node, Tensor> done = [];

    public static double Number(Node node, Leaves leaves) => new Interpreter(leaves).Evaluate(node)[0, 0, 0];

    public Tensor Evaluate(Node node)
    {
        if (!done.TryGetValue(node, out Tensor? result))
            done[node] = result = Compute(node);
        return result;
    }

    private Tensor Compute(Node node)
    {
        Extents extents = leaves.Extents;
        int Pixel(int n, int s) => (n * extents.Pixels) + s;
        int Point(int n, int c, int s) => (((n * extents.Classes) + c) * extents.Pixels) + s;
        bool IsValid(int n, int s) => leaves.Valid.Length == 0 || leaves.Valid[Pixel(n, s)];
        switch (node.Op)
        {
            case Op.Constant:
                return Create((n, c, s) => node.Number);
            case Op.Parameter:
                return Create((n, c, s) => leaves.Parameters[node.Index]);
            case Op.Logit:
                return Create((n, c, s) => leaves.Logits[Point(n, c, s)]);
            case Op.Target:
                return Create((n, c, s) => leaves.Target[Point(n, c, s)]);
            case Op.OneHot:
                return Create((n, c, s) => leaves.Labels[Pixel(n, s)] == c ? 1 : 0);
            case Op.Labelled:
                return Create((n, c, s) => leaves.Labels[Pixel(n, s)] >= 0 ? 1 : 0);
            case Op.Valid:
                return Create((n, c, s) => IsValid(n, s) ? 1 : 0);
            case Op.ClassIndex:
                return Create((n, c, s) => c);
            case Op.ClassSet:
                return Create((n, c, s) => (node.Classes!.IncludeBackground || c > 0)
                    && (node.Classes.List.IsEmpty || node.Classes.List.Contains(c)) ? 1 : 0);
            case Op.PerClass:
                return Create((n, c, s) => leaves.Tables[node.Index][c]);
            case Op.Extent:
                return Create((n, c, s) => extents.Of(node.Attribute));
            case Op.Upstream:
                return Create((n, c, s) => leaves.Upstream);
        }

        Tensor[] inputs = [.. node.Inputs.Select(Evaluate)];
        switch (node.Op)
        {
            case Op.Sum:
                return Reduce(inputs[0], node.Attribute, 0, (sum, value) => sum + value);
            case Op.ClassMaximum:
                return Reduce(inputs[0], Axes.Class, double.NegativeInfinity, Math.Max);
            case Op.PixelMaximum:
                return Reduce(inputs[0], node.Attribute, double.NegativeInfinity, Math.Max);
            case Op.LogSumExp:
                return LogSumExp(inputs[0]);
            case Op.Softmax:
            case Op.SoftmaxComplement:
                Tensor normaliser = LogSumExp(inputs[0]);
                return Create((n, c, s) => Math.Exp(inputs[0][n, c, s] - normaliser[n, c, s]) is var p && node.Op == Op.Softmax ? p
                    : 1 - p);
            default:
                Func<double[], double> function = node.Operation().Evaluate
                    ?? throw new InvalidOperationException($"{node.Op} has no value");
                var arguments = new double[inputs.Length];
                return Create((n, c, s) =>
                {
                    for (int i = 0; i < inputs.Length; i++)
                        arguments[i] = inputs[i][n, c, s];
                    return function(arguments);
                });
        }

        Tensor Create(Func<int, int, int, double> at) => Tensor.Create(node.Axes, extents, at);
    }

    private Tensor LogSumExp(Tensor value)
    {
        Tensor largest = Reduce(value, Axes.Class, double.NegativeInfinity, Math.Max);
        Tensor shifted = Tensor.Create(value.Axes, leaves.Extents, (n, c, s) => Math.Exp(value[n, c, s] - largest[n, c, s]));
        Tensor sum = Reduce(shifted, Axes.Class, 0, (total, exponential) => total + exponential);
        return Tensor.Create(largest.Axes, leaves.Extents, (n, c, s) => largest[n, c, s] + Math.Log(sum[n, c, s]));
    }

    private Tensor Reduce(Tensor value, Axes axes, double start, Func<double, double, double> join)
    {
        Extents extents = leaves.Extents;
        int Count(Axes axis) => axes.Has(axis) ? extents.Of(axis) : 1;
        return Tensor.Create(value.Axes.Without(axes), extents, (n, c, s) =>
        {
            double result = start;
            for (int i = 0; i < Count(Axes.Batch); i++)
            {
                for (int j = 0; j < Count(Axes.Class); j++)
                {
                    for (int k = 0; k < Count(Axes.Pixel); k++)
                        result = join(result, value[axes.Has(Axes.Batch) ? i : n, axes.Has(Axes.Class) ? j : c, axes.Has(Axes.Pixel) ? k
                            : s]);
                }
            }

            return result;
        });
    }
}
