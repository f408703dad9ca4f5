using LossGen.Differential.Checks;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>Classes that an image does not have, left out of the mean over all pairs or of the mean of their image.</summary>
public sealed class EmptyClassTests
{
    // Three images of two classes and one pixel: both classes, the first, none.
    private static readonly Batch Batch = StatedCase.Dense(3, 2, [0.5, 0.25, 0.75, 0.5, 0.125, 0.5], 1, 1, 1, 0, 0, 0);

    // 1 - 2 * p / (p + 1), and its derivative -2 / (p + 1)^2.
    private static readonly double[] Losses = [1 - (1 / 1.5), 1 - (0.5 / 1.25), 1 - (1.5 / 1.75)],
        Slopes = [-2 / (1.5 * 1.5), -2 / (1.25 * 1.25), -2 / (1.75 * 1.75)];

    private static readonly StatedCase[] Cases =
    [
        new("Skip per image", Declare("PerImage = true", "Skip"), Batch, [Losses.Sum() / 3], [Slopes[0] / 3, Slopes[1] / 3, Slopes[2] / 3,
            0, 0, 0]),
        new("SkipPerImage per image", Declare("PerImage = true", "SkipPerImage"), Batch, [(((Losses[0] + Losses[1]) / 2) + Losses[2]) / 2],
            [Slopes[0] / 4, Slopes[1] / 4, Slopes[2] / 2, 0, 0, 0]),
        new("SkipPerImage over the batch is Skip", Declare("PerImage = false, IgnoreIndex = 9", "SkipPerImage"),
            StatedCase.Dense(1, 2, [0.5, 0.25], 1, 0), [Losses[0]], [Slopes[0], 0]),
        new("SkipPerImage where no image has any class", Declare("PerImage = true", "SkipPerImage"),
            StatedCase.Dense(2, 2, [0.5, 0.25, 0.75, 0.5], 0, 0, 0, 0), [0], [0, 0, 0, 0]),
        new("SkipPerImage with normalised weights",
            Declare("PerImage = true", "SkipPerImage, ClassWeights = new[] { 3.0, 1 }, NormalizeClassWeights = true"), Batch,
            [(((0.75 * Losses[0]) + (0.25 * Losses[1])) + Losses[2]) / 2], [0.75 * Slopes[0] / 2, 0.25 * Slopes[1] / 2, Slopes[2] / 2, 0, 0, 0]),
        new("SkipPerImage of an ignored image", Declare("PerImage = true, IgnoreIndex = 9", "SkipPerImage"),
            StatedCase.Dense(2, 2, [0.5, 0.25, 0.75, 0.5], 1, 1, 9, 9),
            [(Losses[0] + Losses[1]) / 2], [Slopes[0] / 2, Slopes[1] / 2, 0, 0]),
    ];

    private static readonly Lazy<DeclarationCompiler> Compiler = new(() => SharedEngine.Compile(Cases.Select(c => c.Declaration)));

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AreLeftOutAsStated(string name) => Cases.First(c => c.Name == name).Check(Compiler.Value);

    private static string Declare(string options, string empty) => $"""
        [Loss(Activation.None, {options}, Target = TargetKind.Dense)]
        [Dice(Smooth = 0, EmptyClasses = EmptyClasses.{empty})]
        public sealed partial class Declared;
        """;
}
