using System.Text.RegularExpressions;
using LossGen.Compiler.Emit.Cpu;
using LossGen.Compiler.Emit.Gpu;
using LossGen.Compiler.Graph;
using LossGen.Compiler.Program;
using LossGen.Kernels;

namespace LossGen.Generator.Tests.Middle;

/// <summary>
/// Every row of the table of operations: it is there, its derivative is that of its value, and each backend has a text for it.
/// </summary>
public class OperationTableTests
{
    // For each element-wise operation with a derivative, numbers all over its domain, for each input.
    private static readonly Dictionary<Op, double[][]> Domains = new()
    {
        [Op.Add] = [Any, Any],
        [Op.Multiply] = [Any, Any],
        [Op.Divide] = [Any, NotZero],
        [Op.ReciprocalAtLeastOne] = [[1.01, 1.4, 2.6, 30]],
        [Op.Power] = [Positive, Any],
        [Op.Minimum] = [Any, [0.31, -2.9]],
        [Op.Maximum] = [Any, [0.31, -2.9]],
        [Op.Clamp] = [Any, [-2, 0.31, 1.7], [-2.9, 0.7, 2.1]],
        [Op.Exp] = [Any],
        [Op.ExpNonPositive] = [[-1e-3, -0.5, -3, -20]],
        [Op.Log] = [Positive],
        [Op.LogAtLeastOne] = [[1.01, 1.4, 2.6, 30]],
        [Op.Log1pOfUnit] = [[1e-3, 0.2, 0.5, 0.99]],
        [Op.Log1p] = [[-0.99, -0.5, -1e-7, 1e-7, 0.4, 8]],
        [Op.Expm1] = [[-7, -0.5, -1e-7, 1e-7, 0.4, 3]],
        [Op.Sqrt] = [Positive],
        [Op.Abs] = [NotZero],
        [Op.Tanh] = [Any],
        [Op.Atan] = [Any],
        [Op.Erf] = [Any],
        [Op.Lgamma] = [Gammas],
        [Op.Digamma] = [Gammas],
        [Op.Sinh] = [Any],
        [Op.Cosh] = [Any],
        [Op.LogCosh] = [[-60, -39.9, -3.7, -0.05, 1e-3, 0.4, 2.6, 60]],
        [Op.Sigmoid] = [[-40, -3, -0.2, 0, 0.9, 6, 40]],
        [Op.Softplus] = [[-40, -3, -0.2, 0, 0.9, 6, 40]],
        [Op.Spread] = [Any],
        [Op.Where] = [[0, 1], Any, Any],
        [Op.Mask] = [[0, 1], Any],
    };

    private static double[] Any => [-3.7, -1.2, -0.05, 0.4, 1, 2.6];

    private static double[] NotZero => [-3.7, -1.2, -0.05, 0.4, 1, 2.6];

    private static double[] Positive => [0.02, 0.4, 1, 2.6, 30];

    // Either side of the poles at whole numbers and of the places where another series begins.
    private static double[] Gammas => [-6.4, -2.3, -0.7, -0.1, 0.03, 0.49, 0.9, 1.4616, 1.7, 2.4, 5.5, 9.99, 30];

    private static IEnumerable<Op> AllOps => Enum.GetValues(typeof(Op)).Cast<Op>();

    public static TheoryData<string> Differentiable =>
        new(Operations.All.Where(row => row is { IsElementwise: true, Derivative: not null }).Select(row => row.Op.ToString()));

    public static TheoryData<string> JoiningClasses => new(nameof(Op.Softmax), nameof(Op.SoftmaxComplement), nameof(Op.LogSumExp),
        nameof(Op.ClassMaximum), nameof(Op.PixelMaximum), nameof(Op.Sum));

    [Fact]
    public void EveryOperationHasOneRow() => Assert.Equal(AllOps.Order(), Operations.All.Select(row => row.Op).Order());

    private static readonly string[] OfVectors = [.. typeof(IVector<,>).GetMethods().Select(method => method.Name)];

    /// <summary>A row names its function once: each language has one of that name, or an operator.</summary>
    [Fact]
    public void EveryElementwiseRowCanBeWrittenInEachLanguage() =>
        Assert.All(Operations.All.Where(row => row.IsElementwise), row =>
        {
            Assert.False(row.Torch is null && row.Function is null, $"{row.Op}: no tensor operation");
            foreach ((Dialect dialect, NumberType number, NumberType truth) in new (Dialect, NumberType, NumberType)[]
                     {
                         (CSharpDialect.Instance, NumberType.Lanes, NumberType.LaneTruth), (CSharpDialect.Instance, NumberType.Double,
                             NumberType.Truth),
                         (new CDialect(), NumberType.Double, NumberType.Truth), (new CDialect(), NumberType.Real, NumberType.Truth),
                     })
            {
                Expression a = new Variable("a", number), condition = Apply.Of(Op.Less, truth, a, a);
                Expression[] inputs = row.Op is Op.And or Op.Or or Op.Not ? [condition, condition] : row.Op is Op.Where or Op.Mask
                    ? [condition, a, a] : [a, a, a];
                string text = ProgramPrinter.Text(dialect, Apply.Of(row.Op, row.IsCondition ? truth : number, inputs));
                string function = Regex.Match(text, @"^([\w.:]+)\(").Groups[1].Value;
                if (number == NumberType.Lanes && function.Length > 0)
                    Assert.Contains(function["V.".Length..], OfVectors);
                else if (dialect is CSharpDialect && function.Length > 0)
                    Assert.NotEmpty((function.Contains("System.Math", StringComparison.Ordinal) ? typeof(Math) : typeof(ScalarMath))
                        .GetMember(function[(function.LastIndexOf('.') + 1)..]));
                Assert.True(text.Contains('a', StringComparison.Ordinal), $"{row.Op}: {text}");
            }
        });

    [Fact]
    public void WhatHasNoDerivativeSaysSo() =>
        Assert.All(
            Operations.All.Where(row => row is { IsElementwise: true, Derivative: null }),
            row => Assert.Contains("no gradient flows", row.Domain, StringComparison.Ordinal));

    /// <summary>Ranges and rules ask the row. Digamma grows between its poles only.</summary>
    [Fact]
    public void WhatGrowsSaysSo() =>
        Assert.All(Domains.Where(domain => domain.Value.Length == 1 && domain.Key != Op.Digamma), domain =>
        {
            double[] values = [.. domain.Value[0].Order().Select(x => Operations.Of(domain.Key).Evaluate!([x]))];
            bool grows = values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
            Assert.True(grows == Operations.Of(domain.Key).IsIncreasing, $"{domain.Key}: {(grows ? "grows" : "does not grow")}");
        });

    /// <summary>Ranges, simplification and warnings ask the row what a result can be.</summary>
    [Fact]
    public void WhatIsBoundedStaysWithinItsBounds() =>
        Assert.All(Domains.Where(domain => Operations.Of(domain.Key).Result is not null), domain =>
        {
            Operation row = Operations.Of(domain.Key);
            double[] far = [-1e300, -50, 50, 1e300, double.NegativeInfinity, double.PositiveInfinity];
            foreach (double[] arguments in Combinations([.. domain.Value.Select(values => row.LaneFunction is null
                ? values.Concat(far).ToArray() : values)]))
            {
                double value = row.Evaluate!(arguments);
                Assert.True(double.IsNaN(value) || (value >= row.Result!.Value.Low && value <= row.Result.Value.High),
                    $"{row.Op} is {value} at {string.Join(", ", arguments)}");
            }
        });

    /// <summary>
    /// What may lead from finite numbers to others says so: differentiation and the choice between a product and a selection ask for it.
    /// </summary>
    [Fact]
    public void WhatLeavesTheFiniteNumbersSaysSo() =>
        Assert.All(Domains.Where(domain => Operations.Of(domain.Key).LaneFunction is null), domain =>
        {
            Operation row = Operations.Of(domain.Key);
            double[] usual = [-90, -2, -1, 0, 1, 2, 90], moderate = [-800, .. usual, 800];
            bool IsFinite(double[] numbers) => Combinations([.. domain.Value.Select(_ => numbers)]).Select(row.Evaluate!)
                .All(double.IsFinite);
            Extremes found = !IsFinite(usual) && row.Op != Op.Sqrt ? Extremes.Pole : row.Op == Op.Sqrt ? Extremes.Slope
                : !IsFinite(moderate) ? Extremes.Overflow : Extremes.None;
            Assert.Equal(found, row.Extremes);
        });

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void TheDerivativeIsThatOfTheValue(string name)
    {
        Op op = Enum.Parse<Op>(name);
        Assert.True(Domains.TryGetValue(op, out double[][]? domains), $"add the domain of {op} to this test");
        foreach (double[] arguments in Combinations(domains))
        {
            var builder = new GraphBuilder();
            Node[] inputs = [.. Enumerable.Range(0, arguments.Length).Select(builder.Parameter)];
            Node?[] derivatives = Operations.Of(op).Derivative!(builder, builder.Make(op, inputs), builder.One);
            for (int i = 0; i < arguments.Length; i++)
            {
                if (derivatives[i] is not { } derivative)
                    continue;
                double found = Interpreter.Number(derivative, At(arguments));
                double expected = Quotients.Nearest(x => Operations.Of(op)
                    .Evaluate!([.. arguments.Select((other, k) => k == i ? x : other)]), arguments[i], found);
                Quotients.AssertClose(expected, found, 1e-8, $"{op} by input {i} at ({string.Join(", ", arguments)})");
            }
        }
    }

    [Theory]
    [MemberData(nameof(JoiningClasses))]
    public void TheDerivativeOfWhatJoinsIsThatOfTheValue(string name)
    {
        Op op = Enum.Parse<Op>(name);
        var builder = new GraphBuilder();
        Node joined = op == Op.Sum ? builder.Make(op, [builder.Multiply(builder.Logit, builder.Logit)], 0, Axes.Pixel)
            : op == Op.PixelMaximum ? builder.Make(op, [builder.Logit], 0, Axes.Batch | Axes.Pixel)
            : builder.Make(op, builder.Logit);
        Node output = builder.Make(Op.Sum, [builder.Multiply(joined, builder.Elementwise(Op.Tanh, joined))], 0, joined.Axes);
        for (int seed = 0; seed < 5; seed++)
            Gradients.AssertMatch(builder, output, Leaves.Random(seed), 1e-8);
    }

    [Theory]
    [InlineData("Abs", 0.0, 0.0)]
    [InlineData("Sqrt", 0.0, double.PositiveInfinity)]
    public void KinksOfOneNumber(string name, double at, double expected)
    {
        var builder = new GraphBuilder();
        Node derivative = Operations.Of(Enum.Parse<Op>(name)).Derivative!(builder, builder.Make(Enum.Parse<Op>(name), builder.Parameter(0)),
            builder.One)[0]!;
        Assert.Equal(expected, Interpreter.Number(derivative, At([at])));
    }

    [Theory]
    [InlineData("Minimum")]
    [InlineData("Maximum")]
    public void ATieSharesTheDerivative(string name)
    {
        var builder = new GraphBuilder();
        Node node = builder.Make(Enum.Parse<Op>(name), builder.Parameter(0), builder.Parameter(1));
        Assert.All(node.Operation().Derivative!(builder, node, builder.One),
            derivative => Assert.Equal(0.5, Interpreter.Number(derivative!, At([2, 2]))));
    }

    [Theory]
    [InlineData(2.0, 0.0, 0.0)]
    [InlineData(0.5, 0.0, double.PositiveInfinity)]
    [InlineData(3.0, -2.0, 12.0)]
    [InlineData(1.0, 0.0, 1.0)]
    [InlineData(0.0, 0.0, 0.0)]
    public void PowersByANumber(double exponent, double at, double expected)
    {
        var builder = new GraphBuilder();
        Node gradient = Compiler.Differentiate.Differentiator.Gradient(builder, builder.Power(builder.Logit, builder.Constant(exponent)),
            builder.One);
        Assert.Equal(expected, Interpreter.Number(gradient, new Leaves(new(1, 1, 1), [at])));
    }

    [Fact]
    public void TheBranchNotTakenHasNoGradientEvenWhereItIsNotFinite()
    {
        var builder = new GraphBuilder();
        Node x = builder.Logit;
        Node root = builder.Where(builder.Less(builder.Zero, x), builder.Sqrt(x), x);
        Node gradient = Compiler.Differentiate.Differentiator.Gradient(builder, root, builder.One);
        Assert.Equal(1, Interpreter.Number(gradient, new Leaves(new(1, 1, 1), [-1])));
        Assert.Equal(0.25, Interpreter.Number(gradient, new Leaves(new(1, 1, 1), [4])));
    }

    private static Leaves At(double[] arguments) => new(new(1, 1, 1), [0]) { Parameters = arguments };

    private static IEnumerable<double[]> Combinations(double[][] domains) =>
        domains.Aggregate<double[], IEnumerable<double[]>>([[]],
            (all, domain) => all.SelectMany(some => domain.Select(number => some.Append(number).ToArray())));
}
