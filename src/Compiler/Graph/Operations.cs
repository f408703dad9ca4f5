using LossGen.Kernels;

namespace LossGen.Compiler.Graph;

/// <summary>The table of operations: one row each, with value, derivative and the name of the function.</summary>
internal static class Operations
{
    // By the number of the operation.
    private static readonly Operation[] Table = [.. Rows().OrderBy(row => row.Op)];

    public static IEnumerable<Operation> All => Table;

    public static Operation Of(Op op) => Table[(int)op];

    public static Operation Operation(this Node node) => Table[(int)node.Op];

    private static IEnumerable<Operation> Rows()
    {
        foreach (Op leaf in new[]
                 {
                     Op.Constant, Op.Parameter, Op.Logit, Op.Target, Op.Input, Op.OneHot, Op.Valid, Op.Labelled, Op.ClassIndex, Op.ClassSet,
                         Op.PerClass,
                     Op.Extent, Op.Upstream,
                 })
        {
            bool isCondition = leaf is Op.OneHot or Op.Valid or Op.Labelled or Op.ClassSet;
            yield return new(leaf) { Inputs = 0, IsCondition = isCondition, Result = isCondition ? Interval.Unit : null };
        }

        yield return new(Op.Add)
        {
            Inputs = 2,
            Evaluate = v => v[0] + v[1],
            Derivative = (b, n, g) => [g, g],
            Torch = "input.Add({0}, {1})",
        };
        yield return new(Op.Multiply)
        {
            Inputs = 2,
            Evaluate = v => v[0] * v[1],
            Derivative = (b, n, g) => [b.Multiply(g, n[1]), b.Multiply(g, n[0])],
            Torch = "{0} * {1}",
        };
        yield return new(Op.Divide)
        {
            Inputs = 2,
            Extremes = Extremes.Pole,
            Evaluate = v => v[0] / v[1],
            Derivative = (b, n, g) => [b.Divide(g, n[1]), b.Negate(b.Divide(b.Multiply(g, n), n[1]))],
            Domain = "not finite where the denominator is 0",
            IsExpensive = true,
            Torch = "input.Divide({0}, {1})",
        };
        yield return new(Op.ReciprocalAtLeastOne)
        {
            Result = Interval.Unit,
            Evaluate = v => 1 / v[0],
            Derivative = (b, n, g) => [b.Negate(b.Divide(g, b.Multiply(n[0], n[0])))],
            Domain = "from 1, finite: made by lowering only",
            IsExpensive = true,
            Function = "Reciprocal",
            LaneFunction = "ReciprocalAtLeastOne",
            Torch = "{0}.reciprocal()",
        };
        yield return new(Op.Power)
        {
            Inputs = 2,
            Extremes = Extremes.Pole,
            Evaluate = v => Math.Pow(v[0], v[1]),
            Derivative = (b, n, g) =>
            [
                // An exponent that is known only at run time may be 0, whose power is constant: a selection, since the power of -1 beside
                // the factor 0 is infinite at 0.
                b.Mask(b.Not(b.Equal(n[1], b.Zero)), b.Multiply(g, b.Multiply(n[1], b.Power(n[0], b.Add(n[1], b.Constant(-1)))))),
                b.Multiply(g, b.Where(b.Equal(n[0], b.Zero), b.Zero, b.Multiply(n, b.Log(n[0])))),
            ],
            Domain = "NaN for a negative base with a fractional exponent; the derivative is infinite at 0 for exponents below 1",
            IsExpensive = true,
            Function = "Pow",
            IsInMath = true,
            Torch = "input.Power({0}, {1})",
        };
        yield return new(Op.Minimum)
        {
            Inputs = 2,
            Evaluate = v => double.IsNaN(v[0]) || double.IsNaN(v[1]) ? double.NaN : Math.Min(v[0], v[1]),
            Derivative = (b, n, g) => [Tie(b, g, b.LessOrEqual(n[0], n[1]), n), Tie(b, g, b.LessOrEqual(n[1], n[0]), n)],
            Domain = "the derivative is shared equally at a tie",
            Function = "Min",
            IsInMath = true,
            Torch = "input.Minimum({0}, {1})",
        };
        yield return new(Op.Maximum)
        {
            Inputs = 2,
            Evaluate = v => double.IsNaN(v[0]) || double.IsNaN(v[1]) ? double.NaN : Math.Max(v[0], v[1]),
            Derivative = (b, n, g) => [Tie(b, g, b.LessOrEqual(n[1], n[0]), n), Tie(b, g, b.LessOrEqual(n[0], n[1]), n)],
            Domain = "the derivative is shared equally at a tie",
            Function = "Max",
            IsInMath = true,
            Torch = "input.Maximum({0}, {1})",
        };
        yield return new(Op.Clamp)
        {
            Inputs = 3,
            Evaluate = v => v.Any(double.IsNaN) ? double.NaN : Math.Min(Math.Max(v[0], v[1]), v[2]),
            Derivative = (b, n, g) =>
            [
                b.Mask(b.LessOrEqual(n[1], n[0]), b.Mask(b.LessOrEqual(n[0], n[2]), g)),
                b.Mask(b.Less(n[0], n[1]), b.Mask(b.LessOrEqual(n[1], n[2]), g)),
                b.Mask(b.Or(b.Less(n[2], n[0]), b.Less(n[2], n[1])), g),
            ],
            Domain = "the upper bound wins where the bounds cross; the derivative is 1 on the bounds",
            Function = "Clamp",
        };
        var exp = new Operation(Op.Exp)
        {
            Result = Interval.NonNegative,
            Extremes = Extremes.Overflow,
            Evaluate = v => Math.Exp(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, n)],
            Domain = "overflows above 88.7 (float), 709.8 (double)",
            IsExpensive = true,
            Function = "Exp",
            IsInMath = true,
        };
        yield return exp;
        yield return exp with
        {
            Op = Op.ExpNonPositive,
            Result = Interval.Unit,
            Extremes = Extremes.None,
            Domain = "at most 0: made by lowering only",
            LaneFunction = "ExpNonPositive"
        };
        var log = new Operation(Op.Log)
        {
            Extremes = Extremes.Pole,
            Evaluate = v => Math.Log(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Divide(g, n[0])],
            Domain = "-infinity at 0, NaN below",
            IsExpensive = true,
            Function = "Log",
            IsInMath = true,
        };
        yield return log;
        yield return log with
        {
            Op = Op.LogAtLeastOne,
            Result = Interval.NonNegative,
            Extremes = Extremes.None,
            Domain = "from 1, finite: made by lowering only",
            LaneFunction = "LogAtLeastOne"
        };
        var log1p = new Operation(Op.Log1p)
        {
            Extremes = Extremes.Pole,
            Evaluate = v => Math.Abs(v[0]) < 1e-5 ? v[0] - (v[0] * v[0] / 2) + (v[0] * v[0] * v[0] / 3) : Math.Log(1 + v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Divide(g, b.Add(b.One, n[0]))],
            Domain = "-infinity at -1, NaN below",
            IsExpensive = true,
            Function = "Log1p",
        };
        yield return log1p;
        yield return log1p with
        {
            Op = Op.Log1pOfUnit,
            Result = Interval.Unit,
            Extremes = Extremes.None,
            Domain = "from 0 to 1: made by lowering only",
            LaneFunction = "Log1pOfUnit"
        };
        yield return new(Op.Expm1)
        {
            Extremes = Extremes.Overflow,
            Evaluate = v => Math.Abs(v[0]) < 1e-5 ? v[0] + (v[0] * v[0] / 2) + (v[0] * v[0] * v[0] / 6) : Math.Exp(v[0]) - 1,
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Exp(n[0]))],
            Domain = "overflows above 88.7 (float), 709.8 (double)",
            IsExpensive = true,
            Function = "Expm1",
        };
        yield return new(Op.Sqrt)
        {
            Result = Interval.NonNegative,
            Extremes = Extremes.Slope,
            Evaluate = v => Math.Sqrt(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Divide(b.Multiply(b.Constant(0.5), g), n)],
            Domain = "NaN below 0; the derivative is infinite at 0",
            IsExpensive = true,
            Function = "Sqrt",
            IsInMath = true,
        };
        yield return new(Op.Abs)
        {
            Result = Interval.NonNegative,
            Evaluate = v => Math.Abs(v[0]),
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Sign, n[0]))],
            Domain = "the derivative at 0 is 0",
            Function = "Abs",
            IsInMath = true,
            Torch = "{0}.abs()",
        };
        yield return new(Op.Sign)
        {
            Result = new(-1, 1),
            Evaluate = v => double.IsNaN(v[0]) ? double.NaN : Math.Sign(v[0]),
            Domain = "no gradient flows",
            Function = "Sign",
            IsPlain = true,
        };
        yield return new(Op.Tanh)
        {
            Result = new(-1, 1),
            Evaluate = v => Math.Tanh(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Subtract(b.One, b.Multiply(n, n)))],
            IsExpensive = true,
            Function = "Tanh",
            IsInMath = true,
            IsPlain = true,
            Torch = "{0}.tanh()",
        };
        yield return new(Op.Atan)
        {
            Evaluate = v => Math.Atan(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Divide(g, b.Add(b.One, b.Multiply(n[0], n[0])))],
            IsExpensive = true,
            Function = "Atan",
            IsInMath = true,
            IsPlain = true,
            Torch = "{0}.atan()",
        };
        yield return new(Op.Erf)
        {
            Result = new(-1, 1),
            Evaluate = v => ErrorFunction.Of(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Multiply(b.Constant(2 / Math.Sqrt(Math.PI)),
                b.Exp(b.Negate(b.Multiply(n[0], n[0])))))],
            IsExpensive = true,
            Function = "Erf",
            IsPlain = true,
            Torch = "{0}.erf()",
        };
        yield return new(Op.Lgamma)
        {
            Result = Interval.All,
            Extremes = Extremes.Pole,
            Evaluate = v => GammaFunction.Lgamma(v[0]),
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Digamma, n[0]))],
            Domain = "infinite at 0 and the negative whole numbers",
            IsExpensive = true,
            Function = "Lgamma",
            IsPlain = true,
        };
        yield return new(Op.Digamma)
        {
            Result = Interval.All,
            Extremes = Extremes.Pole,
            Evaluate = v => GammaFunction.Digamma(v[0]),
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Trigamma, n[0]))],
            Domain = "infinite at 0, NaN at the negative whole numbers",
            IsExpensive = true,
            Function = "Digamma",
            IsPlain = true,
        };
        yield return new(Op.Trigamma)
        {
            Extremes = Extremes.Pole,
            Evaluate = v => GammaFunction.Trigamma(v[0]),
            Domain = "infinite at 0 and the negative whole numbers; made by differentiation only, no gradient flows",
            IsExpensive = true,
            Function = "Trigamma",
        };
        yield return new(Op.Sinh)
        {
            Result = Interval.All,
            Extremes = Extremes.Overflow,
            Evaluate = v => Math.Sinh(v[0]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Cosh, n[0]))],
            Domain = "overflows beyond 89 (float), 710 (double)",
            IsExpensive = true,
            Function = "Sinh",
            IsInMath = true,
            IsPlain = true,
        };
        yield return new(Op.Cosh)
        {
            Result = new(1, double.PositiveInfinity),
            Extremes = Extremes.Overflow,
            Evaluate = v => Math.Cosh(v[0]),
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Sinh, n[0]))],
            Domain = "overflows beyond 89 (float), 710 (double)",
            IsExpensive = true,
            Function = "Cosh",
            IsInMath = true,
            IsPlain = true,
        };
        yield return new(Op.LogCosh)
        {
            Result = Interval.NonNegative,
            Evaluate = v => Math.Abs(v[0]) < 40 ? Of(Op.Log1p).Evaluate!([2 * Math.Sinh(v[0] / 2) * Math.Sinh(v[0] / 2)])
                : Math.Abs(v[0]) - Math.Log(2),
            Derivative = (b, n, g) => [b.Multiply(g, b.Elementwise(Op.Tanh, n[0]))],
            IsExpensive = true,
            Function = "LogCosh",
            IsPlain = true,
        };
        yield return new(Op.Sigmoid)
        {
            Result = Interval.Unit,
            Evaluate = v => v[0] >= 0 ? 1 / (1 + Math.Exp(-v[0])) : Math.Exp(v[0]) / (1 + Math.Exp(v[0])),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Multiply(n, b.Sigmoid(b.Negate(n[0]))))],
            IsExpensive = true,
            Function = "Sigmoid",
            IsPlain = true,
            Torch = "{0}.sigmoid()",
        };
        yield return new(Op.Softplus)
        {
            Result = Interval.NonNegative,
            Evaluate = v => Math.Max(v[0], 0) + Of(Op.Log1p).Evaluate!([Math.Exp(-Math.Abs(v[0]))]),
            IsIncreasing = true,
            Derivative = (b, n, g) => [b.Multiply(g, b.Sigmoid(n[0]))],
            IsExpensive = true,
            Function = "Softplus",
            IsPlain = true,
        };
        yield return new(Op.Detach)
        {
            Evaluate = v => v[0],
            IsIncreasing = true,
            Domain = "no gradient flows",
            Torch = "{0}",
        };
        yield return new(Op.Spread)
        {
            Evaluate = v => v[0],
            IsIncreasing = true,
            Derivative = (b, n, g) => [g],
            Domain = "the same number at each point of further axes",
            Torch = "{0}",
        };
        yield return Condition(Op.Less, v => v[0] < v[1], "{0}.lt({1})");
        yield return Condition(Op.LessOrEqual, v => v[0] <= v[1], "{0}.le({1})");
        yield return Condition(Op.Equal, v => v[0] == v[1], "{0}.eq({1})");
        yield return Condition(Op.And, v => v[0] != 0 && v[1] != 0, "{0}.logical_and({1})");
        yield return Condition(Op.Or, v => v[0] != 0 || v[1] != 0, "{0}.logical_or({1})");
        yield return Condition(Op.Not, v => v[0] == 0, "{0}.logical_not()");
        yield return new(Op.Where)
        {
            Inputs = 3,
            Evaluate = v => v[0] != 0 ? v[1] : v[2],
            Derivative = (b, n, g) => [null, b.Mask(n[0], g), b.Mask(b.Not(n[0]), g)],
            Domain = "the branch that is not taken has gradient 0, also where it is not finite",
            Torch = "input.Where({0}, {1}, {2})",
        };
        yield return new(Op.Mask)
        {
            Inputs = 2,
            Evaluate = v => v[0] != 0 ? v[1] : 0,
            Derivative = (b, n, g) => [null, b.Mask(n[0], g)],
            Domain = "a selection, not a product: 0 where the condition is false, also where the value is not finite",
            Torch = "input.Mask({0}, {1})",
        };

        yield return new(Op.Softmax)
        {
            Result = Interval.Unit,
            Derivative = (b, n, g) => [SoftmaxGradient(b, n, g)],
            IsExpensive = true,
            Torch = "{0}.softmax(1)",
        };
        yield return new(Op.SoftmaxComplement)
        {
            Result = Interval.Unit,
            Derivative = (b, n, g) => [b.Negate(ComplementGradient(b, n, g))],
            Domain = "1 - softmax; summed over the other classes at the class that has nearly all",
            IsExpensive = true,
            Torch = "input.SoftmaxComplement({0})",
        };
        yield return new(Op.LogSumExp)
        {
            Result = Interval.All,
            Derivative = (b, n, g) => [b.Multiply(g, b.Softmax(n[0]))],
            IsExpensive = true,
            Torch = "{0}.logsumexp(1, keepdim: true)",
        };
        yield return new(Op.RunningSum)
        {
            Inputs = 2,
            Domain = "no gradient flows: it does not change with the keys but where two of them meet",
            IsStep = true,
        };
        yield return new(Op.Correlate)
        {
            Derivative = (b, n, g) => [b.Correlate(g, n.Window!.Transposed)],
            Domain = "the weighted sum of neighbours along an axis",
            IsStep = true,
        };
        yield return new(Op.Pool)
        {
            Derivative = (b, n, g) => [b.PoolSlope(n[0], g, n.Window!)],
            Domain = "the largest or smallest of the neighbours inside the image; the derivative goes to the first of equals, and in half to each of two arms of a cross",
            IsStep = true,
        };
        yield return new(Op.PoolSlope)
        {
            Inputs = 2,
            Domain = "what arrives at a pool, at the neighbour that it took; made by differentiation only, no gradient flows",
            IsStep = true,
        };
        yield return new(Op.Distance)
        {
            Domain = "the distance to the nearest pixel that is not 0, 0 where there is none; no gradient flows: it jumps",
            IsStep = true,
        };
        yield return new(Op.Kept)
        {
            Domain = "what an earlier pass computed; made by the plan, behind differentiation",
            IsStep = true,
        };
        yield return new(Op.Neighbour)
        {
            Domain = "the logit or the number of a map at another pixel; made by the plan, behind differentiation",
        };
        yield return new(Op.Sum)
        {
            Derivative = (b, n, g) => [g],
        };
        yield return new(Op.ClassMaximum)
        {
            Extremes = Extremes.Pole,
            Derivative = (b, n, g) =>
            {
                Node isMaximum = b.Equal(n[0], n);
                return [b.Mask(isMaximum, b.Divide(g, b.Sum(b.Mask(isMaximum, b.One), Axes.Class)))];
            },
            Domain = "the derivative is shared equally at a tie",
            Torch = "input.ClassMaximum({0})",
        };
        yield return new(Op.PixelMaximum)
        {
            Extremes = Extremes.Pole,
            Derivative = (b, n, g) =>
            {
                Node isMaximum = b.Equal(n[0], n);
                return [b.Mask(isMaximum, b.Divide(g, b.Sum(b.Mask(isMaximum, b.One), n.Attribute)))];
            },
            Domain = "the derivative is shared equally at a tie",
        };
    }

    private static Operation Condition(Op op, Func<double[], bool> holds, string torch) => new(op)
    {
        Evaluate = v => holds(v) ? 1 : 0,
        Inputs = op == Op.Not ? 1 : 2,
        IsCondition = true,
        Result = Interval.Unit,
        Domain = "no gradient flows",
        Torch = torch,
    };

    // PyTorch's convention for max and min. A selection outermost: what comes before a bound that holds is of no account, be it infinite.
    private static Node Tie(GraphBuilder b, Node g, Node taken, Node n) =>
        b.Mask(taken, b.Multiply(b.Where(b.Equal(n[0], n[1]), b.Constant(0.5), b.One), g));

    // p * (g - sum_C(p * g)). What only the label's class has, or all others, is taken by itself: u * p * (1 - p) at the label and -u * p *
    // (p of the label) elsewhere. As a difference of products with 1 - p both would lose the digits of a small p of the label.
    private static Node SoftmaxGradient(GraphBuilder b, Node p, Node g)
    {
        List<Node> atLabel = [], rest = [];
        foreach (Node term in Terms(g))
        {
            Node? slope = term.Op != Op.Mask || term[1].Axes.Has(Axes.Class) ? null
                : term[0].Op == Op.OneHot ? term[1]
                : term[0].Op == Op.Not && term[0][0].Op == Op.OneHot ? b.Negate(term[1]) : null;
            (slope is null ? rest : atLabel).Add(slope ?? term);
        }

        Node all = rest.Count == 0 ? b.Zero : rest.Aggregate(b.Add);
        Node gradient = b.Subtract(all, b.Sum(b.Multiply(p, all), Axes.Class));
        if (atLabel.Count > 0)
        {
            Node slope = atLabel.Aggregate(b.Add);
            Node picked = b.Sum(b.Mask(b.OneHot, p), Axes.Class), others = b.ComplementAtLabel(p[0]);
            gradient = b.Add(b.Where(b.OneHot, b.Multiply(slope, others), b.Negate(b.Multiply(slope, picked))), gradient);
        }

        return b.Multiply(p, gradient);
    }

    // p * (g - sum_C(p * g)) where g may be large at the class whose p is nearly 1, as the slope of a logarithm of 1 - p is: there g - p *
    // g is g * (1 - p), and the others are summed by themselves.
    private static Node ComplementGradient(GraphBuilder b, Node complement, Node g)
    {
        Node p = b.Softmax(complement[0]), dominant = b.Dominant(complement[0]), share = b.Multiply(p, g);
        Node others = b.Sum(b.Mask(b.Not(dominant), share), Axes.Class);
        return b.Multiply(p, b.Where(dominant, b.Subtract(b.Multiply(g, complement), others), b.Subtract(g, b.Sum(share, Axes.Class))));
    }

    private static IEnumerable<Node> Terms(Node sum) => sum.Op == Op.Add ? sum.Inputs.SelectMany(Terms) : [sum];
}
