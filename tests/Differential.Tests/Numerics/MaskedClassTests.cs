using System.Globalization;
using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>
/// A class that a logit of minus infinity takes out of the softmax: 0 * log 0 is 0, of the target, of the class's probability and of what
/// is left of 1 - p, with every kind of target and on every road.
/// </summary>
public sealed class MaskedClassTests
{
    private const string Softmax = "Activation.Softmax";

    // log(1 + e^-0.5), and what the other class has.
    private static readonly double Entropy = Math.Log(1 + Math.Exp(-0.5)), Other = 1 / (1 + Math.Exp(0.5)), Own = 1 - Other;

    // Of one pixel, logits 1, 0.5 and minus infinity, class 0: formula or term, value and gradient worked out of its two classes.
    private static readonly Case[] Cases =
    [
        new("[CrossEntropy]", Entropy, [-Other, Other, 0]),
        new("[CrossEntropy(ClassWeights = new double[] { 2, 1, 1 }, Weight = 0.5)]", Entropy, [-Other, Other, 0], DenseOnly: true),
        new("[Focal(Gamma = 2, SumClasses = true)]", Other * Other * Entropy, Slopes(2)),
        new("[Focal(Gamma = 0.5, SumClasses = true)]", Math.Sqrt(Other) * Entropy, Slopes(0.5)),
        new("[AsymmetricFocal(Delta = 0.5, Symmetric = true, Gamma = 2)]", 0.5 * Other * Other * Entropy,
            [.. Slopes(2).Select(slope => 0.5 * slope)]),
        new("[ExpLogCrossEntropy(Gamma = 2)]", Entropy * Entropy, [-2 * Entropy * Other, 2 * Entropy * Other, 0]),
        new("[OhemCrossEntropy]", Entropy, [-Other, Other, 0]),
        new("[TopKCrossEntropy(Fraction = 1)]", Entropy, [-Other, Other, 0]),
        new("[KullbackLeibler]", Entropy, [-Other, Other, 0]),
        new("[WeightedCrossEntropy]", Entropy, [-Other, Other, 0]),
        new("[BinaryCrossEntropy(Weight = 3)]", 2 * Entropy, [-2 * Other, 2 * Other, 0]),

        // The mean over the classes of p - y * log p.
        new("[Poisson(Weight = 3)]", 1 + Entropy, [-Other, Other, 0]),
        new("-SumOverClasses(x.Probability * x.LogProbability)", Own * Entropy + Other * (Entropy + 0.5),
            [-Own * Other * 0.5, Own * Other * 0.5, 0]),
        new("-SumOverClasses(Sum(x.Probability) * x.LogProbability)", Own * Entropy + Other * (Entropy + 0.5),
            [-Own * Other * 0.5, Own * Other * 0.5, 0]),
        new("-3 * MeanOverClasses(TotalMean(x.Probability) * x.LogProbability)", Own * Entropy + Other * (Entropy + 0.5),
            [-Own * Other * 0.5, Own * Other * 0.5, 0]),
        new("-SumOverClasses(x.Probability / (1 + Detach(x.Probability) - x.Probability) * Log(x.Probability))",
            Own * Entropy + Other * (Entropy + 0.5), QuotientSlopes()),
        new("-SumOverClasses(x.Probability * Log(x.Probability))", Own * Entropy + Other * (Entropy + 0.5),
            [-Own * Other * 0.5, Own * Other * 0.5, 0]),
        new("-SumOverClasses(y * Log(x.Probability))", Entropy, [-Other, Other, 0]),
        new("SumOverClasses(y * (Log(y + 1e-30) - x.LogProbability))", Entropy, [-Other, Other, 0]),
        new("-SumOverClasses((1 - y) * Log(1 - x.Probability))", Entropy, [-Other, Other, 0]),
        new("SumOverClasses(x.Probability * x.Logit)", Own + (0.5 * Other), [Own + (Own * Other * 0.5), Other - (Own * Other * 0.5), 0]),
        new("-SumOverClasses(y * x.Logit)", -1, [-1, 0, 0]),

        // The gradient of the focal term shares the probability with that of the other.
        new("SumOverClasses(y * x.Probability) - Square(SumOverClasses((1 - y) * x.Probability)) * SumOverClasses(y * x.LogProbability)",
            Own + (Other * Other * Entropy), [Slopes(2)[0] + (Own * Other), Slopes(2)[1] - (Own * Other), 0]),

        // What levels off, of the logarithm of a probability: its slope at minus infinity is 0 whatever it is multiplied by.
        .. Saturating("Log(1 + Exp({0}))", v => Math.Log(1 + Math.Exp(v)), v => 1 / (1 + Math.Exp(-v)), 0),
        .. Saturating("Exp({0})", Math.Exp, Math.Exp, 0),
        .. Saturating("Sigmoid({0})", v => 1 / (1 + Math.Exp(-v)), v => Math.Exp(-v) / Math.Pow(1 + Math.Exp(-v), 2), 0),
        .. Saturating("Tanh({0})", Math.Tanh, v => 1 - (Math.Tanh(v) * Math.Tanh(v)), -1),
        .. Saturating("Atan({0})", Math.Atan, v => 1 / (1 + (v * v)), -Math.PI / 2),
        .. Saturating("1 / (1 - {0})", v => 1 / (1 - v), v => 1 / ((1 - v) * (1 - v)), 0),
        .. Saturating("1 / Sqrt(1 - {0})", v => 1 / Math.Sqrt(1 - v), v => 0.5 * Math.Pow(1 - v, -1.5), 0),

        // What levels off beside a finite factor that reaches the logits by another way than the probability of the class.
        new("SumOverClasses(Sigmoid(x.Logit * Log(1 + Sum(Exp(x.Probability)))))", Sigmoid(Softplus(Own)) + Sigmoid(0.5 * Softplus(Other)),
            SlopesBeside(Softplus, Sigmoid)),
        new("SumOverClasses(Sigmoid(x.Logit / (1 / Log(1 + Sum(Exp(x.Probability))))))",
            Sigmoid(Softplus(Own)) + Sigmoid(0.5 * Softplus(Other)), SlopesBeside(Softplus, Sigmoid)),
        new("SumOverClasses(Sigmoid(x.Logit * MeanOverClasses(Square(x.Probability))))", Sigmoid(Squares / 3) + Sigmoid(Squares / 6),
            SlopesBesideSquares()),

        // What levels off of a product that is infinite in both factors; at the other classes it has its slopes.
        new("SumOverClasses(Where(x.Logit < 0, 1, 0) * Tanh(Softplus(x.LogProbability * x.Logit)))", 1, [0, 0, 0]),
        new("SumOverClasses(Where(x.Logit < 0, 1, 0) * Exp(-Square(x.LogProbability * x.Logit)))", 0, [0, 0, 0]),

        // A softmax in which the masked class has a share, since its exponent levels off.
        new("SumOverClasses(x.ClassIndex * SoftmaxOverClasses(Tanh(Square(x.Logit))))", Levelled.Value, Levelled.Gradient),
        new("SumOverClasses(x.ClassIndex * Exp(Tanh(Square(x.Logit))) / SumOverClasses(Exp(Tanh(Square(x.Logit)))))", Levelled.Value,
            Levelled.Gradient),
    ];

    // Terms that ask of each class's own logit or of something else than a probability, and one that is as large as the gap between
    // classes.
    private static readonly string[] NotOfProbabilities = ["GeneralizedIou", "DistanceIou", "CompleteIou", "MultiLabelSoftMargin",
        "SoftMargin", "HingeEmbedding", "BinaryBiTempered", "MultiMargin", "NeighborCalibration"];

    private static readonly CatalogueLoss[] Terms = [.. CatalogueLoss.All.Where(loss => !NotOfProbabilities.Contains(loss.Name))
        .Select(loss => loss with { Activation = Activation.Softmax })];

    private static readonly Case Asked = new("SumOverClasses(x.Probability * y * x.Logit)", 0, []);

    private static readonly Lazy<DeclarationCompiler> Compiler =
        new(() => SharedEngine.Compile(Cases.Append(Asked).Select(c => c.Declaration).Concat(Terms.Select(term => term.Declaration))));

    public static IEnumerable<object[]> Formulas => Cases.Select(c => new object[] { c.Formula });

    public static IEnumerable<object[]> Names => Terms.Select(term => new object[] { term.Name });

    [Theory]
    [MemberData(nameof(Formulas))]
    public void IsAsIfItWasNotThere(string formula)
    {
        Case c = Cases.Single(other => other.Formula == formula);
        double[] logits = [1, 0.5, double.NegativeInfinity];
        var shape = new LossShape(1, 3, 1);
        foreach (RoadCall call in (RoadCall[])[new(shape, logits, [0], null), new(shape, logits, null, [1, 0, 0])])
        {
            // The mean of class indices divides by the weights.
            if (c.DenseOnly && call.Labels is not null)
                continue;
            string target = call.Labels is null ? "one-hot" : "index";
            foreach ((string name, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
                AssertClose(c.Value, c.Gradient, run(Compiler.Value.Create(c.Declaration), call), Tolerance(type),
                    $"{formula}, {target}, {name}");
            double reference = Roads.Reference(Compiler.Value.Create(c.Declaration), call);
            Assert.True(Math.Abs(reference - c.Value) <= 1e-12, $"{formula}, {target}, reference: {reference} instead of {c.Value}");
        }
    }

    /// <summary>The share of a masked class is 0 whatever a dense target asks for there: 0 * -infinity is 0 beside it.</summary>
    [Fact]
    public void ATargetMayAskForTheMaskedClass()
    {
        ILoss loss = Compiler.Value.Create(Asked.Declaration);
        var call = new RoadCall(new LossShape(1, 3, 1), [1, 0.5, double.NegativeInfinity], null, [0.75, 0.125, 0.125]);
        double own = 0.75 * Own, other = 0.125 * Other, value = own + (0.5 * other);
        double[] gradient = [(2 * own) - (Own * value), (1.5 * other) - (Other * value), 0];
        Assert.Equal(value, Roads.Reference(loss, call), 1e-12);
        foreach ((string road, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
            AssertClose(value, gradient, run(loss, call), Tolerance(type), road);
    }

    /// <summary>Every term, against what it tends to: at -1e9 all exponentials are 0, and nothing is infinite.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void EveryTermIsWhatItTendsTo(string name)
    {
        CatalogueLoss term = Terms.Single(other => other.Name == name);
        double[] Logits(double masked) => [1, 0.3, 2, 0.5, -0.4, -1, masked, masked, masked];
        var shape = new LossShape(1, 3, 3);
        List<(string Target, long[]? Labels, double[]? Dense)> targets = [("one-hot", null, [1, 0, 1, 0, 1, 0, 0, 0, 0]),
            ("soft", null, [0.75, 0.25, 1, 0.25, 0.75, 0, 0, 0, 0])];
        if (!term.IsDense)
            targets.Add(("index", [0, 1, 0], null));
        foreach ((string target, long[]? labels, double[]? dense) in targets)
        {
            var call = new RoadCall(shape, Logits(double.NegativeInfinity), labels, dense);
            Found limit = Roads.Torch(Compiler.Value.Create(term.Declaration), call with { Logits = Logits(-1e9) }, TorchRoad.Kernel);
            foreach ((string road, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
                AssertClose(limit.Elements[0], limit.Gradient, run(Compiler.Value.Create(term.Declaration), call), Tolerance(type),
                    $"{name}, {target}, {road}");
            double reference = Roads.Reference(Compiler.Value.Create(term.Declaration), call);
            Assert.True(Math.Abs(reference - limit.Elements[0]) <= 1e-9,
                $"{name}, {target}, reference: {reference} instead of {limit.Elements[0]}");
        }
    }

    /// <summary>
    /// A term with an activation of its own, whose logarithm of a probability is a softplus: the masked class gets no slope, and not NaN.
    /// </summary>
    [Theory]
    [InlineData("Log(1 + Exp(x.LogProbability * Abs(x.LogProbability)))", "Activation = Activation.Sigmoid")]
    [InlineData("Tanh(Square(x.LogProbability))", "Activation = Activation.Sigmoid")]
    [InlineData("Tanh(Square(x.LogProbability))", "PixelWeights = \"weights\", NormalizeWeightMaps = true")]
    [InlineData("Tanh(x.Logit * x.Logit)", "Weight = 0.5")]
    [InlineData("Tanh(Sum(x.Logit) * x.Complement)", "Weight = 0.5")]
    [InlineData("Tanh(x.Logit * x.Complement)", "Weight = 0.5")]
    [InlineData("Tanh(x.Logit * Sum(x.Complement))", "Weight = 0.5")]
    [InlineData("Tanh(Sum(x.Logit) * Sum(x.Complement))", "Weight = 0.5")]
    [InlineData("Sigmoid(Sum(x.LogProbability) * x.Complement)", "Weight = 0.5")]
    [InlineData("Atan(TotalMean(x.Logit) / (1 + x.Probability))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(Square(SumOverClasses(x.Logit)))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(SumOverClasses(x.Logit) * x.Complement)", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(MeanOverClasses(x.LogProbability) * Channel(x.Complement, 1))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Log(2 + Exp(MeanOverClasses(x.LogProbability) * Abs(MeanOverClasses(x.LogProbability))))", "Weight = 0.5")]
    [InlineData("x.Probability + Tanh(Square(Log(Sum(x.Probability))))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(1 / Sum(x.Probability))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(1 / Square(x.Probability))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Atan(MaxOverPixels(x.Logit) * x.Complement)", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(MaxOverClasses(-x.Logit) * x.Complement)", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Exp(Sum(x.Logit) * x.Complement)", "Weight = 0.5")]
    [InlineData("Tanh(Pow(Abs(x.LogProbability), 1.5) * x.Complement)", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(LogSumExpOverPixels(-x.LogProbability))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Tanh(LogSumExpOverClasses(-x.Logit))", "Weight = 0.5")]
    [InlineData("Square(x.Probability) * Atan(Log(SumOverClasses(Exp(Abs(x.Logit)))))", "Weight = 0.5")]
    [InlineData("Tanh(Sum(x.Logit) * x.Complement)", "Activation = Activation.Sigmoid")]
    [InlineData("Tanh(Square(Log(x.Probability)) * x.Complement)", "Activation = Activation.Sigmoid")]
    [InlineData("Sigmoid(x.Logit * Log(1 + Sum(Exp(x.Probability))))", "Weight = 0.5")]
    [InlineData("Tanh(x.Logit * MeanOverClasses(Square(x.Probability)))", "Weight = 0.5")]
    [InlineData("Atan(x.LogProbability / (1 + MaxOverClasses(x.Probability)))", "Weight = 0.5")]
    [InlineData("Tanh(x.Logit * Channel(x.Complement, 1))", "Weight = 0.5")]
    [InlineData("Exp(x.Logit / (SoftmaxOverClasses(x.Probability) + 0.37)) / SumOverClasses(Exp(x.Logit / (SoftmaxOverClasses(x.Probability) + 0.37)))", "Weight = 0.5")]
    [InlineData("Log(SumOverClasses(Exp(Lgamma(Tanh(Square(x.Logit) + 1)))))", "Weight = 0.5")]
    [InlineData("Square(SoftmaxOverClasses(Tanh(Square(x.Logit))))", "Weight = 0.5")]
    public void NothingIsNotANumber(string formula, string options)
    {
        const string Name = "Levelling";
        string declaration = $$"""
            public sealed partial class {{Name}}Attribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => {{formula}};
            }

            [Loss({{Softmax}})]
            [{{Name}}({{options}})]
            public sealed partial class Declared;
            """;
        ILoss loss = DeclarationCompiler.Compile([declaration]).Create(declaration);
        double[] logits = [1, 0.5, double.NegativeInfinity], gradient = new double[3], weights = [1];
        double value = options.StartsWith("Pixel", StringComparison.Ordinal)
            ? loss.EvaluateWithGradient(logits, [0L], new LossShape(1, 3, 1), weights, gradient)
            : loss.EvaluateWithGradient(logits, [0L], new LossShape(1, 3, 1), gradient);
        Assert.True(double.IsFinite(value) && gradient.All(double.IsFinite) && gradient[2] == 0, $"{value}, {Text(gradient)}");
        Assert.Contains(gradient, slope => slope != 0);
    }

    /// <summary>
    /// A sum over the pixels is infinite by a class that one of them has masked; where another pixel has nothing but that class, its
    /// complement of 0 takes the sum out.
    /// </summary>
    [Fact]
    public void AComplementOfZeroTakesAnInfiniteSumOut()
    {
        const string Declaration = $$"""
            [Loss({{Softmax}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => Tanh(Sum(x.Logit) * x.Complement);
            }
            """;
        var compiler = DeclarationCompiler.Compile([Declaration]);
        var call = new RoadCall(new LossShape(1, 2, 2), [1, -2000, double.NegativeInfinity, 0], [0, 1], null);
        foreach ((string name, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
            AssertClose(-0.5, [0, 0, 0, 0], run(compiler.Create(Declaration), call), Tolerance(type), name);
        Assert.Equal(-0.5, Roads.Reference(compiler.Create(Declaration), call), 12);
    }

    /// <summary>
    /// A probability below the smallest normal float counts as 0 beside an infinite sum, in float and in double: where it rounds to 0
    /// differs from road to road, and the value would be another. One of more leaves the sum infinite. The sum of the second class is
    /// infinite by its first pixel; in the second pixel one class lies the gap below the other.
    /// </summary>
    [Theory]
    [InlineData(60, -1)]
    [InlineData(87, -1)]
    [InlineData(87.5, 0)]
    [InlineData(90, 0)]
    [InlineData(100, 0)]
    [InlineData(708.5, 0)]
    [InlineData(720, 0)]
    [InlineData(2000, 0)]
    public void AProbabilityOfNearlyNothingIsNothingBesideAnInfiniteSum(double gap, double product)
    {
        foreach ((string formula, double[] pixel, double others) in new[] { ("Tanh(Sum(x.Logit) * x.Complement)", (double[])[-gap, 0],
            -2.0), ("Tanh(Sum(x.Logit) * x.Probability)", [0, -gap], 2 * Math.Tanh(-1)) })
        {
            string declaration = $$"""
                [Loss({{Softmax}})]
                public sealed partial class Declared
                {
                    private static Value Formula(Prediction x, Target y) => {{formula}};
                }
                """;
            var compiler = DeclarationCompiler.Compile([declaration]);
            var call = new RoadCall(new LossShape(1, 2, 2), [-1, pixel[0], double.NegativeInfinity, pixel[1]], [0, 1], null);
            double wanted = (others + product) / 4;
            foreach ((string name, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All.Where(road => product == 0
                || road.Type != ScalarType.Float16))
            {
                double found = run(compiler.Create(declaration), call).Elements[0];
                Assert.True(Math.Abs(wanted - found) <= Tolerance(type), $"{formula}, {name}: {found} instead of {wanted}");
            }

            Assert.Equal(wanted, Roads.Reference(compiler.Create(declaration), call), 12);
        }
    }

    /// <summary>A term with a sigmoid beside a softmax: 0 * log 0 of its probability is 0, too.</summary>
    [Fact]
    public void ASigmoidOfAMaskedLogitIsNothing()
    {
        const string Declaration = $$"""
            public sealed partial class EntropyAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => SumOverClasses(x.Probability * Log(x.Probability));
            }

            [Loss({{Softmax}})]
            [Entropy(Activation = Activation.Sigmoid)]
            public sealed partial class Declared;
            """;
        var compiler = DeclarationCompiler.Compile([Declaration]);
        double[] logits = [1, 0.5, double.NegativeInfinity], p = [Sigmoid(1), Sigmoid(0.5)];
        double[] gradient = [p[0] * (1 - p[0]) * (1 + Math.Log(p[0])), p[1] * (1 - p[1]) * (1 + Math.Log(p[1])), 0];
        var call = new RoadCall(new LossShape(1, 3, 1), logits, [0], null);
        foreach ((string name, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
            AssertClose(p.Sum(x => x * Math.Log(x)), gradient, run(compiler.Create(Declaration), call), Tolerance(type), name);
        Assert.Equal(p.Sum(x => x * Math.Log(x)), Roads.Reference(compiler.Create(Declaration), call), 12);
    }

    /// <summary>
    /// The slope along a logarithm that is infinite at the masked class alone, beside a sum that is infinite at all of them.
    /// </summary>
    [Fact]
    public void ALogarithmBesideAnInfiniteSumLevelsOff()
    {
        const string Declaration = $$"""
            [Loss({{Softmax}})]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => SumOverClasses(Tanh(x.Probability * x.LogProbability * SumOverClasses(x.LogProbability)));
            }
            """;
        var compiler = DeclarationCompiler.Compile([Declaration]);
        var call = new RoadCall(new LossShape(1, 3, 1), [34, 0, double.NegativeInfinity], [0], null);
        foreach ((string name, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All.Where(road =>
            road.Type == ScalarType.Float64))
            AssertClose(2, [0, 0, 0], run(compiler.Create(Declaration), call), Tolerance(type), name);
    }

    /// <summary>What the target asks of a class that is masked is infinite, and 0 times that is 0 at the other classes.</summary>
    [Theory]
    [InlineData("y * SumOverClasses(Log(x.Probability) * y)", 0, 0, double.NegativeInfinity)]
    [InlineData("y * SumOverClasses(x.Logit * y)", 0, 0, double.NegativeInfinity)]
    [InlineData("y * Sum(-SumOverClasses(x.LogProbability * y))", 0, 0, double.PositiveInfinity)]
    [InlineData("(1 - y) * Square(SumOverClasses(Log(x.Probability) * y))", double.PositiveInfinity, double.PositiveInfinity, 0)]
    [InlineData("x.Probability * SumOverClasses(Log(x.Probability) * y)", double.NegativeInfinity, double.NegativeInfinity, 0)]
    public void ALabelThatIsMaskedIsInfiniteAlone(string formula, double first, double second, double masked)
    {
        string declaration = $$"""
            [Loss({{Softmax}}, Reduction = Reduction.None)]
            public sealed partial class Declared
            {
                private static Value Formula(Prediction x, Target y) => {{formula}};
            }
            """;
        ILoss loss = DeclarationCompiler.Compile([declaration]).Create(declaration);
        var shape = new LossShape(1, 3, 1);
        double[] logits = [1, 0.5, double.NegativeInfinity], wanted = [first, second, masked], ones = [1, 1, 1];
        foreach (Batch batch in (Batch[])[new(shape, logits, null, [0, 0, 1]), new(shape, logits, [2], null)])
        {
            string target = batch.Labels is null ? "one-hot" : "index";
            Assert.Equal(wanted, CpuBackend.InDouble(loss, batch, ones).Elements);
            Assert.Equal(wanted, CpuBackend.InSingle(loss, batch, ones).Elements);
            foreach (TorchRoad road in (TorchRoad[])[TorchRoad.Kernel, TorchRoad.InOperations, TorchRoad.InSingle])
                Assert.True(wanted.SequenceEqual(TorchBackend.Run(loss, batch, ones, road).Elements), $"{target}, {road}");
        }
    }

    /// <summary>
    /// A term that counts nothing is as if it was not there, also where its value is infinite and the weight is known at run time only.
    /// </summary>
    [Fact]
    public void AWeightOfZeroTakesTheTermOut()
    {
        const string Declaration = """
            public sealed partial class PlainAttribute : LossTermAttribute
            {
                public static Value Formula(Prediction x, Target y) => x.Logit;
            }

            [Loss(Activation.Softmax, Reduction = Reduction.None)]
            [Plain]
            public sealed partial class Declared
            {
                public double PlainWeight { get; set; } = 0;
            }
            """;
        ILoss loss = DeclarationCompiler.Compile([Declaration]).Create(Declaration);
        double[] elements = [1, 1];
        loss.EvaluateElements([3.05, double.NegativeInfinity], [0.5, 0.125], new LossShape(1, 2, 1), elements);
        Assert.Equal([0.0, 0.0], elements);
    }

    private static double Tolerance(ScalarType type) => type == ScalarType.Float64 ? 1e-12 : type == ScalarType.Float32 ? 1e-5 : 2e-3;

    // f(-l * l), l the logarithm of each class's probability, written with and without a product by it.
    private static IEnumerable<Case> Saturating(string function, Func<double, double> value, Func<double, double> slope, double atInfinity)
    {
        double own = -Entropy, other = -Entropy - 0.5;
        double slopeOwn = -2 * own * slope(-own * own), slopeOther = -2 * other * slope(-other * other);
        double gradient = (slopeOwn * Other) - (slopeOther * Own);
        foreach (string square in (string[])["x.LogProbability * Abs(x.LogProbability)", "-x.LogProbability * x.LogProbability",
            "-Square(x.LogProbability)"])
        {
            yield return new(
                $"SumOverClasses({function.Replace("{0}", $"({square})", StringComparison.Ordinal)})",
                    value(-own * own) + value(-other * other) + atInfinity, [gradient, -gradient, 0]);
        }
    }

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    private static double Softplus(double v) => Math.Log(1 + Math.Exp(v));

    private static double SigmoidSlope(double v) => Sigmoid(v) * Sigmoid(-v);

    private static double Squares => (Own * Own) + (Other * Other);

    // Of sigmoid(x * f(p)) at logits 1 and 0.5: each class's own logit beside f, and beside the slope of f both probabilities, which move
    // against each other.
    private static double[] SlopesBeside(Func<double, double> f, Func<double, double> slope)
    {
        double first = SigmoidSlope(f(Own)), second = SigmoidSlope(0.5 * f(Other)),
            shared = Own * Other * ((first * slope(Own)) - (second * 0.5 * slope(Other)));
        return [(first * f(Own)) + shared, (second * f(Other)) - shared, 0];
    }

    // Of sigmoid(x * m), m a third of the sum of the squares.
    private static double[] SlopesBesideSquares()
    {
        double first = SigmoidSlope(Squares / 3), second = SigmoidSlope(Squares / 6), shared = (first + (0.5 * second)) * 2.0 / 3 * Own
            * Other * (Own - Other);
        return [(first * Squares / 3) + shared, (second * Squares / 3) - shared, 0];
    }

    // The mean class by shares exp(t) / sum(exp(t)), t = tanh(x * x), which is 1 at the masked class.
    private static (double Value, double[] Gradient) Levelled
    {
        get
        {
            double[] t = [Math.Tanh(1), Math.Tanh(0.25), 1], exponentials = [.. t.Select(Math.Exp)], logits = [1, 0.5, 0];
            double sum = exponentials.Sum(), mean = (exponentials[1] + (2 * exponentials[2])) / sum;
            return (mean, [.. logits.Select((x, c) => exponentials[c] / sum * (c - mean) * (1 - (t[c] * t[c])) * 2 * x)]);
        }
    }

    // Of -p / (1 + q - p) * log p, q the number that p is: along each p it is -(1 + p) * log p - 1.
    private static double[] QuotientSlopes()
    {
        double own = ((1 + Own) * Entropy) - 1, other = ((1 + Other) * (Entropy + 0.5)) - 1, slope = Own * Other * (own - other);
        return [slope, -slope, 0];
    }

    // Of (1 - p)^g * -log p: the slope along the label's logit, and its opposite.
    private static double[] Slopes(double gamma)
    {
        double slope = (gamma * Math.Pow(Other, gamma) * Own * -Entropy) - Math.Pow(Other, gamma + 1);
        return [slope, -slope, 0];
    }

    private static void AssertClose(double value, double[] gradient, Found found, double tolerance, string what)
    {
        double[] wanted = [value, .. gradient], given = [found.Elements[0], .. found.Gradient];
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - given[i]) <= tolerance * (1 + Math.Abs(wanted[i])),
                $"{what}: {Text(given)} instead of {Text(wanted)}");
    }

    private static string Text(double[] numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString("G9", CultureInfo.InvariantCulture)));

    /// <param name="Formula">A formula, or a term's attribute.</param>
    private sealed record Case(string Formula, double Value, double[] Gradient, bool DenseOnly = false)
    {
        public string Declaration => Formula.StartsWith('[')
            ? $"[Loss({Softmax})]\n{Formula}\npublic sealed partial class Declared;"
            : $$"""
                [Loss({{Softmax}})]
                public sealed partial class Declared
                {
                    private static Value Formula(Prediction x, Target y) => {{Formula}};
                }
                """;
    }
}
