using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

[Loss(Activation.Sigmoid)]
[Dice(Smooth = 1)]
[SoftClDice(Iterations = 3)]
public sealed partial class CentreLines;

[Loss(Activation.None, Target = TargetKind.Dense)]
[Ssim(Size = 5)]
[ImageGradient(Weight = 0.3, Exponent = 2)]
public sealed partial class Restored;

[Loss(Activation.None, Target = TargetKind.Dense, Dimensions = 3)]
[LocalNormalizedCrossCorrelation]
[BendingEnergy(Weight = 0.1)]
public sealed partial class Registered;

[Loss(Activation.None, Target = TargetKind.Dense)]
[MsSsim(Scales = 3, Sigma = 0.75, Alpha = 0.4, Range = 2)]
public sealed partial class RestoredAtScales;

[Loss(Activation.Sigmoid, PerImage = true, IgnoreIndex = 255)]
[HausdorffErosion(Iterations = 4, Alpha = 1.5)]
public sealed partial class WorstErrors;

/// <summary>Losses that look at neighbouring pixels, on tensors.</summary>
public class NeighbourTests
{
    /// <summary>A user's clDice in torch's operations, as MONAI writes it.</summary>
    [Fact]
    public void Centre_line_dice_is_that_of_torch_operations()
    {
        using var scope = NewDisposeScope();
        using var loss = new CentreLines();
        Tensor logits = randn([2, 1, 19, 23], ScalarType.Float64, generator: new Generator(3)),
            target = rand([2, 1, 19, 23], ScalarType.Float64, generator: new Generator(4)).gt(0.6).to_type(ScalarType.Float64);
        (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, target), logits);
        (Tensor other, Tensor found) = Check.OnRoad(true, () => Check.Run(x => loss.call(x, target), logits));
        (Tensor expected, Tensor wanted) = Check.Run(
            x =>
            {
                Tensor p = x.sigmoid(), mine = Skeleton(p, 3), own = Skeleton(target, 3);
                Tensor precision = ((mine * target).sum() + 1) / (mine.sum() + 1), sensitivity = ((own * p).sum() + 1) / (own.sum() + 1);
                Tensor overlap = (p * target).sum();
                return 1 - (((2 * overlap) + 1) / (p.sum() + target.sum() + 1)) + 1
                    - (2 * precision * sensitivity / (precision + sensitivity));
            },
            logits);
        Check.Close(expected, value, 1e-10, "value");
        Check.Close(expected, other, 1e-10, "value by operations");
        Check.Close(wanted, gradient, 1e-10, "gradient");
        Check.Close(wanted, found, 1e-10, "gradient by operations");
    }

    /// <summary>The maps that the value leaves for its gradient are those of its call, whatever ran since, and outlive a first gradient.</summary>
    [Fact]
    public void Each_gradient_reads_what_its_own_value_left()
    {
        using var scope = NewDisposeScope();
        Same(new CentreLines(), 2, 1, 19, 23);
        Same(new Restored(), 2, 2, 19, 23);
        Same(new RestoredAtScales(), 2, 1, 40, 44);
        Same(new Registered(), 1, 1, 11, 12, 13);
        Same(new WorstErrors(), 3, 1, 17, 21);

        static void Same<TLoss>(TLoss loss, params long[] shape)
            where TLoss : nn.Module<Tensor, Tensor, Tensor>, ILoss
        {
            using TLoss owned = loss;
            Tensor target = rand(shape, ScalarType.Float64, generator: new Generator(6)).round();
            Tensor[] logits = [.. new[] { 7, 8 }.Select(seed => randn(shape, ScalarType.Float64, generator: new Generator((ulong)seed))
                .requires_grad_())];
            Tensor[] values = [.. logits.Select(x => loss.call(x, target))];
            Tensor[] first = [.. values.Select((value, k) => autograd.grad([value], [logits[k]], retain_graph: true)[0])];
            Tensor[] second = [.. values.Select((value, k) => autograd.grad([value], [logits[k]])[0])];
            for (int k = 0; k < logits.Length; k++)
            {
                Assert.True(first[k].equal(second[k]).all().item<bool>(), $"{loss.GetName()}, the second gradient");
                double[] alone = new double[logits[k].numel()];
                int[] extents = [.. shape.Select(extent => (int)extent)];
                LossShape batch = extents.Length == 5 ? new(extents[0], extents[1], extents[2], extents[3], extents[4])
                    : new(extents[0], extents[1], extents[2], extents[3]);
                double value = loss.EvaluateWithGradient(
                    logits[k].detach().data<double>().ToArray(), target.data<double>().ToArray(), batch, alone);
                Assert.Equal(value, values[k].item<double>(), 1e-13);
                Check.Close(tensor(alone).reshape(shape), first[k], 1e-13, loss.GetName());
            }
        }
    }

    /// <summary>SSIM at three scales with its difference, in torch's operations: each channel has all of them.</summary>
    [Fact]
    public void Similarity_at_scales_is_that_of_torch_operations()
    {
        using var scope = NewDisposeScope();
        using var loss = new RestoredAtScales();
        Tensor x = randn([2, 3, 11, 14], ScalarType.Float64, generator: new Generator(11)),
            y = x + (0.5 * randn([2, 3, 11, 14], ScalarType.Float64, generator: new Generator(12)));
        const double c1 = 0.02 * 0.02, c2 = 0.06 * 0.06;
        IsThatOfOperations(loss, x, y, 1e-10, p =>
        {
            Tensor similarity = 1, luminance = 1, difference = 0;
            foreach ((int size, double sigma) in ((int, double)[])[(3, 0.75), (5, 1.5), (9, 3)])
            {
                Tensor offsets = arange(size, ScalarType.Float64) - (size / 2), weights = (-offsets * offsets / (2 * sigma * sigma)).exp();
                weights /= weights.sum();
                Tensor window = (weights.unsqueeze(1) * weights).expand(3, 1, size, size);
                Tensor Blur(Tensor v) => nn.functional.conv2d(nn.functional.pad(v, [size / 2, size / 2, size / 2, size / 2],
                    PaddingModes.Reflect), window, groups: 3);
                Tensor mx = Blur(p), my = Blur(y), vx = Blur(p * p) - (mx * mx), vy = Blur(y * y) - (my * my),
                    vxy = Blur(p * y) - (mx * my);
                similarity = similarity * ((2 * vxy) + c2) / (vx + vy + c2);
                luminance = ((2 * mx * my) + c1) / ((mx * mx) + (my * my) + c1);
                difference = Blur((p - y).abs()) / 2;
            }

            return ((0.4 * (1 - (luminance * similarity))) + (0.6 * difference)).mean();
        });
    }

    /// <summary>
    /// Erosions of the error, in torch's operations: ignored pixels have none, nor take part in what an image's largest is.
    /// </summary>
    [Fact]
    public void Erosions_of_the_error_are_those_of_torch_operations()
    {
        using var scope = NewDisposeScope();
        using var loss = new WorstErrors();
        Tensor target = zeros(3, 15, 17, ScalarType.Int64);
        target[0, 2..14, 3..15] = 1;
        target[1, 5..9, 5..9] = 1;
        target[0, 6, 5..12] = 255;
        target[2, 0..3] = 255;
        Tensor logits = randn([3, 1, 15, 17], ScalarType.Float64, generator: new Generator(13)) - 3;
        logits[1] += 6;
        Tensor valid = target.ne(255).to_type(ScalarType.Float64).unsqueeze(1), y = target.eq(1).to_type(ScalarType.Float64).unsqueeze(1);
        Tensor cross = tensor(new double[] { 0, 1, 0, 1, 1, 1, 0, 1, 0 }, 1, 1, 3, 3) / 5;
        int eroded = 0;
        IsThatOfOperations(loss, logits, target, 1e-10, x =>
        {
            Tensor e = (x.sigmoid() - y).square(), sum = 0;
            for (int k = 1; k <= 4; k++)
            {
                e = nn.functional.relu(nn.functional.conv2d(e * valid, cross, padding: [1, 1]) - 0.5);
                Tensor highest = (e * valid).amax([1, 2, 3], keepdim: true),
                    lowest = minimum((e + (1 - valid)).amin([1, 2, 3], keepdim: true), highest);
                e = where(highest > lowest, (e - lowest) / where(highest > lowest, highest - lowest, 1), e);
                sum = sum + (Math.Pow(k, 1.5) * e);
                eroded += highest.gt(0).sum().item<long>() is var images and > 0 ? (int)images : 0;
            }

            return (sum * valid).sum() / valid.sum();
        });
        Assert.True(eroded >= 6, "the errors are gone after fewer erosions than the test is for");
    }

    [Theory]
    [InlineData(ScalarType.Float16, 2e-2)]
    [InlineData(ScalarType.BFloat16, 6e-2)]
    [InlineData(ScalarType.Float32, 1e-4)]
    public void Other_types_agree(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var loss = new Restored();
        Tensor x = rand([2, 3, 16, 18], ScalarType.Float64, generator: new Generator(5)), y = rand([2, 3, 16, 18], ScalarType.Float64,
            generator: new Generator(6));
        double expected = loss.call(x, y).item<double>();
        Assert.Equal(expected, loss.call(x.to_type(type), y.to_type(type)).to_type(ScalarType.Float64).item<double>(), tolerance);
        Assert.Equal(expected, Check.OnRoad(true, () => loss.call(x.to_type(type),
            y.to_type(type)).to_type(ScalarType.Float64).item<double>()), tolerance);
    }

    /// <summary>The derivative of the gradient's square, by autograd through the operations, against a difference quotient.</summary>
    [Fact]
    public void A_gradient_penalty_has_a_gradient()
    {
        using var scope = NewDisposeScope();
        using var loss = new Registered();
        Tensor x = randn([1, 3, 5, 6, 7], ScalarType.Float64, generator: new Generator(8)), y = randn([1, 3, 5, 6, 7], ScalarType.Float64,
            generator: new Generator(9));
        GradientOfPenalty(loss, x, y);
    }

    /// <summary>The same where a class is ignored at a pixel and all its neighbours, and another is not.</summary>
    [Fact]
    public void A_gradient_penalty_has_a_gradient_beside_ignored_pixels()
    {
        using var scope = NewDisposeScope();
        using var loss = new PowersOfPools();
        Tensor x = randn([1, 2, 4, 6], ScalarType.Float64, generator: new Generator(8)), y = rand([1, 2, 4, 6], ScalarType.Float64,
            generator: new Generator(9));
        y[.., ..1, .., ..3] = 255;
        Assert.Equal(0, GradientOfPenalty(loss, x, y)[.., ..1, .., ..3].abs().max().item<double>());
    }

    // Of the square of the gradient; along a direction it is the difference quotient.
    private static Tensor GradientOfPenalty(nn.Module<Tensor, Tensor, Tensor> loss, Tensor x, Tensor y)
    {
        Tensor direction = randn(x.shape, ScalarType.Float64, generator: new Generator(10)), own = x.clone().requires_grad_();
        Penalty(own).backward();
        const double h = 1e-5;
        double slope = (Penalty(x + (h * direction)) - Penalty(x - (h * direction))).item<double>() / (2 * h);
        Assert.Equal(slope, (own.grad! * direction).sum().item<double>(), 1e-5 * Math.Max(1, Math.Abs(slope)));
        return own.grad!;

        Tensor Penalty(Tensor at)
        {
            Tensor leaf = at.requires_grad ? at : at.detach().requires_grad_();
            return autograd.grad([loss.call(leaf, y)], [leaf], create_graph: true, retain_graph: true)[0].square().sum();
        }
    }

    [Fact]
    public void Tensors_of_other_axes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var loss = new Registered();
        string message = Assert.Throws<ArgumentException>(() => loss.call(zeros(1, 3, 6, 7), zeros(1, 3, 6, 7))).Message;
        Assert.Contains("input has 2 axes of an image ((1, 3, 6, 7)); Registered looks at neighbouring pixels along 3 axes", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_leave_no_tensors()
    {
        using var scope = NewDisposeScope();
        using var loss = new CentreLines();
        Tensor logits = randn(1, 1, 12, 12), target = rand(1, 1, 12, 12).gt(0.5).to_type(ScalarType.Float32);
        foreach (bool operations in (bool[])[false, true])
        {
            Step();
            long before = MemoryTests.Count();
            for (int k = 0; k < 5; k++)
                Step();
            Assert.Equal(before, MemoryTests.Count());

            void Step()
            {
                using var inner = NewDisposeScope();
                Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), logits));
            }
        }
    }

    private static void IsThatOfOperations(nn.Module<Tensor, Tensor, Tensor> loss, Tensor logits, Tensor target, double tolerance,
        Func<Tensor, Tensor> port)
    {
        (Tensor expected, Tensor wanted) = Check.Run(port, logits);
        Assert.True(wanted.abs().max().item<double>() > 1e-6);
        foreach (bool operations in (bool[])[false, true])
        {
            (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, target), logits));
            Check.Close(expected, value, tolerance, operations ? "value by operations" : "value");
            Check.Close(wanted, gradient, tolerance, operations ? "gradient by operations" : "gradient");
        }
    }

    private static Tensor Skeleton(Tensor image, int iterations)
    {
        Tensor skeleton = nn.functional.relu(image - Open(image));
        for (int k = 0; k < iterations; k++)
        {
            image = Erode(image);
            Tensor ridge = nn.functional.relu(image - Open(image));
            skeleton += nn.functional.relu(ridge - (skeleton * ridge));
        }

        return skeleton;
    }

    private static Tensor Erode(Tensor image) => minimum(-Pool(-image, 3, 1), -Pool(-image, 1, 3));

    private static Tensor Open(Tensor image) => Pool(Erode(image), 3, 3);

    private static Tensor Pool(Tensor image, long rows, long columns) => nn.functional.max_pool2d(image, [rows, columns], [1, 1],
        [rows / 2, columns / 2]);
}
