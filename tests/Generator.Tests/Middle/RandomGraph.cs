using System.Collections.Immutable;
using CsCheck;
using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>An expression as a tree, from which a graph is built twice: as it stands, and by the methods that simplify.</summary>
internal sealed record Tree(string Word, ImmutableArray<Tree> Inputs, double Number = 0)
{
    public override string ToString() => Word == "number" ? Number.ToString("R") : Inputs.IsEmpty ? Word
        : $"{Word}({string.Join(", ", Inputs)})";
}

/// <summary>Random trees over everything that the graph knows, and what they mean with and without algebra.</summary>
internal static class RandomGraph
{
    private static readonly string[] Leaves = ["x", "x", "p", "p", "q", "y", "y", "y", "target", "s", "valid", "k", "w", "c"];

    private static readonly string[] Unary =
        ["neg", "square", "exp-tanh", "log-positive", "log1p-positive", "expm1-tanh", "sqrt-positive", "abs", "tanh", "sigmoid", "softplus", "cosh-tanh",
         "sum-C", "sum-S", "sum-NS", "sum-C", "max-C", "lse", "softmax", "complement", "detach", "log-cosh", "log-of-cosh", "max-S",
             "max-NS", "log-sum-exp-S", "log-sum-exp", "softmax-by-exp", "logistic", "log-of-logistic", "log1p-exp"];

    private static readonly string[] Binary = ["add", "add", "sub", "mul", "mul", "mul", "div-positive", "min", "max", "where-y", "where-x",
        "mask-y", "mask-not-y", "mask-valid", "mask-x", "log-add-exp", "share", "log-weighted", "mean-by-exp", "mean-by-exp-NS"];

    private static readonly double[] Numbers = [0, 1, 1, -1, 2, 0.5, 3, -0.25];

    /// <summary>Trees of growing depth; smaller ones are what a failure shrinks to.</summary>
    public static Gen<Tree> Trees { get; } = Gen.Int[1, 5].SelectMany(Depth);

    /// <summary>Draws trees, always the same, and fails with the smallest that does not hold.</summary>
    public static void Hold(int count, Action<Tree> check)
    {
        var random = new PCG(1, 20240601);
        for (int i = 0; i < count; i++)
        {
            Tree tree = Trees.Generate(random, null, out _);
            if (Failure(tree, check) is not { } failure)
                continue;
            while (Smaller(tree).Select(smaller => (smaller, Failure(smaller, check)))
                .FirstOrDefault(pair => pair.Item2 is not null) is { smaller: { } next } found)
                (tree, failure) = (next, found.Item2!);
            Assert.Fail($"tree {i} of {count}, shrunk: {tree}\n{failure}");
        }
    }

    public static Node Build(GraphBuilder b, Tree tree, bool simplify)
    {
        Node[] v = [.. tree.Inputs.Select(input => Build(b, input, simplify))];
        Algebra a = simplify ? new Simplifying(b) : new Algebra(b);
        return tree.Word switch
        {
            "number" => b.Constant(tree.Number),
            "x" => b.Logit,
            "p" => b.Softmax(b.Logit),
            "q" => a.Sigmoid(b.Logit),
            "s" => b.Extent(Axes.Pixel),
            "y" => a.Mask(b.OneHot, b.One),
            "target" => b.Target,
            "valid" => a.Mask(Valid(b), b.One),
            "k" => b.Parameter(1),
            "w" => b.PerClass(0),
            "c" => b.ClassIndex,
            "neg" => a.Multiply(b.Constant(-1), v[0]),
            "square" => a.Multiply(v[0], v[0]),
            "exp-tanh" => a.Exp(a.Tanh(v[0])),
            "expm1-tanh" => a.Expm1(a.Tanh(v[0])),
            "cosh-tanh" => a.Cosh(a.Tanh(v[0])),
            "log-positive" => a.Log(Positive(a, b, v[0])),
            "log1p-positive" => a.Log1p(Positive(a, b, v[0])),
            "sqrt-positive" => a.Sqrt(Positive(a, b, v[0])),
            "abs" => a.Abs(v[0]),
            "tanh" => a.Tanh(v[0]),
            "sigmoid" => a.Sigmoid(v[0]),
            "softplus" => a.Softplus(v[0]),
            "detach" => a.Detach(v[0]),
            "sum-C" => a.Sum(v[0], Axes.Class),
            "sum-S" => a.Sum(v[0], Axes.Pixel),
            "sum-NS" => a.Sum(v[0], Axes.Batch | Axes.Pixel),
            "max-C" => a.ClassMaximum(v[0]),
            "lse" => LogSumExp(a, b, v[0]),
            "softmax" => b.Softmax(v[0]),
            "max-S" => a.PixelMaximum(v[0], Axes.Pixel),
            "max-NS" => a.PixelMaximum(v[0], Axes.Batch | Axes.Pixel),
            "log-sum-exp-S" => a.Log(a.Sum(a.Exp(v[0]), Axes.Pixel)),
            "log-cosh" => b.Elementwise(Op.LogCosh, v[0]),
            "log-of-cosh" => a.Log(a.Cosh(v[0])),
            "log-sum-exp" => a.Log(a.Sum(a.Exp(v[0]), Axes.Class)),
            "softmax-by-exp" => a.Divide(a.Exp(v[0]), a.Sum(a.Exp(v[0]), Axes.Class)),
            "logistic" => Logistic(a, b, v[0]),
            "log-of-logistic" => a.Log(a.Add(b.One, a.Multiply(b.Constant(-1), Logistic(a, b, v[0])))),
            "log1p-exp" => a.Log1p(a.Exp(v[0])),
            "log-add-exp" => a.Log(a.Add(a.Exp(v[0]), a.Exp(v[1]))),
            "share" => a.Divide(a.Exp(v[0]), a.Add(a.Multiply(b.Constant(2), a.Exp(v[0])), a.Exp(v[1]))),
            "log-weighted" => a.Log(a.Sum(a.Multiply(Positive(a, b, v[0]), a.Exp(v[1])), Axes.Class)),
            "mean-by-exp-NS" => a.Divide(a.Sum(a.Multiply(v[0], a.Exp(v[1])), Axes.Batch | Axes.Pixel),
                a.Sum(a.Exp(v[1]), Axes.Batch | Axes.Pixel)),
            "mean-by-exp" => a.Divide(a.Sum(a.Multiply(v[0], a.Exp(v[1])), Axes.Class), a.Sum(a.Exp(v[1]), Axes.Class)),
            "complement" => a.Add(b.One, a.Multiply(b.Constant(-1), v[0])),
            "add" => a.Add(v[0], v[1]),
            "sub" => a.Add(v[0], a.Multiply(b.Constant(-1), v[1])),
            "mul" => a.Multiply(v[0], v[1]),
            "div-positive" => a.Divide(v[0], Positive(a, b, v[1])),
            "min" => a.Minimum(v[0], v[1]),
            "max" => a.Maximum(v[0], v[1]),
            "where-y" => a.Where(b.OneHot, v[0], v[1]),
            "where-x" => a.Where(a.Less(b.Constant(0.317), b.Logit), v[0], v[1]),
            "mask-y" => a.Mask(b.OneHot, v[0]),
            "mask-not-y" => a.Mask(a.Not(b.OneHot), v[0]),
            "mask-valid" => a.Mask(Valid(b), v[0]),
            "mask-x" => a.Mask(a.Less(b.Logit, b.Constant(0.123)), v[0]),
            _ => throw new InvalidOperationException(tree.Word),
        };
    }

    public static GraphBuilder Builder() => new() { HasInvalidPixels = true };

    private static Node Valid(GraphBuilder b) => b.Valid(Axes.Batch | Axes.Pixel);

    private static Node Positive(Algebra a, GraphBuilder b, Node v) => a.Add(b.Constant(0.5), a.Multiply(v, v));

    private static string? Failure(Tree tree, Action<Tree> check)
    {
        try
        {
            check(tree);
            return null;
        }
        catch (Exception exception)
        {
            return exception.Message;
        }
    }

    // One node less: a part in place of the whole, here or further down.
    private static IEnumerable<Tree> Smaller(Tree tree)
    {
        foreach (Tree input in tree.Inputs)
            yield return input;
        for (int i = 0; i < tree.Inputs.Length; i++)
        {
            foreach (Tree smaller in Smaller(tree.Inputs[i]))
                yield return tree with { Inputs = tree.Inputs.SetItem(i, smaller) };
        }
    }

    private static Node Logistic(Algebra a, GraphBuilder b, Node v) => a.Divide(b.One, a.Add(b.One, a.Exp(a.Multiply(b.Constant(-1), v))));

    // Simplification may find that the classes do not differ.
    private static Node LogSumExp(Algebra a, GraphBuilder b, Node v) =>
        v.Axes.Has(Axes.Class) ? b.LogSumExp(v) : a.Add(v, a.Log(b.Extent(Axes.Class)));

    private static Gen<T> OneOf<T>(T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static Gen<Tree> Depth(int depth)
    {
        Gen<Tree> leaf = Gen.Frequency(
            (5, OneOf(Leaves).Select(word => new Tree(word, []))),
            (1, OneOf(Numbers).Select(number => new Tree("number", [], number))));
        if (depth == 0)
            return leaf;
        Gen<Tree> below = Depth(depth - 1);
        return Gen.Frequency(
            (1, leaf),
            (3, Gen.Select(OneOf(Unary), below, (word, input) => new Tree(word, [input]))),
            (6, Gen.Select(OneOf(Binary), below, below, (word, left, right) => new Tree(word, [left, right]))));
    }

    /// <summary>Operations as they stand.</summary>
    private class Algebra(GraphBuilder b)
    {
        public virtual Node Add(Node v, Node w) => b.Make(Op.Add, v, w);

        public virtual Node Multiply(Node v, Node w) => b.Make(Op.Multiply, v, w);

        public virtual Node Divide(Node v, Node w) => b.Make(Op.Divide, v, w);

        public virtual Node Minimum(Node v, Node w) => b.Make(Op.Minimum, v, w);

        public virtual Node Maximum(Node v, Node w) => b.Make(Op.Maximum, v, w);

        public virtual Node Exp(Node v) => b.Make(Op.Exp, v);

        public virtual Node Expm1(Node v) => b.Make(Op.Expm1, v);

        public virtual Node Cosh(Node v) => b.Make(Op.Cosh, v);

        public virtual Node Log(Node v) => b.Make(Op.Log, v);

        public virtual Node Log1p(Node v) => b.Make(Op.Log1p, v);

        public virtual Node Sqrt(Node v) => b.Make(Op.Sqrt, v);

        public virtual Node Abs(Node v) => b.Make(Op.Abs, v);

        public virtual Node Tanh(Node v) => b.Make(Op.Tanh, v);

        public virtual Node Sigmoid(Node v) => b.Make(Op.Sigmoid, v);

        public virtual Node Softplus(Node v) => b.Make(Op.Softplus, v);

        public virtual Node Detach(Node v) => b.Make(Op.Detach, v);

        public virtual Node Less(Node v, Node w) => b.Make(Op.Less, v, w);

        public virtual Node Not(Node v) => b.Make(Op.Not, v);

        public virtual Node Where(Node condition, Node v, Node w) => b.Make(Op.Where, condition, v, w);

        public virtual Node Mask(Node condition, Node v) => b.Make(Op.Mask, condition, v);

        public virtual Node ClassMaximum(Node v) => v.Axes.Has(Axes.Class) ? b.Make(Op.ClassMaximum, v) : v;

        public virtual Node PixelMaximum(Node v, Axes axes) => v.Axes.Touches(axes) ? b.Make(Op.PixelMaximum, [v], 0, axes & v.Axes) : v;

        // A sum over an axis that the value lacks multiplies by the extent, in any graph.
        public virtual Node Sum(Node v, Axes axes)
        {
            Axes absent = axes.Without(v.Axes), present = axes & v.Axes;
            Node sum = present == Axes.None ? v : b.Make(Op.Sum, [v], 0, present);
            foreach (Axes axis in new[] { Axes.Batch, Axes.Class, Axes.Pixel }.Where(axis => absent.Has(axis)))
                sum = b.Make(Op.Multiply, b.Make(Op.Extent, [], 0, axis), sum);
            return sum;
        }
    }

    /// <summary>The same, simplified while it is built.</summary>
    private sealed class Simplifying(GraphBuilder b) : Algebra(b)
    {
        private readonly GraphBuilder b = b;

        public override Node Add(Node v, Node w) => b.Add(v, w);

        public override Node Multiply(Node v, Node w) => b.Multiply(v, w);

        public override Node Divide(Node v, Node w) => b.Divide(v, w);

        public override Node Minimum(Node v, Node w) => b.Minimum(v, w);

        public override Node Maximum(Node v, Node w) => b.Maximum(v, w);

        public override Node Exp(Node v) => b.Exp(v);

        public override Node Expm1(Node v) => b.Expm1(v);

        public override Node Cosh(Node v) => b.Elementwise(Op.Cosh, v);

        public override Node Log(Node v) => b.Log(v);

        public override Node Log1p(Node v) => b.Log1p(v);

        public override Node Sqrt(Node v) => b.Sqrt(v);

        public override Node Abs(Node v) => b.Abs(v);

        public override Node Tanh(Node v) => b.Elementwise(Op.Tanh, v);

        public override Node Sigmoid(Node v) => b.Sigmoid(v);

        public override Node Softplus(Node v) => b.Softplus(v);

        public override Node Detach(Node v) => b.Detach(v);

        public override Node Less(Node v, Node w) => b.Less(v, w);

        public override Node Not(Node v) => b.Not(v);

        public override Node Where(Node condition, Node v, Node w) => b.Where(condition, v, w);

        public override Node Mask(Node condition, Node v) => b.Mask(condition, v);

        public override Node ClassMaximum(Node v) => b.ClassMaximum(v);

        public override Node Sum(Node v, Axes axes) => b.Sum(v, axes);
    }
}
