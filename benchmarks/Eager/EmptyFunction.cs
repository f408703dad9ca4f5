using TorchSharp;
using static TorchSharp.torch;

namespace LossGen.Benchmarks.Eager;

/// <summary>A custom autograd function that computes nothing: what a call of any module that is one costs at least.</summary>
internal sealed class EmptyFunction : autograd.SingleTensorFunction<EmptyFunction>
{
    public override string Name => "Empty";

    public static Tensor Apply(Tensor logits, Tensor target) => apply(logits, target);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1]]);
        return tensor(0f);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor upstream) =>
        [empty_like(ctx.get_saved_variables()[0]), null!];
}
