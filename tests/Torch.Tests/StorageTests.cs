using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Tensors that are not simply numbers in memory: read right, or refused with one exception.</summary>
public class StorageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Numbers_to_be_negated_when_read_are_read_so(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor logits = Negated(randn(2, 3, 6, 5, dtype: ScalarType.Float64)),
            target = Negated(rand(2, 3, 6, 5, dtype: ScalarType.Float64)), mask = Negated(rand(2, 6, 5, dtype: ScalarType.Float64)),
            weights = rand(2, 6, 5, dtype: ScalarType.Float64);
        Assert.True(logits.is_neg() && target.is_neg() && mask.is_neg());
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, target.resolve_neg(), mask.resolve_neg(), weights),
            logits.resolve_neg());
        Tensor leaf = logits.resolve_neg().clone().requires_grad_();

        // Negated in the graph, too: the imaginary part of the conjugate of i * x is -x.
        Tensor lazily = complex(zeros_like(leaf), -leaf).conj().imag;
        Assert.True(lazily.is_neg());
        Tensor own = Check.OnRoad(operations, () => loss.call(lazily, target, mask, weights));
        own.backward();
        Check.Close(value, own, 1e-13, "value");
        Check.Close(gradient, leaf.grad!, 1e-12, "gradient");
        using var plain = new DiceCrossEntropy();
        Tensor labels = zeros(2, 6, 5, dtype: ScalarType.Int64);
        Assert.Equal("logits", Assert.Throws<ArgumentException>(() => plain.EvaluateWithGradient(logits, labels, empty_like(leaf)))
            .ParamName);
        Assert.Equal("gradient", Assert.Throws<ArgumentException>(() => plain.EvaluateWithGradient(leaf.detach(), labels,
            Negated(rand_like(leaf.detach())))).ParamName);
        Check.Close(plain.call(logits.resolve_neg(), labels),
            tensor(Check.OnRoad(operations, () => plain.Backward(complex(zeros_like(leaf), -leaf).conj().imag, labels)),
            dtype: ScalarType.Float64), 1e-13, "direct");
    }

    // The imaginary part of the conjugate of i * -x: its memory holds -x.
    private static Tensor Negated(Tensor numbers) => complex(zeros_like(numbers), -numbers).conj().imag;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Values_are_where_the_logits_are(bool operations)
    {
        using var scope = NewDisposeScope();
        Device before = get_default_device();
        Tensor logits = rand(2, 3, 4, 5), labels = zeros(2, 4, 5, dtype: ScalarType.Int64), dense = rand(2, 3, 4, 5);
        try
        {
            set_default_device(META);
            foreach (nn.Module<Tensor, Tensor, Tensor> loss in (nn.Module<Tensor, Tensor, Tensor>[])[new DiceCrossEntropy(),
                new DicePerClass(), new CrossEntropyPerPixel(), new BinaryPerElement()])
            {
                foreach (Tensor target in (Tensor[])[labels, dense])
                {
                    Tensor x = logits.detach().clone().requires_grad_(), value = Check.OnRoad(operations, () => loss.call(x, target));
                    Assert.Equal(DeviceType.CPU, value.device_type);
                    value.backward([ones_like(value)]);
                    Assert.True(x.grad!.isfinite().all().item<bool>());
                }

                loss.Dispose();
            }
        }
        finally
        {
            set_default_device(before);
        }
    }

    public static TheoryData<string, string> Refused() => new()
    {
        { "sparse", "to_dense()" },
        { "quantized", "dequantize()" },
        { "complex", "Complex" },
        { "meta", "meta" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_plain_tensor_is_refused(string kind, string part)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var mapped = new Mapped();
        Tensor logits = rand(2, 3, 4, 5), labels = zeros(2, 4, 5, dtype: ScalarType.Int64), map = rand(2, 4, 5),
            gradient = empty_like(logits);
        Tensor Odd(Tensor plain) => kind switch
        {
            "sparse" => plain.to_sparse(),
            "quantized" => quantize_per_tensor(plain.to_type(ScalarType.Float32), 0.1, 0, ScalarType.QInt8),
            "complex" => plain.to_type(ScalarType.ComplexFloat32),
            _ => plain.to(META),
        };
        foreach (bool operations in (bool[])[false, true])
        {
            Check.OnRoad(operations, () =>
            {
                Fails("input", () => loss.call(Odd(logits), labels));
                Fails("target", () => loss.call(logits, Odd(labels)));
                Fails("target", () => loss.call(logits, Odd(logits)));
                Fails("weightMap", () => mapped.call(logits, labels, map, Odd(map)));
                Fails("logits", () => loss.Backward(Odd(logits), labels));
                return 0;
            });
        }

        Fails("logits", () => loss.EvaluateWithGradient(Odd(logits), labels, gradient));
        Fails("gradient", () => loss.EvaluateWithGradient(logits, labels, Odd(logits)));
        void Fails(string argument, Action call)
        {
            ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
            Assert.Equal(argument, error.ParamName);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_label_is_not_the_ignored_one_because_its_type_is_narrow(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        Tensor logits = rand(2, 4, 5, 6);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64])
        {
            Tensor labels = zeros(2, 5, 6, dtype: type);
            labels[1, 2, 3] = -1;
            var error = Check.OnRoad(operations, () => Assert.Throws<ArgumentOutOfRangeException>(() => loss.call(logits, labels)));
            Assert.Contains("is -1; with 4 classes", error.Message, StringComparison.Ordinal);
        }

        Tensor ignored = zeros(2, 5, 6, dtype: ScalarType.Byte);
        ignored[1, 2, 3] = 255;
        Check.Close(loss.call(logits, ignored.to_type(ScalarType.Int64)), Check.OnRoad(operations, () => loss.call(logits, ignored)), 1e-6,
            "byte");
    }

    [Fact]
    public void A_gradient_has_memory_of_its_own()
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        Tensor memory = rand(2 * 3 * 20 * 3), logits = rand(2, 3, 4, 5), labels = zeros(2, 4, 5, dtype: ScalarType.Int64),
            map = rand(2, 4, 5);
        Tensor gradient = memory.narrow(0, 0, 120).reshape(2, 3, 4, 5), within = memory.narrow(0, 60, 40).reshape(2, 4, 5),
            behind = memory.narrow(0, 120, 40).reshape(2, 4, 5);
        Fails("gradient and mask share memory", () => loss.EvaluateWithGradient(logits, labels, within, map, gradient));
        Fails("gradient and weightMap share memory", () => loss.EvaluateWithGradient(logits, labels, map, within, gradient));
        Fails("gradient and target share memory", () => loss.EvaluateWithGradient(logits, gradient, map, map, gradient));
        Fails("gradient and logits share memory", () => loss.EvaluateWithGradient(gradient, labels, map, map, gradient));
        Assert.True(double.IsFinite(loss.EvaluateWithGradient(logits, labels, behind, map, gradient)));

        static void Fails(string part, Func<double> call)
        {
            var error = Assert.Throws<ArgumentException>(() => { call(); });
            Assert.Equal("gradient", error.ParamName);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }
}
