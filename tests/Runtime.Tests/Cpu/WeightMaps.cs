using LossGen.Reference;
using LossGen.Runtime.Tests.Losses;

namespace LossGen.Runtime.Tests.Cpu;

/// <summary>Maps of weights of any term, against plain double computations and difference quotients of them.</summary>
public class WeightMaps
{
    private const double Ignored = 255;

    private delegate double Plain(Case data, Func<int, int, int, double> probability);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SumsOfARegionTermAndPixelsOfAnother(bool dense) => Verify(new WeighedDiceCrossEntropy(), dense, (d, p) =>
        (Classes(d).Sum(c => Dice(d, p, c, d.Images, (n, c, s) => d.Map(0, n, s))) / d.C)
        + (d.Valid().Sum(at => d.Map(0, at.N, at.S) * Entropy(d, p, at.N, at.S)) / d.Valid().Count()));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PerImageAndByTheSumOfTheWeights(bool dense) => Verify(new WeighedPerImage(), dense, (d, p) =>
        d.Images.Average(n => Classes(d).Skip(1).Average(c => Dice(d, p, c, [n], (n, c, s) => d.Map(0, n, s))))
        + (d.Valid().Sum(at => d.Map(0, at.N, at.S) * Entropy(d, p, at.N, at.S)) / d.Valid().Sum(at => d.Map(0, at.N, at.S))));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elements(bool dense) => Verify(new WeighedElements(), dense, (d, p) =>
    {
        double Weight(int n, int c, int s) => d.Map(0, n, c, s);
        double Binary(int n, int c, int s) => -(d.Y(n, c, s) * Math.Log(p(n, c, s))) - ((1 - d.Y(n, c, s)) * Math.Log(1 - p(n, c, s)));
        (int N, int C, int S)[] all = [.. d.ValidElements()], foreground = [.. all.Where(at => at.C > 0)];
        return (Classes(d).Sum(c => Dice(d, p, c, d.Images, Weight)) / d.C)
            + (foreground.Sum(at => Weight(at.N, at.C, at.S) * Binary(at.N, at.C, at.S)) / foreground.Sum(at => Weight(at.N, at.C, at.S)))
            + (all.Sum(at => Weight(at.N, at.C, at.S) * d.Map(1, at.N, at.S) * Math.Pow(p(at.N, at.C, at.S) - d.Y(at.N, at.C, at.S),
            2)) / all.Length);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MeansThatCountIgnoredPixelsCountTheirWeights(bool dense) => Verify(new WeighedCountIgnored(), dense, (d, p) =>
    {
        double squares = d.ValidElements().Sum(at => d.Map(0, at.N, at.S) * Math.Pow(p(at.N, at.C, at.S) - d.Y(at.N, at.C, at.S), 2));
        double sizes = d.ValidElements().Sum(at => d.Map(0, at.N, at.S) * Math.Abs(p(at.N, at.C, at.S) - d.Y(at.N, at.C, at.S)));
        return (squares / (d.C * d.Maps[0].Sum())) + (sizes / (d.Images.Count() * d.C * d.S));
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void MeansInsideAFormula(bool dense, bool normalized) => Verify(normalized ? new WeighedMeanNormalized() : new WeighedMean(),
        dense, (d, p) => Classes(d).Average(c =>
    {
        (int N, int C, int S)[] own = [.. d.ValidElements().Where(at => at.C == c)];
        double weights = own.Sum(at => d.Map(0, at.N, at.S));
        return (own.Sum(at => d.Map(0, at.N, at.S) * Math.Pow(p(at.N, c, at.S) - d.Y(at.N, c, at.S), 2)) / (normalized ? weights
            : own.Length))
            + (own.Sum(at => d.Map(0, at.N, at.S) * p(at.N, c, at.S)) / weights);
    }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OneNameIsOneInput(bool dense)
    {
        ILoss loss = new WeighedTwice();
        Assert.Equal(["weightMap", "mask"], loss.Definition.Inputs.Select(input => input.Name));
        Verify(loss, dense, (d, p) =>
            (d.Valid().Sum(at => d.Map(0, at.N, at.S) * d.Map(1, at.N, at.S) * Entropy(d, p, at.N, at.S)) / d.Valid().Count())
            + Classes(d).Average(c =>
            {
                // The mask is part of the formula, the weights of each of its sums.
                double overlap = 0, sizes = 0;
                foreach ((int n, int s) in d.Valid())
                {
                    double weight = d.Map(0, n, s), mask = d.Map(1, n, s);
                    overlap += weight * mask * p(n, c, s) * d.Y(n, c, s);
                    sizes += weight * mask * (p(n, c, s) + d.Y(n, c, s));
                }

                return 1 - (((2 * overlap) + 1) / (sizes + 1));
            }));
    }

    [Fact]
    public void TermsThatKeepTheHardestPixelsWeighThem()
    {
        var loss = new WeighedTopK { Weight = 0.5 };
        Verify(loss, false, (d, p) =>
        {
            (int N, int S)[] kept = [.. d.Valid().OrderByDescending(at => Entropy(d, p, at.N, at.S)).Take((int)(0.4 * d.Valid().Count()))];
            return 0.5 * kept.Sum(at => d.Map(0, at.N, at.S) * Entropy(d, p, at.N, at.S)) / kept.Length;
        });
    }

    [Fact]
    public void UnreducedValuesAreWeighed()
    {
        var d = new Case(new WeighedUnreduced(), 2, 3, 33);
        double[] found = new double[66], gradient = new double[d.Data.Logits.Length];
        d.Loss.EvaluateElementsWithGradient(d.Data.Logits, d.Data.Labels, d.Data.Shape, d.Maps[0], found, default, gradient);
        double[] expected = [.. d.Valid().Select(at => d.Map(0, at.N, at.S) * Entropy(d, d.Softmax(d.Data.Logits), at.N, at.S))];
        Numbers.Close(expected, found, 1e-12);
        Numbers.Close(Quotients(d, x => d.Valid().Sum(at => d.Map(0, at.N, at.S) * Entropy(d, d.Softmax(x), at.N, at.S))), gradient, 1e-8);
    }

    [Fact]
    public void WhatWeighsNothingHasNoGradientAndAMeanOfNothingIsZero()
    {
        var d = new Case(new WeighedPerImage(), 2, 3, 33);
        d.Maps[0].AsSpan(0, 33).Clear();
        var gradient = new double[d.Data.Logits.Length];
        d.Loss.EvaluateWithGradient(d.Data.Logits, d.Data.Labels, d.Data.Shape, d.Maps[0], gradient);
        Assert.All(gradient[..99], number => Assert.Equal(0, number));
        Assert.Contains(gradient[99..], number => number != 0);

        var counted = new WeighedCountIgnored();
        Assert.Equal(0, counted.EvaluateWithGradient(d.Data.Logits, d.Data.Labels, d.Data.Shape, new double[66], gradient));
        Assert.All(gradient, number => Assert.Equal(0, number));
    }

    [Fact]
    public void WeightsOfOneChangeNothing()
    {
        var data = new Batch(new(2, 3, 70), 3, 255);
        double[] ones = [.. Enumerable.Repeat(1.0, 140)], plain = new double[data.Logits.Length], found = new double[plain.Length],
            entropy = new double[plain.Length];
        double expected = new UnweighedDice().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, plain) + new EntropyOnly()
            .EvaluateWithGradient(data.Logits, data.Labels, data.Shape, entropy);
        Numbers.Close(expected, new WeighedDiceCrossEntropy().EvaluateWithGradient(data.Logits, data.Labels, data.Shape, ones, found),
            1e-14);
        Numbers.Close([.. plain.Zip(entropy, (a, b) => a + b)], found, 1e-15);
    }

    // Every road: kernels in double and float and at each register width, the reference, pieces, components, and difference quotients of
    // the plain computation.
    private static void Verify(ILoss loss, bool dense, Plain plain)
    {
        foreach ((int batch, int pixels) in ((int, int)[])[(2, 33), (3, 130)])
        {
            var d = new Case(loss, batch, 3, pixels) { IsDense = dense };
            Func<double[], double> value = x => plain(d, loss.Definition.Activation == Activation.Softmax ? d.Softmax(x) : d.Sigmoid(x));
            double expected = value(d.Data.Logits);
            double[] slope = batch == 2 ? Quotients(d, value) : [];
            string name = loss.Definition.Name;
            foreach (int bits in Registers.Widths)
            {
                var found = new double[d.Data.Logits.Length];
                Numbers.Close(expected, Registers.With(bits, () => d.Evaluate(found)), 1e-12, $"{name} {bits}");
                if (batch == 2)
                    Numbers.Close(slope, found, 2e-9, $"{name} {bits}");
                var single = new float[found.Length];
                Numbers.Close(expected, Registers.With(bits, () => d.Evaluate(single)), 2e-5, $"{name} {bits} float");
                Numbers.Close(found, d.Data.DoubleOf(single), 2e-5, $"{name} {bits} float");
            }

            double reference = dense
                ? ReferenceEvaluation.EvaluateElements(loss, d.Data.Shape, d.Data.Logits, d.Data.Dense, d.Maps)[0]
                : ReferenceEvaluation.EvaluateElements(loss, d.Data.Shape, d.Data.Logits, d.Data.Labels, d.Maps)[0];
            Numbers.Close(expected, reference, 1e-12, name + " reference");
            if (loss is WeighedTopK)
                continue;
            LossStatistics sums = loss.CreateStatistics(d.Data.Shape);
            LossComponents parts = loss.CreateComponents(3);
            if (dense)
                loss.Accumulate(d.Data.Logits, d.Data.Dense, d.Data.Shape, d.Inputs, sums);
            else
                loss.Accumulate(d.Data.Logits, d.Data.Labels, d.Data.Shape, d.Inputs, sums);
            Numbers.Close(expected, loss.Finish(sums, parts), 1e-12, name + " pieces");
            Numbers.Close(expected, Enumerable.Range(0, parts.Terms.Count).Sum(k => parts[k]), 1e-12, name + " components");
            for (int k = 0; k < parts.Terms.Count; k++)
            {
                // Classes of elements may have different numbers of valid ones, and different sums of weights.
                bool isPlain = !dense && !(loss is WeighedElements && k == 1);
                if (!isPlain || !parts.Terms[k].HasClasses)
                    continue;
                double[] classes = [.. parts.Classes(k).ToArray().Where(number => !double.IsNaN(number))];
                Numbers.Close(parts[k], classes.Average(), 1e-12, $"{name} classes of term {k}");
            }
        }
    }

    private static double[] Quotients(Case d, Func<double[], double> value)
    {
        const double H = 1e-4;
        double[] x = [.. d.Data.Logits], slope = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double At(double h)
            {
                x[i] = d.Data.Logits[i] + h;
                return value(x);
            }

            slope[i] = ((8 * (At(H) - At(-H))) - (At(2 * H) - At(-2 * H))) / (12 * H);
            x[i] = d.Data.Logits[i];
        }

        return slope;
    }

    private static IEnumerable<int> Classes(Case d) => Enumerable.Range(0, d.C);

    private static double Entropy(Case d, Func<int, int, int, double> p, int n, int s) =>
        -Classes(d).Sum(c => d.Y(n, c, s) * Math.Log(p(n, c, s)));

    private static double Dice(Case d, Func<int, int, int, double> p, int c, IEnumerable<int> images, Func<int, int, int, double> weight)
    {
        double overlap = 0, sizes = 0;
        foreach ((int n, _, int s) in d.ValidElements().Where(at => at.C == c && images.Contains(at.N)))
        {
            overlap += weight(n, c, s) * p(n, c, s) * d.Y(n, c, s);
            sizes += weight(n, c, s) * (p(n, c, s) + d.Y(n, c, s));
        }

        return 1 - (((2 * overlap) + 1e-3) / (sizes + 1e-3));
    }

    /// <summary>Random logits, targets and maps of a loss.</summary>
    private sealed class Case
    {
        public Case(ILoss loss, int batch, int classes, int pixels)
        {
            Loss = loss;
            (C, S) = (classes, pixels);
            Data = new(new(batch, classes, pixels), batch + pixels, loss.Definition.IgnoreIndex);
            var random = new Random(5);
            Maps = [.. loss.Definition.Inputs.Select(input => Enumerable.Range(0, batch * pixels * (input.Kind == InputKind.Element
                ? classes : 1)).Select(_ => Math.Round(random.NextDouble() * 2, 2)).ToArray())];
        }

        public ILoss Loss { get; }

        public Batch Data { get; }

        public double[][] Maps { get; }

        public bool IsDense { get; init; }

        public int C { get; }

        public int S { get; }

        public IEnumerable<int> Images => Enumerable.Range(0, Data.Shape.Batch);

        public LossInputs Inputs => new(Maps[0], Maps.ElementAtOrDefault(1));

        public double Evaluate(double[] gradient) => IsDense
            ? Loss.EvaluateWithGradient(Data.Logits, Data.Dense, Data.Shape, Inputs, gradient)
            : Loss.EvaluateWithGradient(Data.Logits, Data.Labels, Data.Shape, Inputs, gradient);

        public double Evaluate(float[] gradient)
        {
            float[][] maps = [.. Maps.Select(map => Array.ConvertAll(map, number => (float)number))];
            var inputs = new LossInputs(maps[0], maps.ElementAtOrDefault(1));
            return IsDense
                ? Loss.EvaluateWithGradient(Data.SingleLogits, Data.SingleDense, Data.Shape, inputs, gradient)
                : Loss.EvaluateWithGradient(Data.SingleLogits, Data.Labels, Data.Shape, inputs, gradient);
        }

        public double Map(int k, int n, int s) => Maps[k][(n * S) + s];

        public double Map(int k, int n, int c, int s) => Maps[k][(((n * C) + c) * S) + s];

        /// <summary>The target, 0 where it is ignored.</summary>
        public double Y(int n, int c, int s) => IsDense ? (IsValid(n, c, s) ? Data.Dense[(((n * C) + c) * S) + s] : 0)
            : Data.Labels[(n * S) + s] == c ? 1 : 0;

        public IEnumerable<(int N, int C, int S)> ValidElements() =>
            from n in Images from c in Enumerable.Range(0, C) from s in Enumerable.Range(0, S) where IsValid(n, c, s) select (n, c, s);

        /// <summary>The pixels of which any element is valid.</summary>
        public IEnumerable<(int N, int S)> Valid() =>
            from n in Images from s in Enumerable.Range(0, S) where Enumerable.Range(0, C).Any(c => IsValid(n, c, s)) select (n, s);

        public Func<int, int, int, double> Softmax(double[] x) => (n, c, s) =>
            1 / Enumerable.Range(0, C).Sum(k => Math.Exp(x[(((n * C) + k) * S) + s] - x[(((n * C) + c) * S) + s]));

        public Func<int, int, int, double> Sigmoid(double[] x) => (n, c, s) => 1 / (1 + Math.Exp(-x[(((n * C) + c) * S) + s]));

        private bool IsValid(int n, int c, int s) =>
            Loss.Definition.IgnoreIndex is null || (IsDense ? Data.Dense[(((n * C) + c) * S) + s] : Data.Labels[(n * S) + s]) != Ignored;
    }
}
