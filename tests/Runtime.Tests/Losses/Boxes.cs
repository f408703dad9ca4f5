namespace LossGen.Runtime.Tests.Losses;

[Loss(Activation.None)]
[GeneralizedIou]
public sealed partial class Rectangles;

[Loss(Activation.None)]
[GeneralizedIou(Box = BoxKind.Cuboid)]
public sealed partial class Cuboids;

[Loss(Activation.None)]
[DistanceIou(Box = BoxKind.Cuboid)]
public sealed partial class CuboidDistances;

[Loss(Activation.None)]
[CompleteIou]
public sealed partial class CompleteRectangles;

/// <summary>Classes of which two lie five apart.</summary>
[Loss(Activation.Softmax, Convention = Convention.Monai)]
[WassersteinDice(Distances = [0, 5, 2, 5, 0, 1, 2, 1, 0])]
public sealed partial class ScaledDistances;

[Loss(Activation.Softmax, PerImage = true)]
[WassersteinDice(Distances = [0, 1, 0.4, 1, 0, 0.2, 0.4, 0.2, 0])]
public sealed partial class UnitDistances;
