using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Segmentation.Training;

/// <summary>Two convolutions, each with batch normalisation and rectifier.</summary>
internal sealed class Block : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public Block(int inputs, int outputs)
        : base(nameof(Block))
    {
        layers = Sequential(
            Conv2d(inputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(inplace: true),
            Conv2d(outputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU(inplace: true));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.call(input);
}

/// <summary>A U-Net of three levels: (N, 1, H, W) to logits (N, classes, H, W), H and W divisible by four.</summary>
internal sealed class UNet : Module<Tensor, Tensor>
{
    private readonly Block down1, down2, bottom, up2, up1;
    private readonly MaxPool2d pool = MaxPool2d(2);
    private readonly ConvTranspose2d enlarge2, enlarge1;
    private readonly Conv2d head;

    public UNet(int classes, int width)
        : base(nameof(UNet))
    {
        down1 = new(1, width);
        down2 = new(width, 2 * width);
        bottom = new(2 * width, 4 * width);
        enlarge2 = ConvTranspose2d(4 * width, 2 * width, 2, stride: 2);
        up2 = new(4 * width, 2 * width);
        enlarge1 = ConvTranspose2d(2 * width, width, 2, stride: 2);
        up1 = new(2 * width, width);
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
