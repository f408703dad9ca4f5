using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Floating types: the result keeps the logits' type, the sums do not.</summary>
public class PrecisionTests
{
    public static TheoryData<string, ScalarType, bool, double> Cases()
    {
        var cases = new TheoryData<string, ScalarType, bool, double>();
        foreach (string name in PlainLosses.All.Keys)
        {
            cases.Add(name, ScalarType.Float32, false, 2e-5);
            cases.Add(name, ScalarType.Float32, true, 2e-5);
            foreach (bool operations in (bool[])[false, true])
            {
                cases.Add(name, ScalarType.Float16, operations, 2e-3);
                cases.Add(name, ScalarType.BFloat16, operations, 1e-2);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Result_is_that_of_double_to_the_precision_of_its_type(string name, ScalarType type, bool operations, double tolerance)
    {
        using var scope = NewDisposeScope();
        (var create, _, int? ignored) = PlainLosses.All[name];
        using nn.Module<Tensor, Tensor, Tensor> loss = create();
        int classes = ((ILoss)loss).Definition.Classes;
        Example example = Example.WithLabels([2, classes > 0 ? classes : 4, 9, 11], ignored, 5);

        // Scaled up, for half has no small numbers.
        Tensor logits = example.Logits.to_type(type), upstream = tensor(64.0);
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target), logits.to_type(ScalarType.Float64), upstream);
        (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), logits,
            upstream.to_type(type)));
        Assert.Equal(type, own.dtype);
        Assert.Equal(type, ownGradient.dtype);
        Check.Close(value, own, tolerance, "value");
        Check.Close(gradient, ownGradient, tolerance, "gradient");
    }

    [Theory]
    [InlineData(ScalarType.Float16, false)]
    [InlineData(ScalarType.Float16, true)]
    [InlineData(ScalarType.BFloat16, false)]
    [InlineData(ScalarType.BFloat16, true)]
    public void Sums_of_half_precision_do_not_overflow_or_stall(ScalarType type, bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor logits = (randn(1, 2, 512, 512) * 3).to_type(type), labels = randint(0, 2, [1, 512, 512], dtype: ScalarType.Int64);
        double exact = loss.call(logits.to_type(ScalarType.Float64), labels).item<double>();
        Assert.Equal(exact, Check.OnRoad(operations, () => loss.call(logits, labels)).to_type(ScalarType.Float64).item<double>(),
            1e-2 * exact);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_of_a_hundred_have_finite_value_and_gradient(bool operations)
    {
        using var scope = NewDisposeScope();
        Tensor labels = tensor(new long[] { 0, 1, 2, 1, 0, 1 }).reshape(1, 6);
        Tensor logits = tensor(new float[] { 100, -100, 0, 1e4f, 100, -100, -100, 100, 0, -1e4f, 100, 100, 100, -100, 0, 0, 100,
            -100 }).reshape(1, 3, 6);
        foreach (nn.Module<Tensor, Tensor, Tensor> loss in (nn.Module<Tensor, Tensor, Tensor>[])
                 [new DiceCrossEntropy(), new RootFocal(), new SigmoidFocal(), new JaccardBinary(), new FocalTverskySmoothed(), new LogCoshDice()])
        {
            (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, labels), logits));
            Assert.True(value.isfinite().all().item<bool>(), $"{loss.GetName()}: value {value.item<float>()}");
            Assert.True(gradient.isfinite().all().item<bool>(), $"{loss.GetName()}: gradient");
            loss.Dispose();
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32, ScalarType.Float64)]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(ScalarType.Float16, ScalarType.Float64)]
    [InlineData(ScalarType.Float16, ScalarType.Float16)]
    public void Dense_target_may_have_another_floating_type(ScalarType logits, ScalarType target)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.Dense([2, 3, 4, 5], null, 9);
        Tensor y = example.Target.to_type(target), x = example.Logits.to_type(logits);
        double expected = loss.call(x.to_type(ScalarType.Float64), y.to_type(ScalarType.Float64)).item<double>();
        Assert.Equal(expected, loss.call(x, y).to_type(ScalarType.Float64).item<double>(), 1e-2 * expected);
    }
}
