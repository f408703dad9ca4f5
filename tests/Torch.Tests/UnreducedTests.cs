using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;
using F = TorchSharp.torch.nn.functional;

namespace LossGen.Torch.Tests;

/// <summary>Losses without reduction: shapes, values, and gradients weighted by what arrives.</summary>
public class UnreducedTests
{
    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (string name in Formulas.Keys)
        {
            foreach (bool dense in (bool[])[false, true])
            {
                cases.Add(name, dense, false);
                cases.Add(name, dense, true);
            }
        }

        return cases;
    }

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor, Tensor>> Create, PlainLosses.Formula Formula, int? Ignored,
        string Axes)> Formulas = new()
        {
            [nameof(DicePerImageAndClass)] = (() => new DicePerImageAndClass(), (x, e) => Dice(x, e, [2]), null, "NC"),
            [nameof(DicePerClass)] = (() => new DicePerClass(), (x, e) => Dice(x, e, [0, 2]), null, "C"),
            [nameof(CrossEntropyPerPixel)] = (() => new CrossEntropyPerPixel(), (x, e) => -(e.OneHot * e.Valid! * x.log_softmax(1)).sum(1), 255, "NS"),
            [nameof(BinaryPerElement)] = (() => new BinaryPerElement(), (x, e) =>
                F.binary_cross_entropy_with_logits(x, e.OneHot, reduction: nn.Reduction.None), null, "NCS"),
            [nameof(DiceCrossEntropyPerElement)] = (() => new DiceCrossEntropyPerElement(), (x, e) =>
                Dice(x, e, [2]).unsqueeze(2) - 0.5 * (e.OneHot * x.log_softmax(1)).sum(1, keepdim: true), null, "NCS"),
            [nameof(FocalPerElement)] = (() => new FocalPerElement(), (x, e) =>
                -(e.OneHot * x.log_softmax(1) * tensor([0.0, 1, 1, 1]).reshape(1, 4, 1)), null, "NCS"),
        };

    private static Tensor Dice(Tensor x, Example e, long[] axes)
    {
        Tensor p = x.softmax(1);
        return 1 - (2 * (p * e.OneHot).sum(axes) + 1e-5) / (p.sum(axes) + e.OneHot.sum(axes) + 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Elements_and_weighted_gradient_are_those_of_autograd(string name, bool dense, bool operations)
    {
        using var scope = NewDisposeScope();
        (var create, PlainLosses.Formula formula, int? ignored, string axes) = Formulas[name];
        using nn.Module<Tensor, Tensor, Tensor> loss = create();
        foreach (long[] shape in (long[][])[[2, 4, 5, 3], [3, 4], [2, 4, 2, 3, 2]])
        {
            Example example = dense ? Example.Dense(shape, ignored, 1) : Example.WithLabels(shape, ignored, 1);
            long[] expected = [.. axes.Contains('N') ? shape[..1] : [], .. axes.Contains('C') ? shape[1..2] : [], .. axes.Contains('S')
                ? shape[2..] : []];
            Tensor upstream = randn(expected, dtype: ScalarType.Float64);
            (Tensor value, Tensor gradient) = Check.Run(
                x => formula(x.reshape(shape[0], shape[1], -1), example).reshape(expected), example.Logits, upstream);
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), example.Logits,
                upstream));
            Check.Close(value, own, 1e-11, "values");
            Check.Close(gradient, ownGradient, 1e-11, "gradient");
        }
    }

    [Fact]
    public void An_upstream_gradient_that_is_expanded_is_read_as_such()
    {
        using var scope = NewDisposeScope();
        using var loss = new BinaryPerElement();
        Example example = Example.Dense([2, 3, 4, 5], null, 3);
        Tensor twice = Check.Run(x => loss.call(x, example.Target).sum() * 2, example.Logits).Gradient;
        Tensor plain = Check.Run(x => F.binary_cross_entropy_with_logits(x, example.Target, reduction: nn.Reduction.Sum) * 2,
            example.Logits).Gradient;
        Check.Close(plain, twice, 1e-11, "gradient");
    }
}
