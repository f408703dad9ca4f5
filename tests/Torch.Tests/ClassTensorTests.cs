using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[FBeta(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class Reweighted
{
    public double Beta { get; set; } = 2;

    public double[]? FBetaClassWeights { get; set; }

    public double[]? CrossEntropyClassWeights { get; set; }
}

[Loss(Activation.Softmax, IgnoreIndex = 255)]
[FBeta(Smooth = 1e-5, Beta = 2, ClassWeights = [1, 0.5, 3])]
[CrossEntropy(Weight = 0.5, ClassWeights = [0.25, 1, 2])]
public sealed partial class StatedWeights;

/// <summary>Properties with one number a class, on both roads.</summary>
public class ClassTensorTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void They_are_what_an_attribute_would_state(bool dense, bool operations)
    {
        using var scope = NewDisposeScope();
        using var stated = new StatedWeights();
        using var loss = new Reweighted { FBetaClassWeights = [1, 0.5, 3], CrossEntropyClassWeights = [0.25, 1, 2] };
        Example example = dense ? Example.Dense([2, 3, 6, 5], 255, 3) : Example.WithLabels([2, 3, 6, 5], 255, 3);
        (Tensor expected, Tensor slope) = Check.OnRoad(operations, () => Check.Run(x => stated.call(x, example.Target), example.Logits));
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), example.Logits));
        Check.Close(expected, value, 1e-13, "value");
        Check.Close(slope, gradient, 1e-13, "gradient");
        Assert.Equal(value.item<double>(), loss.EvaluateWithGradient(example.Logits, example.Target, empty_like(example.Logits)), 1e-13);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_is_of_the_weights_at_the_time_of_the_value(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Reweighted { FBetaClassWeights = [1, 0.5, 3] };
        Example example = Example.WithLabels([2, 3, 6, 5], 255, 3);
        (_, Tensor expected) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), example.Logits));
        (_, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(
            x =>
            {
                Tensor value = loss.call(x, example.Target);
                loss.FBetaClassWeights![0] = 100;
                loss.FBetaClassWeights = null;
                return value;
            },
            example.Logits));
        Check.Close(expected, gradient, 0, "gradient");
    }

    [Fact]
    public void Outputs_of_several_sizes_take_them()
    {
        using var scope = NewDisposeScope();
        using var stated = new StatedWeights();
        using var loss = new Reweighted { FBetaClassWeights = [1, 0.5, 3], CrossEntropyClassWeights = [0.25, 1, 2] };
        Tensor target = Example.WithLabels([2, 3, 8, 8], 255, 5).Target;
        Tensor[] outputs = [Example.WithLabels([2, 3, 8, 8], null, 1).Logits, Example.WithLabels([2, 3, 4, 4], null, 2).Logits];
        Check.Close(stated.forward(outputs, target, new(1, 0.5)), loss.forward(outputs, target, new(1, 0.5)), 1e-13, "value");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Wrong_ones_are_named(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Reweighted { CrossEntropyClassWeights = [1, 2, 3, 4] };
        Assert.Equal("CrossEntropyClassWeights", Assert.Throws<ArgumentException>(
            () => Check.OnRoad(operations, () => loss.call(rand(1, 3, 4, 5), zeros(1, 4, 5, dtype: ScalarType.Int64)))).ParamName);
    }
}
