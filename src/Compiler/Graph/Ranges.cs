using System.Collections.Immutable;
using LossGen.Compiler.Model;

namespace LossGen.Compiler.Graph;

/// <summary>
/// Bounds of the nodes of a loss, from what the operations can give. Null where nothing can be said: a run-time parameter or an input may
/// be anything, and its owner knows what it is.
/// </summary>
internal sealed class Ranges(IReadOnlyList<ClassNumbers> tables, Activation activation)
{
    // How deep an assumption is followed into a branch: the bounds that people write lie near the top.
    private const int AssumedDepth = 5;

    // Of a product of more nothing is said.
    private const int MaximumFactors = 24;

    // The largest of so many probabilities that add up to 1 is above this.
    private const double LeastLargest = 1e-9;

    private readonly Dictionary<Node, Interval?> known = [];

    public Interval? Of(Node node)
    {
        if (!known.TryGetValue(node, out Interval? range))
            known[node] = range = Compute(node, [], AssumedDepth);
        return range;
    }

    /// <summary>Bounds of a node where a condition is as stated.</summary>
    public Interval? Under(Node node, Node condition, bool holds) => Under(node, [(condition, holds)], AssumedDepth);

    /// <summary>Where the condition is as stated the node is above 0.</summary>
    public bool IsPositive(Node node, Node condition, bool holds)
    {
        switch (condition.Op)
        {
            case Op.Not:
                return IsPositive(node, condition[0], !holds);
            case Op.And when holds:
            case Op.Or when !holds:
                return IsPositive(node, condition[0], holds) || IsPositive(node, condition[1], holds);
            case Op.Equal when !holds:
                return condition.Inputs.Contains(node) && condition.Inputs.Any(input => input.IsNumber(0)) && Of(node) is { Low: >= 0 };
            case Op.Less:
                return holds
                    ? ReferenceEquals(condition[1], node) && Of(condition[0]) is { Low: >= 0 }
                    : ReferenceEquals(condition[0], node) && Of(condition[1]) is { Low: > 0 };
            case Op.LessOrEqual:
                return holds
                    ? ReferenceEquals(condition[1], node) && Of(condition[0]) is { Low: > 0 }
                    : ReferenceEquals(condition[0], node) && Of(condition[1]) is { Low: >= 0 };
            default:
                return false;
        }
    }

    private Interval? Compute(Node node, ImmutableArray<(Node Condition, bool Holds)> assumed, int depth)
    {
        Interval? Input(Node input) => Under(input, assumed, depth - 1);
        if (node.Operation().IsCondition)
            return node.Operation().Result;
        switch (node.Op)
        {
            case Op.Constant:
                return double.IsNaN(node.Number) ? null : new Interval(node.Number, node.Number);
            case Op.Logit:
                return Interval.All;
            case Op.Target:
                return activation is Activation.Softmax or Activation.Sigmoid ? Interval.Unit : Interval.All;
            case Op.ClassIndex:
                return Interval.NonNegative;
            case Op.Extent:
                return new Interval(1, double.PositiveInfinity);
            case Op.PerClass:
                // A run-time number may be anything.
                ClassNumbers table = tables[node.Index];
                return table.IsConstant ? new Interval(table.Constants.Min(), table.Constants.Max()) : null;
            case Op.ClassMaximum when node[0].Op == Op.Softmax:
                return new Interval(LeastLargest, 1);
            case Op.Where:
                return Under(node[1], assumed.Add((node[0], true)), depth - 1) is { } a && Under(node[2], assumed.Add((node[0], false)),
                    depth - 1) is { } b ? a.Or(b) : null;
            case Op.Mask:
                return Under(node[1], assumed.Add((node[0], true)), depth - 1)?.Or(Interval.Of(0));
            case Op.Maximum:
                return Bound(Input(node[0]), Input(node[1]), (x, y) => new(Math.Max(x.Low, y.Low), Math.Max(x.High, y.High)))
                    ?? ((Input(node[0]) ?? Input(node[1])) is { } one ? new Interval(one.Low, double.PositiveInfinity) : null);
            case Op.Minimum:
                return Bound(Input(node[0]), Input(node[1]), (x, y) => new(Math.Min(x.Low, y.Low), Math.Min(x.High, y.High)));
            case Op.Clamp:
                return Input(node[1]) is { } floor && Input(node[2]) is { } ceiling ? new Interval(Math.Min(floor.Low, ceiling.Low),
                    ceiling.High) : null;
            case Op.Add:
                return Bound(Input(node[0]), Input(node[1]), (x, y) => x + y);
            case Op.Divide:
                return Bound(Input(node[0]), Input(node[1]), (x, y) => x / y);
            case Op.Multiply when node.FactorCount <= MaximumFactors:
                return Product(node, Input);
            case Op.Power:
                return Power(Input(node[0]), node[1]);
        }

        if (node.Inputs.IsEmpty || Input(node[0]) is not { } range)
            return node.Operation().Result;
        return node.Op switch
        {
            Op.Detach or Op.ClassMaximum or Op.PixelMaximum => range,
            Op.Abs => Magnitude(range),
            Op.LogCosh => Magnitude(range).Map(x => Evaluate(node.Op, x)),
            Op.Sum or Op.RunningSum => new Interval(range.Low >= 0 ? range.Low : double.NegativeInfinity, range.High <= 0 ? range.High
                : double.PositiveInfinity),
            _ when node.Operation().IsIncreasing =>
                range.Map(x => Evaluate(node.Op, x), node.Op == Op.Sqrt ? 0 : double.NegativeInfinity),
            _ => node.Operation().Result,
        };
    }

    private static Interval Magnitude(Interval range) => new(range.Least, Math.Max(Math.Abs(range.Low), Math.Abs(range.High)));

    /// <summary>The range of a node where conditions are as stated.</summary>
    private Interval? Under(Node node, ImmutableArray<(Node Condition, bool Holds)> assumed, int depth)
    {
        if (assumed.IsEmpty || depth <= 0)
            return Of(node);
        foreach ((Node condition, bool holds) in assumed)
        {
            if (Bounds(node, condition, holds) is { } bounds)
            {
                Interval? others = Under(node, assumed.Remove((condition, holds)), depth);
                return (others ?? Interval.All).And(bounds.Low, bounds.High);
            }
        }

        return node.Inputs.IsEmpty || !node.Operation().IsElementwise ? Of(node) : Compute(node, assumed, depth);
    }

    private Interval? Bounds(Node node, Node condition, bool holds)
    {
        if (condition.Op == Op.Not)
            return Bounds(node, condition[0], !holds);
        if ((condition.Op == Op.And && holds) || (condition.Op == Op.Or && !holds))
            return Bounds(node, condition[0], holds) ?? Bounds(node, condition[1], holds);
        if (condition.Op is not (Op.Less or Op.LessOrEqual))
            return null;
        (Node small, Node large) = holds ? (condition[0], condition[1]) : (condition[1], condition[0]);
        if (ReferenceEquals(node, large) && Of(small) is { } below)
            return new(below.Low, double.PositiveInfinity);
        return ReferenceEquals(node, small) && Of(large) is { } above ? new(double.NegativeInfinity, above.High) : null;
    }

    // Pairs of equal factors are squares.
    private static Interval? Product(Node node, Func<Node, Interval?> of)
    {
        Interval product = Interval.Of(1);
        foreach (IGrouping<Node, Node> equal in Factors(node).GroupBy(factor => factor))
        {
            if (of(equal.Key) is not { } range)
                return null;
            int count = equal.Count();
            for (; count >= 2; count -= 2)
                product *= range.Square();
            if (count == 1)
                product *= range;
        }

        return product;
    }

    private static IEnumerable<Node> Factors(Node node) => node.Op == Op.Multiply ? Factors(node[0]).Concat(Factors(node[1])) : [node];

    private static Interval? Power(Interval? @base, Node exponent)
    {
        if (@base is not { } range)
            return null;
        if (exponent is not { IsConstant: true, Number: var number })
            return range.Low >= 0 ? Interval.NonNegative : null;
        if (range.Low >= 0)
            return number >= 0 ? range.Map(x => Math.Pow(x, number)) : new Interval(Math.Pow(range.High, number),
                Math.Pow(range.Low, number));
        return number % 2 == 0 ? Interval.NonNegative : Interval.All;
    }

    private static double Evaluate(Op op, double x) => op switch
    {
        Op.Log when x <= 0 => double.NegativeInfinity,
        Op.Log1p when x <= -1 => double.NegativeInfinity,
        Op.Sqrt when x <= 0 => 0,
        Op.Softplus when double.IsPositiveInfinity(x) => x,
        Op.Softplus when double.IsNegativeInfinity(x) => 0,
        _ => Operations.Of(op).Evaluate!([x]),
    };

    private static Interval? Bound(Interval? a, Interval? b, Func<Interval, Interval, Interval> combine) => a is { } x && b is { } y
        ? combine(x, y) : null;
}
