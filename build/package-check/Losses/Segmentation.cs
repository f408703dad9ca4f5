using LossGen;

namespace Losses;

[Loss(Activation.Softmax)]
[Dice]
[CrossEntropy]
public sealed partial class Segmentation;
