using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Segmentation.Training;

/// <summary>Over what a layer's numbers are brought to mean 0 and variance 1.</summary>
internal enum Normalisation
{
    /// <summary>All images of the batch: those that one process has.</summary>
    Batch,

    /// <summary>Eight groups of channels of each image: what an image becomes does not depend on the others.</summary>
    Image,
}

/// <summary>Two convolutions, each with normalisation and rectifier.</summary>
internal sealed class Block : Module<Tensor, Tensor>
{
    private const int Groups = 8;

    private readonly Sequential layers;

    public Block(int inputs, int outputs, Normalisation normalisation)
        : base(nameof(Block))
    {
        layers = Sequential(
            Conv2d(inputs, outputs, 3, padding: 1, bias: false), Normalise(normalisation, outputs), ReLU(inplace: true),
            Conv2d(outputs, outputs, 3, padding: 1, bias: false), Normalise(normalisation, outputs), ReLU(inplace: true));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.call(input);

    private static Module<Tensor, Tensor> Normalise(Normalisation normalisation, int channels)
    {
        if (normalisation == Normalisation.Batch)
            return BatchNorm2d(channels);
        GroupNorm layer = GroupNorm(Groups, channels);
        init.ones_(layer.weight); // TorchSharp 0.107 leaves in both what the memory held
        init.zeros_(layer.bias);
        return layer;
    }
}

/// <summary>A U-Net of three levels: (N, 1, H, W) to logits (N, classes, H, W), H and W divisible by four.</summary>
internal sealed class UNet : Module<Tensor, Tensor>
{
    // A multiple of 16: with other widths torch's convolution takes in freed memory (docs/torchsharp.md).
    public const int DefaultWidth = 16;

    private readonly Block down1, down2, bottom, up2, up1;
    private readonly MaxPool2d pool = MaxPool2d(2);
    private readonly ConvTranspose2d enlarge2, enlarge1;
    private readonly Conv2d head;

    public UNet(int classes, int width, Normalisation normalisation = Normalisation.Batch)
        : base(nameof(UNet))
    {
        down1 = new(1, width, normalisation);
        down2 = new(width, 2 * width, normalisation);
        bottom = new(2 * width, 4 * width, normalisation);
        enlarge2 = ConvTranspose2d(4 * width, 2 * width, 2, stride: 2);
        up2 = new(4 * width, 2 * width, normalisation);
        enlarge1 = ConvTranspose2d(2 * width, width, 2, stride: 2);
        up1 = new(2 * width, width, normalisation);
        head = Conv2d(width, classes, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor level1 = down1.call(input);
        Tensor level2 = down2.call(pool.call(level1));
        Tensor level3 = bottom.call(pool.call(level2));
        Tensor back2 = up2.call(cat([enlarge2.call(level3), level2], 1));
        Tensor back1 = up1.call(cat([enlarge1.call(back2), level1], 1));
        return head.call(back1).MoveToOuterDisposeScope();
    }
}
