using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Wrong input: one exception that names the argument, what it has and what is needed.</summary>
public class ErrorTests
{
    private static readonly Tensor Logits = rand(2, 4, 5, 6).DetachFromDisposeScope();

    private static Tensor Labels => zeros(2, 5, 6, dtype: ScalarType.Int64);

    public static TheoryData<string, string, string> Cases() => new()
    {
        { "logits integer", "input", "Int64" },
        { "logits vector", "input", "(N, C, spatial...)" },
        { "logits empty", "input", "at least 1" },
        { "classes", "input", "Classes = 4" },
        { "target bool", "target", "to_type" },
        { "target complex", "target", "ComplexFloat32" },
        { "target size", "target", "Resize = Resize.Bilinear" },
        { "target batch", "target", "(3, 5, 6)" },
        { "target channels", "target", "(N, 4, spatial...)" },
        { "target gradient", "target", "detach" },
        { "index for dense", "target", "TargetKind.Dense" },
        { "dense for index", "target", "TargetKind.Index" },
        { "device", "target", "meta device" },
        { "dropped channel", "target", "4 classes and the channel that is dropped" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Argument_found_and_needed_are_named(string what, string argument, string part)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        using var dense = new SeedFBeta();
        using var index = new IndexOnly();
        Action call = what switch
        {
            "logits integer" => () => loss.call(Labels, Labels),
            "logits vector" => () => loss.call(rand(4), Labels),
            "logits empty" => () => loss.call(rand(0, 4, 5, 6), zeros(0, 5, 6, dtype: ScalarType.Int64)),
            "classes" => () => loss.call(rand(2, 3, 5, 6), Labels),
            "target bool" => () => loss.call(Logits, Labels.to_type(ScalarType.Bool)),
            "target complex" => () => loss.call(Logits, Labels.to_type(ScalarType.ComplexFloat32)),
            "target size" => () => loss.call(Logits, zeros(2, 5, 7, dtype: ScalarType.Int64)),
            "target batch" => () => loss.call(Logits, zeros(3, 5, 6, dtype: ScalarType.Int64)),
            "target channels" => () => loss.call(Logits, rand(2, 3, 5, 6)),
            "target gradient" => () => loss.call(Logits, rand(2, 4, 5, 6).requires_grad_()),
            "index for dense" => () => dense.call(Logits, Labels),
            "dense for index" => () => index.call(Logits, rand(2, 4, 5, 6)),
            "device" => () => loss.call(Logits, empty(2, 5, 6, dtype: ScalarType.Int64, device: META)),
            _ => () => dense.call(Logits, rand(2, 5, 6, 4)),
        };
        foreach (bool operations in (bool[])[false, true])
        {
            ArgumentException error = Check.OnRoad(operations, () => Assert.ThrowsAny<ArgumentException>(call));
            Assert.Equal(argument, error.ParamName);
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Labels_out_of_range_are_named(bool operations)
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal();
        foreach (int bad in (int[])[-1, 4, 254])
        {
            Tensor labels = Labels;
            labels[1, 2, 3] = bad;
            var error = Check.OnRoad(operations, () => Assert.Throws<ArgumentOutOfRangeException>(() => loss.call(Logits, labels)));
            Assert.Contains($"is {bad}; with 4 classes it must be from 0 to 3 or 255 (ignored)", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Null_is_named(bool operations)
    {
        using var loss = new FBetaFocal();
        Check.OnRoad(operations, () =>
        {
            Assert.Equal("input", Assert.Throws<ArgumentNullException>(() => loss.forward(null!, Labels)).ParamName);
            Assert.Equal("target", Assert.Throws<ArgumentNullException>(() => loss.forward(Logits, null!)).ParamName);
            return 0;
        });
    }

    [Fact]
    public void A_failure_in_backward_is_an_exception_there()
    {
        // What was saved is changed in place: libtorch refuses to hand it out.
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor x = rand(2, 3, 4).requires_grad_(), logits = x * 2;
        Tensor value = loss.call(logits, zeros(2, 4, dtype: ScalarType.Int64));
        using (no_grad())
            logits.add_(1);
        Assert.ThrowsAny<Exception>(value.backward);

        // And the loss still works.
        logits = x * 2;
        loss.call(logits, zeros(2, 4, dtype: ScalarType.Int64)).backward();
        Assert.True(x.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void An_error_leaves_the_callers_scope_as_it_was()
    {
        using var outer = NewDisposeScope();
        using var loss = new FBetaFocal();
        Assert.ThrowsAny<ArgumentException>(() => loss.call(Logits, zeros(2, 5, 7, dtype: ScalarType.Int64)));
        Tensor labels = full_like(Labels, 9);
        foreach (bool operations in (bool[])[false, true])
            Check.OnRoad(operations, () => Assert.ThrowsAny<ArgumentException>(() => loss.call(Logits, labels)));
        int before = outer.DisposablesCount;
        Tensor one = ones(1);
        Assert.Equal(before + 1, outer.DisposablesCount);
        Assert.True(outer.Contains(one));
    }
}
