using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Robustness;

/// <summary>A formula's names for its results stay in the code; none may meet a local of the method that it comes to stand in.</summary>
public class LocalNamesTests
{
    public static TheoryData<string> Names => [.. new[]
    {
        "classes", "pixels", "logits", "logitStride", "target", "targetStride", "inputStride", "labels", "scratch", "width", "constants",
            "constants1", "validity", "gradient", "gradientStride", "isStreamed",
        "first", "end", "tile", "batch", "stage", "scalars", "label", "self", "upstream", "normaliserRow", "probability", "exponential",
            "sumLabelled", "productSum",
    }];

    [Theory]
    [MemberData(nameof(Names))]
    public void AClasssConstantMayHaveTheNameOfALocal(string name)
    {
        GeneratorRun run = GeneratorDriverHelper.Run($$"""
            [Loss(Activation.Softmax, Reduction = Reduction.None)]
            public sealed partial class Named
            {
                private static Value Formula(Prediction x, Target y)
                {
                    Value {{name}} = Sum(y) / (Sum(x.Probability) + 1);
                    return {{name}} * x.Probability + y;
                }
            }
            """);
        run.AssertClean();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AResultMayHaveTheNameOfALocal(string name)
    {
        // As a class's constant of the gradient, as a sum, and as an input of one's own.
        GeneratorRun run = GeneratorDriverHelper.Run($$"""
            [Loss(Activation.Softmax)]
            [CrossEntropy]
            public sealed partial class Named
            {
                private static Value Formula(Prediction x, Target y)
                {
                    Value {{name}} = Sum(x.Probability * y) / (Sum(x.Probability) + Sum(y) + 1);
                    return MeanOverClasses({{name}} * {{name}} + Log({{name}} + 2));
                }
            }
            """);
        run.AssertClean();
    }
}
