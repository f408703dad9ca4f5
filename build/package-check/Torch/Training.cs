using App;
using TorchSharp;
using static TorchSharp.torch;

namespace Training;

public static class Training
{
    public static Loss<Tensor, Tensor, Tensor>[] Losses() => [new DiceCrossEntropy(), new FBetaFocal(), new LogCoshDice(), new Mine()];

    public static double Step(Tensor logits, Tensor target)
    {
        using var loss = new DiceCrossEntropy();
        using Tensor value = loss.forward(logits, target);
        value.backward();
        return value.ToDouble();
    }
}
