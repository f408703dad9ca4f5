using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

[Loss(Activation.Softmax, IgnoreIndex = 255, PerImage = true)]
[Dice(Smooth = 1e-5, IncludeBackground = false, Weight = 2)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class WithParts;

/// <summary>Both roads hand out the terms' shares and the classes' values where a module is told to.</summary>
public class ComponentTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Roads_agree_and_terms_add_up(bool dense)
    {
        using var scope = NewDisposeScope();
        using var loss = new WithParts();
        Example example = dense ? Example.Dense([2, 3, 6, 5], 255, 3) : Example.WithLabels([2, 3, 6, 5], 255, 3);
        var plain = Check.Run(x => loss.call(x, example.Target), example.Logits);
        LossComponents kernel = loss.CreateComponents(3), operations = loss.CreateComponents(3), direct = loss.CreateComponents(3);
        loss.Components = kernel;
        var first = Check.Run(x => loss.call(x, example.Target), example.Logits);
        loss.Components = operations;
        var second = Check.OnRoad(true, () => Check.Run(x => loss.call(x, example.Target), example.Logits));
        loss.Components = direct;
        double value = loss.EvaluateWithGradient(example.Logits, example.Target, empty_like(example.Logits));
        foreach (LossComponents parts in (LossComponents[])[kernel, operations, direct])
        {
            Assert.Equal(value, parts["Dice"] + parts["CrossEntropy"], 1e-13);
            Assert.Equal(kernel["Dice"], parts["Dice"], 1e-13);
            Assert.True(double.IsNaN(parts.Classes("Dice")[0]));
            for (int c = 1; c < 3; c++)
                Assert.Equal(kernel.Classes(0)[c], parts.Classes(0)[c], 1e-13);
            Assert.Equal(parts["Dice"], (parts.Classes(0)[1] + parts.Classes(0)[2]) / 2, 1e-13);
        }

        Check.Close(plain.Value, first.Value, 0, "value");
        Check.Close(plain.Gradient, first.Gradient, 0, "gradient");
        Check.Close(plain.Gradient, second.Gradient, 1e-13, "gradient of the operations");
    }

    [Fact]
    public void Single_terms_and_half_precision_have_them_too()
    {
        using var scope = NewDisposeScope();
        using var loss = new CrossEntropyLoss();
        Example example = Example.WithLabels([2, 4, 6, 5], null, 3);
        loss.Components = loss.CreateComponents(4);
        using Tensor value = loss.call(example.Logits.to_type(ScalarType.BFloat16), example.Target);
        Assert.Equal(value.to_type(ScalarType.Float64).item<double>(), loss.Components[0], 1e-2);
    }

    [Fact]
    public void Room_for_another_number_of_classes_is_refused()
    {
        using var scope = NewDisposeScope();
        using var loss = new WithParts();
        loss.Components = loss.CreateComponents(4);
        foreach (bool operations in (bool[])[false, true])
            Assert.Equal("components", Assert.Throws<ArgumentException>(() => Check.OnRoad(operations, () => loss.call(rand(1, 3, 4, 5),
                zeros(1, 4, 5, dtype: ScalarType.Int64)))).ParamName);
    }
}
