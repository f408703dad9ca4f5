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
        { "softmax of one", "input", "a softmax over one class is always 1" },
        { "mask of 255", "target", "is 255; DiceCrossEntropy takes the target for a probability, from 0 to 1" },
        { "mask of 255, half", "target", "is 255; DiceCrossEntropy takes the target for a probability" },
        { "boxes of six", "input", "takes 4 channels, each by its number, and would leave 2 out" },
        { "one-hot integers", "target",
            "a one-hot target is of a floating type or Bool: convert it with target.to_type(ScalarType.Float32)" },
        { "one-hot for index", "target", "target.argmax(1)" },
        { "one-hot for dense", "target", "to_type(ScalarType.Float32)" },
        { "no channel", "input", "pass input.unsqueeze(1)" },
        { "no channel, bool", "input", "declare Classes = 16" },
        { "target complex", "target", "ComplexFloat32" },
        { "target size", "target", "(5, 6) and the target (5, 7); they must be the same, or FBetaFocal declares Resize = Resize.LinearUnaligned" },
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
        using var softmax = new DiceCrossEntropy();
        using var boxes = new Losses.Terms.Boxes();
        using var sigmoid = new LogCoshDice();
        Action call = what switch
        {
            "logits integer" => () => loss.call(Labels, Labels),
            "logits vector" => () => loss.call(rand(4), Labels),
            "logits empty" => () => loss.call(rand(0, 4, 5, 6), zeros(0, 5, 6, dtype: ScalarType.Int64)),
            "classes" => () => loss.call(rand(2, 3, 5, 6), Labels),
            "softmax of one" => () => softmax.call(rand(2, 1, 5, 6), Labels),
            "mask of 255" => () => softmax.call(Logits, full(2, 4, 5, 6, 254f) + 1),
            "mask of 255, half" => () => softmax.call(Logits.to_type(ScalarType.Float16), full(2, 4, 5, 6, 254f).to_type(ScalarType.Float16)
                + 1),
            "boxes of six" => () => boxes.call(rand(3, 6), rand(3, 6)),
            "one-hot integers" => () => loss.call(Logits, ones(2, 4, 5, 6, dtype: ScalarType.Int64)),
            "one-hot for index" => () => index.call(Logits, ones(2, 4, 5, 6, dtype: ScalarType.Int64)),
            "one-hot for dense" => () => dense.call(Logits, ones(2, 4, 5, 6, dtype: ScalarType.Int64)),
            "no channel" => () => sigmoid.call(rand(2, 16, 16), rand(2, 16, 16)),
            "no channel, bool" => () => sigmoid.call(rand(2, 16, 16), rand(2, 16, 16) > 0.5),
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

    public static TheoryData<bool, string> Changes()
    {
        var data = new TheoryData<bool, string>();
        foreach (bool operations in (bool[])[false, true])
        {
            foreach (string what in (string[])["logits", "labels", "dense", "map"])
                data.Add(operations, what);
        }

        return data;
    }

    /// <summary>
    /// What the gradient needs was changed in place: the exception says so, nothing goes to the console, no gradient arrives, and the next
    /// call is as ever.
    /// </summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_in_place_before_backward_is_named(bool operations, string what)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        using var mapped = new Mapped();
        Tensor x = rand(2, 3, 4).requires_grad_(), map = rand(2, 4);
        Tensor target = what == "dense" ? rand(2, 3, 4) : zeros(2, 4, dtype: ScalarType.Int64);
        TextWriter console = Console.Error;
        using var written = new StringWriter();
        Console.SetError(written);
        try
        {
            Tensor logits = x * 2;
            Tensor value = Check.OnRoad(operations, () => what == "map" ? mapped.call(logits, target, map, ones(2, 4))
                : loss.call(logits, target));
            using (no_grad())
                (what switch { "logits" => logits, "map" => map, _ => target }).add_(1);
            var error = Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => value.backward());
            Assert.Contains($"{(what == "map" ? "Mapped" : "DiceCrossEntropy")}: the logits, the target or a map were changed in place",
                error.Message, StringComparison.Ordinal);
            Assert.Contains("logits.clone()", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Console.SetError(console);
        }

        Assert.Equal("", written.ToString());
        Assert.Null(x.grad);
        Check.OnRoad(operations, () => loss.call(x * 2, zeros(2, 4, dtype: ScalarType.Int64))).backward();
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
