using LossGen.Reference;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Modules of losses of pairs, on the kernels and on tensor operations.</summary>
public class PairTests
{
    /// <summary>Losses of pairs; those whose names end with Columns take views alone.</summary>
    internal static readonly Dictionary<string, Func<nn.Module<Tensor, Tensor, Tensor>>> Named = new()
    {
        ["TwoViews"] = () => new TwoViews(),
        ["SameLabels"] = () => new SameLabels(),
        ["DotPairs"] = () => new DotPairs(),
        ["CirclePairs"] = () => new CirclePairs(),
        ["OwnPairs"] = () => new OwnPairs(),
        ["TwinColumns"] = () => new TwinColumns(),
        ["SpreadColumns"] = () => new SpreadColumns(),
    };

    public static TheoryData<string, bool> OfLabels =>
        Check.OnEachRoad(Named.Keys.Where(name => !name.EndsWith("Columns", StringComparison.Ordinal)));

    public static TheoryData<string, bool> OfViews => Check.OnEachRoad(Named.Keys);

    [Theory]
    [MemberData(nameof(OfLabels))]
    public void Labels_agree_with_the_reference(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = Named[name]();
        (Tensor embeddings, Tensor labels) = Labelled(19, 5);
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, labels), embeddings));
        LossShape shape = LossShape.OfRows(19, 5);
        double[] numbers = Numbers(embeddings);
        long[] names = labels.data<long>().ToArray();
        Assert.Equal(ReferenceEvaluation.Evaluate((ILoss)loss, shape, numbers, names), value.item<double>(), 1e-12);
        Check.Close(tensor(ReferenceEvaluation.NumericalGradient((ILoss)loss, shape, numbers, names)).reshape(19, 5), gradient, 1e-8,
            "gradient");
    }

    [Theory]
    [MemberData(nameof(OfViews))]
    public void Views_agree_with_the_reference_at_both(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> loss = Named[name]();
        Tensor first = Random(9, 4, 1), second = Random(9, 4, 2);
        (Tensor a, Tensor b) = (first.clone().requires_grad_(), second.clone().requires_grad_());
        Tensor value = Check.OnRoad(operations, () =>
        {
            Tensor result = loss.call(a, b);
            result.backward();
            return result;
        });
        LossShape shape = LossShape.OfRows(18, 4);
        double[] numbers = Numbers(cat([first, second]));
        Assert.Equal(ReferenceEvaluation.EvaluateViews((ILoss)loss, shape, numbers), value.item<double>(), 1e-12);
        Tensor expected = tensor(ReferenceEvaluation.NumericalGradientOfViews((ILoss)loss, shape, numbers)).reshape(18, 4);
        Check.Close(expected, cat([a.grad!, b.grad!]), 1e-8, "gradient");
    }

    /// <summary>Half precision is computed in float: as the reference of the rounded embeddings.</summary>
    [Theory]
    [InlineData(ScalarType.Float16, 2e-3, false)]
    [InlineData(ScalarType.Float16, 2e-3, true)]
    [InlineData(ScalarType.BFloat16, 2e-2, false)]
    [InlineData(ScalarType.BFloat16, 2e-2, true)]
    [InlineData(ScalarType.Float32, 1e-5, false)]
    [InlineData(ScalarType.Float32, 1e-5, true)]
    public void Other_types(ScalarType type, double tolerance, bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels();
        (Tensor embeddings, Tensor labels) = Labelled(16, 6);
        Tensor rounded = embeddings.to_type(type);
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, labels), rounded));
        (Tensor expected, Tensor expectedGradient) = Check.Run(x => loss.call(x, labels), rounded.to_type(ScalarType.Float64));
        Assert.Equal((type, type), (value.dtype, gradient.dtype));
        Check.Close(expected, value, tolerance, "value");
        Check.Close(expectedGradient, gradient, tolerance, "gradient");
    }

    /// <summary>A gradient penalty against plain autograd.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradient_can_be_differentiated_again(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new TwoViews();
        (Tensor embeddings, Tensor labels) = Labelled(10, 3);
        (Tensor first, Tensor second) = Penalty(x => Plain(x, labels, 0.5), embeddings);
        (Tensor own, Tensor ownSecond) = Check.OnRoad(operations, () => Penalty(x => loss.call(x, labels), embeddings));
        Check.Close(first, own, 1e-10, "gradient");
        Check.Close(second, ownSecond, 1e-10, "gradient of the penalty");
        using var columns = new TwinColumns();
        (Tensor kernels, Tensor kernelsSecond) = Check.OnRoad(operations,
            () => Penalty(x => columns.call(x.narrow(0, 0, 5), x.narrow(0, 5, 5)), embeddings));
        (first, second) = Penalty(x => PlainTwins(x.narrow(0, 0, 5), x.narrow(0, 5, 5)), embeddings);
        Check.Close(first, kernels, 1e-10, "gradient of columns");
        Check.Close(second, kernelsSecond, 1e-10, "gradient of the penalty of columns");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backward_is_forward_and_backward(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new TwoViews();
        Tensor source = Random(8, 5, 3), weight = Random(5, 5, 4).requires_grad_();
        Tensor value = Check.OnRoad(operations, () => loss.call(source.mm(weight), source.mm(weight.square())));
        Check.OnRoad(operations, () => { value.backward(); return 0; });
        Tensor expected = weight.grad!.clone();
        weight.grad!.zero_();
        double again = Check.OnRoad(operations, () => loss.Backward(source.mm(weight), source.mm(weight.square()), upstream: 2));
        Assert.Equal(value.item<double>(), again, 1e-12);
        Check.Close(expected * 2, weight.grad!, 1e-12, "gradient");
    }

    [Fact]
    public void Gradient_goes_into_a_tensor()
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels();
        (Tensor embeddings, Tensor labels) = Labelled(12, 4);
        (Tensor value, Tensor expected) = Check.Run(x => loss.call(x, labels), embeddings);
        Tensor gradient = empty_like(embeddings);
        Assert.Equal(value.item<double>(), loss.EvaluateWithGradient(embeddings, labels, gradient));
        Check.Close(expected, gradient, 1e-13, "gradient");
    }

    /// <summary>The matrix of the value is kept, and the backward pass leaves it as it is.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backward_passes_can_be_repeated(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new CirclePairs();
        (Tensor embeddings, Tensor labels) = Labelled(15, 4);
        Tensor x = embeddings.requires_grad_();
        Check.OnRoad(operations, () =>
        {
            Tensor value = loss.call(x, labels);
            value.backward(retain_graph: true);
            Tensor first = x.grad!.clone();
            value.backward();
            Check.Close(first * 2, x.grad!, 1e-14, "gradient");
            return 0;
        });
        using (no_grad())
            Assert.False(loss.call(x, labels).requires_grad);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Row_of_zeros_has_no_gradient(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels();
        (Tensor embeddings, Tensor labels) = Labelled(8, 3);
        embeddings[2].zero_();
        (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, labels), embeddings));
        Assert.Equal(ReferenceEvaluation.Evaluate(loss, LossShape.OfRows(8, 3), Numbers(embeddings), labels.data<long>().ToArray()),
            value.item<double>(), 1e-12);
        Assert.True(gradient.isfinite().all().item<bool>());
        Assert.Equal(0, gradient[2].abs().sum().item<double>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Terms_have_their_shares(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new DotPairs();
        (Tensor embeddings, Tensor labels) = Labelled(12, 4);
        loss.Components = loss.CreateComponents(4);
        Tensor value = Check.OnRoad(operations, () => loss.call(embeddings, labels));
        Assert.Equal(value.item<double>(), loss.Components["SupervisedContrastive"] + loss.Components["NtXent"], 1e-12);
        Assert.True(loss.Components["NtXent"] > 0);
    }

    [Fact]
    public void Labels_of_any_type_or_shape()
    {
        using var scope = NewDisposeScope();
        using var loss = new SameLabels();
        Tensor embeddings = Random(6, 3, 5), labels = tensor(new long[] { 0, 1, 0, 1, 2, 2 });
        double expected = loss.call(embeddings, labels).item<double>();
        foreach (bool operations in new[] { false, true })
        {
            foreach (ScalarType type in new[] { ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32 })
                Assert.Equal(expected, Check.OnRoad(operations, () => loss.call(embeddings, labels.to_type(type)).item<double>()), 1e-12);
            Assert.Equal(expected, Check.OnRoad(operations, () => loss.call(embeddings, labels.unsqueeze(1)).item<double>()), 1e-12);
            Assert.Equal(
                loss.call(embeddings, labels.eq(0).to_type(ScalarType.Int64)).item<double>(),
                    Check.OnRoad(operations, () => loss.call(embeddings, labels.eq(0)).item<double>()), 1e-12);
        }

        Tensor turned = embeddings.t().contiguous().t();
        Assert.Equal(expected, loss.call(turned, labels).item<double>(), 1e-12);
    }

    [Fact]
    public void What_is_wrong_is_said()
    {
        using var scope = NewDisposeScope();
        using var rows = new SameLabels();
        using var columns = new TwinColumns();
        Tensor embeddings = Random(6, 3, 6), labels = tensor(new long[] { 0, 1, 0, 1, 2, 2 });
        Refused(() => rows.call(embeddings.unsqueeze(2), labels),
            "input has the shape (6, 3, 1); SameLabels declares Pairs = Pairs.Cosine and needs rows of embeddings, (N, D).");
        Refused(() => rows.call(embeddings, labels.narrow(0, 0, 5)),
            "target has the shape (5); with input of shape (6, 3) it must be (6), one label a row.");
        Refused(() => rows.call(embeddings, Random(6, 4, 1)), "target is Float64 (6, 4), a second view of the samples, and input is Float64 (6, 3); both views must have the same type and shape. Labels");
        Refused(() => columns.call(embeddings, labels), "target is Int64; TwinColumns declares Pairs = Pairs.Correlation, which compares the columns of two views: pass the second view, Float64 (6, 3).");
        Refused(() => rows.call(embeddings.narrow(0, 0, 1), labels.narrow(0, 0, 1)), "input has 1 row(s); SameLabels needs at least 2.");
        Refused(() => new SpreadColumns().call(embeddings.narrow(0, 0, 1), embeddings.narrow(0, 1, 1)),
            "input has 1 row(s); SpreadColumns needs at least 2 in each view.");
        Refused(() => rows.call(embeddings.to_type(ScalarType.Int64), labels),
            "input is Int64; embeddings must be Float16, BFloat16, Float32 or Float64.");
        Refused(() => rows.EvaluateWithGradient(embeddings, embeddings.clone(), empty_like(embeddings)),
            "target is a second view; this call has a gradient at one tensor only.");
        Assert.Throws<InvalidOperationException>(() => rows.Backward(embeddings, labels));
    }

    // NT-Xent as a user ports it.
    private static Tensor Plain(Tensor z, Tensor labels, double temperature)
    {
        Tensor unit = z / z.norm(1, keepdim: true), similarity = unit.mm(unit.t()) / temperature;
        Tensor self = eye(z.shape[0], dtype: ScalarType.Bool),
            same = labels.unsqueeze(0).eq(labels.unsqueeze(1)).logical_and(self.logical_not()).to_type(z.dtype);
        Tensor logProbability = similarity - similarity.masked_fill(self, double.NegativeInfinity).logsumexp(1, keepdim: true);
        return -(logProbability * same).sum() / same.sum();
    }

    private static Tensor PlainTwins(Tensor first, Tensor second)
    {
        Tensor correlation = Standard(first).t().mm(Standard(second)) / first.shape[0], self = eye(first.shape[1], dtype: first.dtype);
        return ((correlation - self).square() * (self + ((1 - self) * 0.0051))).sum();

        static Tensor Standard(Tensor x) => (x - x.mean([0])) / (x.var(0, unbiased: false) + 1e-5).sqrt();
    }

    private static (Tensor Gradient, Tensor Second) Penalty(Func<Tensor, Tensor> loss, Tensor logits)
    {
        Tensor x = logits.detach().clone().requires_grad_();
        Tensor gradient = autograd.grad([loss(x)], [x], create_graph: true, retain_graph: true)[0];
        gradient.square().sum().backward();
        return (gradient.detach(), x.grad!);
    }

    private static void Refused(Action call, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static (Tensor Embeddings, Tensor Labels) Labelled(int rows, int features) =>
        (Random(rows, features, 7), tensor(Enumerable.Range(0, rows).Select(row => (long)(row % 4 == 3 ? -5 : row % 3)).ToArray()));

    private static Tensor Random(long rows, long features, int seed)
    {
        manual_seed(seed);
        return randn([rows, features], dtype: ScalarType.Float64);
    }

    private static double[] Numbers(Tensor tensor) => tensor.detach().contiguous().data<double>().ToArray();
}
