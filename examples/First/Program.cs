using LossGen;
using TorchSharp;
using static TorchSharp.torch;

// 32 grey images of 32x32 pixels with a disc and noise, and the class of each pixel: 1 on the disc, 0 beside it.
torch.manual_seed(1);
Tensor place = arange(32, dtype: float32), middle = rand(32, 2) * 16 + 8, radius = rand(32, 1, 1) * 4 + 4;
Tensor across = place.view(1, 1, 32) - middle[TensorIndex.Colon, 0].view(32, 1, 1);
Tensor down = place.view(1, 32, 1) - middle[TensorIndex.Colon, 1].view(32, 1, 1);
Tensor labels = (across.square() + down.square() < radius.square()).to(int64);    // (32, 32, 32)
Tensor images = labels.unsqueeze(1).to(float32) + 0.5 * randn(32, 1, 32, 32);     // (32, 1, 32, 32)

using var network = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding: 1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding: 1), nn.ReLU(), nn.Conv2d(16, 2, 1));
using var optimizer = optim.Adam(network.parameters(), 0.01);
using var loss = new DiceCrossEntropy();

for (int step = 1; step <= 40; step++)
{
    using var scope = NewDisposeScope();              // frees the tensors of the step
    optimizer.zero_grad();
    Tensor logits = network.call(images);             // (32, 2, 32, 32): a number for each class and pixel
    Tensor value = loss.forward(logits, labels);
    value.backward();
    optimizer.step();
    if (step % 10 == 0)
        Console.WriteLine($"step {step}: loss {value.item<float>():F3}, right {(logits.argmax(1) == labels).to(float32).mean().item<float>():P1} of the pixels");
}

[Loss(Activation.Softmax)]
[Dice(Smooth = 1e-5)]
[CrossEntropy(Weight = 0.5)]
public sealed partial class DiceCrossEntropy;
