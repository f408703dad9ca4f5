using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Generator.Tests.Middle;

/// <summary>
/// Both sides of every rule that looks at an operation and what is directly below it have the same value: a rule is tested by being listed.
/// </summary>
public sealed class LocalRulesTests
{
    private static readonly double[] Numbers = [0, 1, 2, 3, 4, -2, -1, -0.5, 0.5, 0.7, 2.5];

    public static TheoryData<string> Names => [.. LocalRules.All.Select(rule => rule.Name)];

    [Fact]
    public void EveryRuleHasItsOwnName() => Assert.Equal(LocalRules.All.Count, LocalRules.All.Select(rule => rule.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void BothSidesHaveTheSameValue(string name)
    {
        Rule rule = LocalRules.All.Single(rule => rule.Name == name);
        int fits = 0, numbers = 0;
        for (int seed = 1; seed <= 3; seed++)
        {
            foreach ((GraphBuilder graph, ImmutableArray<Node> inputs) in Samples(rule))
            {
                if (rule.Apply(graph, [.. inputs]) is not { } right)
                    continue;
                fits++;
                Node left = graph.Make(rule.Left.Op, inputs);
                GraphVerifier.Check(name, [left, right]);
                var leaves = Leaves.Random(seed);
                numbers += Compare(left, right, leaves);
            }
        }

        Assert.True(fits > 0, "no sample has the shape of the rule: add one to this test");
        Assert.True(numbers > 0, "the left side is no number in any sample");
    }

    // How many elements are numbers on the left, where both sides then are the same.
    private static int Compare(Node left, Node right, Leaves leaves)
    {
        var interpreter = new Interpreter(leaves);
        Tensor expected = interpreter.Evaluate(left), found = interpreter.Evaluate(right);
        int numbers = 0;
        for (int n = 0; n < leaves.Extents.Batch; n++)
        {
            for (int c = 0; c < leaves.Extents.Classes; c++)
            {
                for (int s = 0; s < leaves.Extents.Pixels; s++)
                {
                    double value = expected[n, c, s];
                    if (!double.IsFinite(value))
                        continue;
                    numbers++;
                    Assert.True(Math.Abs(found[n, c, s] - value) <= 1e-12 * (1 + Math.Abs(value)),
                        $"{left} is {value}, {right} is {found[n, c, s]}");
                }
            }
        }

        return numbers;
    }

    // The inputs of the rule's operation, with several expressions and numbers at its places.
    private static IEnumerable<(GraphBuilder Graph, ImmutableArray<Node> Inputs)> Samples(Rule rule)
    {
        // A condition that is known is 1 or 0.
        bool hasNumbers = Places(rule.Left).Any(place => place.IsNumber), isCondition = rule.Left.Inputs.Index()
            .Any(input => input.Item is Place { IsNumber: true } && GraphVerifier.IsAsked(rule.Left.Op, input.Index));
        foreach (double number in isCondition ? [0, 1] : hasNumbers ? Numbers : [1])
        {
            for (int kind = 0; kind < 4; kind++)
            {
                var graph = new GraphBuilder();
                Node x = kind switch
                {
                    0 => graph.Logit,
                    1 => graph.Make(Op.Exp, graph.Logit),
                    2 => graph.Make(Op.Softmax, graph.Logit),
                    _ => graph.Make(Op.Sigmoid, graph.Logit),
                };
                Node At(Place place) => ReferenceEquals(place, Place.X) ? x
                    : ReferenceEquals(place, Place.Y) ? graph.Target
                    : ReferenceEquals(place, Place.K) ? graph.Constant(number)
                    : ReferenceEquals(place, Place.L) ? graph.Constant(1.2)
                    : ReferenceEquals(place, Place.C) ? graph.Make(Op.Less, graph.Target, graph.Constant(0.6))
                    : graph.Make(Op.LessOrEqual, graph.Constant(-0.3), graph.Logit);
                yield return (graph, [.. rule.Left.Inputs.Select(input => Make(graph, input, At))]);
            }
        }
    }

    private static IEnumerable<Place> Places(Pattern pattern) => pattern switch
    {
        Place place => [place],
        Shape shape => shape.Inputs.SelectMany(Places),
        _ => [],
    };

    private static Node Make(GraphBuilder graph, Pattern pattern, Func<Place, Node> at) => pattern switch
    {
        Place place => at(place),
        Exactly number => graph.Constant(number.Number),
        Shape { Op: Op.OneHot } => graph.OneHot,
        Shape shape => graph.Make(shape.Op, [.. shape.Inputs.Select(input => Make(graph, input, at))]),
        _ => throw new InvalidOperationException(pattern.ToString()),
    };
}
