using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Logarithms and exponentials on both roads, against numbers worked out by hand.</summary>
public class ExponentialTests
{
    /// <summary>
    /// Logits (0, 2) and (1, 0) of two pixels: the first class is likelier at the second pixel, with 1 / (1 + 1/e), the second at the
    /// first, with 1 / (1 + 1/e^2). Each passes half of 1 less that to its class, and takes it off the other.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_largest_logarithm_of_the_pixels_has_its_gradient(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new LargestLogProbability();
        Tensor logits = tensor(new double[] { 0, 1, 2, 0 }, [1, 2, 2]), target = zeros([1, 2], ScalarType.Int64);
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), logits));
        double first = 1 / (1 + Math.E) / 2, second = 1 / (1 + (Math.E * Math.E)) / 2;
        Assert.Equal((Math.Log(1 - (2 * first)) + Math.Log(1 - (2 * second))) / 2, value.item<double>(), 1e-14);
        Check.Close(tensor(new double[] { -second, first, second, -first }, [1, 2, 2]), gradient, 1e-12, "gradient");
    }

    /// <summary>One label a pixel, and the probabilities 1/2 and 3/4 at the labels.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Labels_that_join_to_a_constant_are_counted(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new CountOfLabels();
        Tensor logits = tensor(new double[] { 0, 0, 0, Math.Log(3) }, [1, 2, 2]), target = tensor(new long[] { 0, 1 }, [1, 2]);
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), logits));
        Assert.Equal(1.625, value.item<double>(), 1e-14);
        Check.Close(tensor(new double[] { 0.125, -0.09375, -0.125, 0.09375 }, [1, 2, 2]), gradient, 1e-12, "gradient");
    }

    /// <summary>The first class is ignored: its exponential counts 0, so that the value is 8 exp(x), and so are its derivatives.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_class_that_is_ignored_counts_nothing_in_second_derivatives(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new QuotientByFirstClass();
        Tensor logits = tensor(new double[] { 0.3, 0.5 }, [1, 2, 1]).requires_grad_(), target = tensor(new double[] { 255, 1 }, [1, 2, 1]);
        Tensor gradient = Check.OnRoad(
            operations, () => autograd.grad([loss.call(logits, target)], [logits], create_graph: true, retain_graph: true)[0]);
        gradient.sum().backward();
        Tensor expected = tensor(new double[] { 0, 8 * Math.Exp(0.5) }, [1, 2, 1]);
        Check.Close(expected, gradient, 1e-12, "gradient");
        Check.Close(expected, logits.grad!, 1e-12, "second derivative");
    }
}
