using LossGen.Reference;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Losses with inputs besides logits and target: further arguments of the module.</summary>
public class InputTests
{
    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (string name in (string[])[nameof(Mapped), nameof(MappedElements), nameof(ManyMaps), nameof(MappedUnreduced),
            nameof(WeighedPixels), nameof(WeighedElements)])
        {
            foreach (bool dense in (bool[])[false, true])
            {
                cases.Add(name, dense, false);
                cases.Add(name, dense, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_references(string name, bool dense, bool operations)
    {
        using var scope = NewDisposeScope();
        long[] shape = [2, 3, 4, 5];
        using nn.Module loss = Create(name);
        var definition = ((ILoss)loss).Definition;
        Example example = dense ? Example.Dense(shape, definition.IgnoreIndex, 3) : Example.WithLabels(shape, definition.IgnoreIndex, 3);
        Tensor[] maps = [.. definition.Inputs.Select(input => Map(input, shape))];
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => Call(loss, x, example.Target, maps),
            example.Logits));

        var extents = new LossShape(2, 3, 20);
        double[][] numbers = [.. maps.Select(Numbers)];
        double[] logits = Numbers(example.Logits);
        double[] expected, slope;
        if (dense)
        {
            expected = ReferenceEvaluation.EvaluateElements((ILoss)loss, extents, logits, Numbers(example.Target), numbers);
            slope = ReferenceEvaluation.NumericalGradient((ILoss)loss, extents, logits, Numbers(example.Target), numbers);
        }
        else
        {
            long[] labels = example.Target.reshape(-1).data<long>().ToArray();
            expected = ReferenceEvaluation.EvaluateElements((ILoss)loss, extents, logits, labels, numbers);
            slope = ReferenceEvaluation.NumericalGradient((ILoss)loss, extents, logits, labels, numbers);
        }

        Check.Close(tensor(expected).reshape(value.shape), value, 1e-11, "value");
        Check.Close(tensor(slope).reshape(shape), gradient, 1e-8, "gradient");
    }

    [Fact]
    public void Masks_of_bool_and_maps_with_a_channel_axis_are_taken()
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor logits = randn(2, 3, 4, 5), labels = randint(0, 3, [2, 4, 5], dtype: ScalarType.Int64);
        Tensor mask = rand(2, 4, 5).lt(0.5), weights = rand(2, 4, 5);
        Tensor expected = loss.forward(logits, labels, mask.to_type(ScalarType.Float32), weights);
        Check.Close(expected, loss.call(logits, labels, mask, weights.unsqueeze(1)), 1e-6, "value");
        Check.Close(expected, loss.call(logits, labels, mask, weights.to_type(ScalarType.Float64)), 1e-6, "value");
        Check.Close(expected, loss.call(logits, labels, mask, weights.transpose(1, 2).contiguous().transpose(1, 2)), 1e-6, "value");
        Check.Close(expected, Check.OnRoad(true, () => loss.call(logits, labels, mask, weights.to_type(ScalarType.Float64))), 1e-6,
            "value");
    }

    [Fact]
    public void The_direct_road_takes_them_before_the_gradient()
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor logits = randn(2, 3, 4, 5), labels = randint(0, 3, [2, 4, 5], dtype: ScalarType.Int64);
        Tensor mask = rand(2, 4, 5), weights = rand(2, 4, 5), gradient = empty_like(logits);
        (Tensor value, Tensor expected) = Check.Run(x => loss.call(x, labels, mask, weights), logits);
        Assert.Equal(value.item<float>(), loss.EvaluateWithGradient(logits, labels, mask, weights, gradient), 1e-6);
        Check.Close(expected, gradient, 1e-6, "gradient");
    }

    [Fact]
    public void The_gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor logits = randn([2, 3, 2, 3], dtype: ScalarType.Float64).requires_grad_(), labels = randint(0, 3, [2, 2, 3],
            dtype: ScalarType.Int64);
        Tensor mask = rand([2, 2, 3], dtype: ScalarType.Float64), weights = rand([2, 2, 3], dtype: ScalarType.Float64);
        Tensor value = Check.OnRoad(true, () => loss.call(logits, labels, mask, weights));
        Tensor gradient = autograd.grad([value], [logits], retain_graph: true, create_graph: true)[0];
        Assert.True(gradient.requires_grad);
    }

    [Theory]
    [InlineData("shape", "(2, 4, 6)", "(2, 4, 5), one number a pixel")]
    [InlineData("channels", "(2, 3, 4, 5)", "(2, 4, 5), one number a pixel")]
    [InlineData("type", "Int64", "Float32")]
    [InlineData("device", "meta", "meta device")]
    [InlineData("gradient", "requires a gradient", "mask.detach()")]
    public void Wrong_inputs_are_named(string what, string found, string needed)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor logits = randn(2, 3, 4, 5), labels = randint(0, 3, [2, 4, 5], dtype: ScalarType.Int64);
        Tensor mask = what switch
        {
            "shape" => rand(2, 4, 6),
            "channels" => rand(2, 3, 4, 5),
            "type" => labels,
            "device" => empty(2, 4, 5, device: META),
            _ => rand(2, 4, 5).requires_grad_(),
        };
        foreach (bool operations in (bool[])[false, true])
        {
            var error = Check.OnRoad(operations, () => Assert.ThrowsAny<ArgumentException>(() => loss.call(logits, labels, mask,
                rand(2, 4, 5))));
            Assert.Equal("mask", error.ParamName);
            Assert.Contains(found, error.Message, StringComparison.Ordinal);
            Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("weightMap", Assert.Throws<ArgumentNullException>(() => loss.forward(logits, labels, rand(2, 4, 5), null!)).ParamName);
        Assert.Equal("weightMap", Assert.ThrowsAny<ArgumentException>(
            () => loss.EvaluateWithGradient(logits, labels, rand(2, 4, 5), rand(2, 4, 5).to_type(ScalarType.Float64), empty_like(logits)))
                .ParamName);
    }

    private static nn.Module Create(string name) => name switch
    {
        nameof(Mapped) => new Mapped(),
        nameof(MappedElements) => new MappedElements(),
        nameof(ManyMaps) => new ManyMaps(),
        nameof(WeighedPixels) => new WeighedPixels(),
        nameof(WeighedElements) => new WeighedElements(),
        _ => new MappedUnreduced(),
    };

    private static Tensor Call(nn.Module loss, Tensor logits, Tensor target, Tensor[] maps) => loss switch
    {
        Mapped mapped => mapped.forward(logits, target, maps[0], maps[1]),
        MappedElements elements => elements.forward(logits, target, maps[0]),
        WeighedPixels pixels => pixels.forward(logits, target, maps[0]),
        WeighedElements elements => elements.forward(logits, target, maps[0], maps[1]),
        ManyMaps many => many.forward(logits, target, maps[0], maps[1], maps[2], maps[3]),
        _ => ((MappedUnreduced)loss).forward(logits, target, maps[0]),
    };

    private static Tensor Map(LossInput input, long[] shape) =>
        rand(input.Kind == InputKind.Element ? shape : [shape[0], .. shape[2..]], dtype: ScalarType.Float64);

    private static double[] Numbers(Tensor tensor) => tensor.to_type(ScalarType.Float64).reshape(-1).data<double>().ToArray();
}
