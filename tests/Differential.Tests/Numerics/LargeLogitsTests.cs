using System.Globalization;
using LossGen.Differential.Checks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Every term of the catalogue under every activation that it can be meant for, at random logits of many sizes, up to 10 000, and with
/// masked classes: in float on both roads as in double, whose value is the reference's.
/// </summary>
public sealed class LargeLogitsTests
{
    private const int Classes = 4, Pixels = 6, Draws = 6;

    // Of float: relative to 1 and the largest number. A power of 0.3 of what is nearly 0 multiplies its rounding.
    private const double Single = 1e-4, OfRoots = 2e-3, Double = 1e-9;

    // As large as a gap, or of each class's own logit: a mask is a matter of the softmax.
    private static readonly string[] Unmasked = ["NeighborCalibration", "BinaryBiTempered"];

    private static readonly double[] Sizes = [0, 1, 12, 17, 30, 100, 1e4];

    // A probability that is asked for as such; boxes are no logits.
    private static readonly CatalogueLoss[] Losses = [.. CatalogueLoss.All.Where(loss => !loss.IsBox)
        .SelectMany(loss => loss.Activation == Activation.None ? [loss] : new[] { loss with { Activation = Activation.Softmax },
        loss with { Activation = Activation.Sigmoid } })];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Losses.Select(loss => loss.Declaration)));

    public static IEnumerable<object[]> Names => Losses.Select(loss => new object[] { loss.Name, loss.Activation });

    [Theory]
    [MemberData(nameof(Names))]
    public void FloatIsDouble(string name, Activation activation)
    {
        CatalogueLoss loss = Losses.Single(other => other.Name == name && other.Activation == activation);
        var random = new Random(7);
        for (int draw = 0; draw < Draws; draw++)
        {
            double[] logits = [.. Enumerable.Range(0, Classes * Pixels)
                .Select(_ => (double)(float)(Sizes[random.Next(Sizes.Length)] * ((random.NextDouble() * 2) - 1)))];
            long[] labels = [.. Enumerable.Range(0, Pixels).Select(_ => (long)random.Next(Classes))];

            // The last of the draws mask a class that is nowhere the label.
            if (draw >= Draws - 2 && activation == Activation.Softmax && !Unmasked.Contains(name) && !loss.IsDense)
            {
                labels = [.. labels.Select(label => label % (Classes - 1))];
                logits = [.. logits.Select((logit, i) => i / Pixels == Classes - 1 ? double.NegativeInfinity : logit)];
            }

            Check(loss, logits, labels);
        }
    }

    /// <summary>
    /// Probabilities below the smallest normal number of float, down to its smallest: half of that is 0, and the reciprocals of all of them
    /// are infinite.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void TheSmallestProbabilitiesOfFloat(string name, Activation activation)
    {
        CatalogueLoss loss = Losses.Single(other => other.Name == name && other.Activation == activation);
        long[] labels = [.. Enumerable.Range(0, Pixels).Select(pixel => (long)(pixel / 2 % Classes))];
        foreach (double gap in (double[])[88, 95, 103])
        {
            // The label is right at some of the pixels.
            Check(loss, [.. Enumerable.Range(0, Classes * Pixels).Select(i => i / Pixels == i % Pixels % Classes ? gap
                : activation == Activation.Softmax ? 0 : -gap)], labels);
        }
    }

    private static void Check(CatalogueLoss loss, double[] logits, long[] labels)
    {
        var shape = new LossShape(1, Classes, Pixels);
        double[] oneHot = [.. Enumerable.Range(0, Classes * Pixels).Select(i => labels[i % Pixels] == i / Pixels ? 1.0 : 0)];
        if (!loss.IsDense)
            Check(loss, new(shape, logits, labels, null), "index");
        Check(loss, new(shape, logits, null, oneHot), "one-hot");
    }

    private static void Check(CatalogueLoss loss, RoadCall call, string target)
    {
        Found exact = Roads.Torch(Compiler.Value.Create(loss.Declaration), call, TorchRoad.Kernel);
        double reference = Roads.Reference(Compiler.Value.Create(loss.Declaration), call);
        string what = $"{loss.Name}, {loss.Activation}, {target} at {Text(call.Logits)}";
        Assert.True(Math.Abs(reference - exact.Elements[0]) <= Double * (1 + Math.Abs(reference)),
            $"{what}: kernel {exact.Elements[0]:R}, reference {reference:R}");
        foreach ((string road, ScalarType type, Func<ILoss, RoadCall, Found> run) in Roads.All)
        {
            if (type == ScalarType.Float16)
                continue;
            Found found = run(Compiler.Value.Create(loss.Declaration), call);
            double tolerance = type != ScalarType.Float32 ? Double : loss.Name.StartsWith("ExpLog", StringComparison.Ordinal) ? OfRoots
                : Single, scale = 1 + exact.Gradient.Max(Math.Abs);
            Assert.True(Math.Abs(found.Elements[0] - reference) <= tolerance * (1 + Math.Abs(reference)),
                $"{what}, {road}: {found.Elements[0]:R} instead of {reference:R}");
            for (int i = 0; i < exact.Gradient.Length; i++)
                Assert.True(Math.Abs(found.Gradient[i] - exact.Gradient[i]) <= tolerance * scale,
                    $"{what}, {road}: gradient {found.Gradient[i]:R} instead of {exact.Gradient[i]:R} at {i}");
        }
    }

    private static string Text(double[] numbers) =>
        string.Join(", ", numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
}
