using LossGen.Benchmarks.Eager;
using LossGen.Torch.Tests.Support;
using Timed = LossGen.Benchmarks.Losses;

namespace LossGen.Torch.Tests;

/// <summary>
/// Single precision rounds: how far a gradient is from that of double precision, beside how far the same loss is whose gradient torch
/// computes from tensor operations.
/// </summary>
public class GradientErrorTests
{
    private const double MostOfTorch = 2;

    // The largest error of one batch is a matter of chance.
    private const int Batches = 5;

    // Half a unit in the last place of the largest entry.
    private const double Rounding = 6e-8;

    public static TheoryData<string, long[]> Cases
    {
        get
        {
            var cases = new TheoryData<string, long[]>();
            foreach (string loss in (string[])["Dice+CE", "Dice+Focal", "CE", "F-beta", "Tversky", "Tversky+Focal+formula"])
            {
                foreach (long[] shape in (long[][])[[2, 2, 64, 64], [2, 4, 64, 64], [2, 8, 64, 64], [2, 19, 64, 64], [2, 64, 32, 32],
                    [2, 150, 32, 32], [1, 1000, 16, 16]])
                    cases.Add(loss, shape);
            }

            cases.Add("CE", [1024, 1000]);
            cases.Add("CE", [64, 1000]);
            cases.Add("CE", [64, 32000]);
            cases.Add("BCE", [4, 1, 64, 64]);
            cases.Add("BCE+Dice", [4, 1, 64, 64]);
            cases.Add("BCE+Dice", [2, 8, 64, 64]);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void At_most_twice_that_of_torch(string name, long[] shape)
    {
        (ILoss loss, Func<Tensor, Tensor, Tensor> port) = name switch
        {
            "Dice+CE" => ((ILoss)new Timed.DiceCrossEntropy(), (Func<Tensor, Tensor, Tensor>)Ports.DiceCrossEntropy),
            "Dice+Focal" => (new Timed.DiceFocal(), Ports.DiceFocal),
            "CE" => (new Timed.PlainCrossEntropy(), Ports.CrossEntropy),
            "F-beta" => (new Timed.FBetaLoss(), Ports.FBeta),
            "Tversky" => (new Timed.TverskyLoss(), Ports.Tversky),
            "BCE" => (new Timed.PlainBinary(), Ports.Binary),
            "BCE+Dice" => (new Timed.BinaryDice(), Ports.BinaryDice),
            _ => (new Timed.Composite(), Ports.Composite),
        };
        var own = new List<double>();
        var theirs = new List<double>();
        for (int seed = 0; seed < Batches; seed++)
        {
            using var scope = NewDisposeScope();
            torch.random.manual_seed(seed);
            bool isSigmoid = loss.Definition.Activation == Activation.Sigmoid;
            Tensor target = isSigmoid ? randint(0, 2, shape, float32) : randint(0, shape[1], [shape[0], .. shape[2..]], int64);
            long[] classesSecond = [0, shape.Length - 1, .. Enumerable.Range(1, shape.Length - 2).Select(axis => (long)axis)];
            Tensor oneHot = isSigmoid ? target : nn.functional.one_hot(target, shape[1]).permute(classesSecond).to(float32);
            Tensor logits = (2 * randn(shape, float32) + 3 * oneHot - (isSigmoid ? 1.5 : 0)).contiguous();
            Tensor exactTarget = isSigmoid ? target.to(float64) : target, exact = Check.Run(x => port(x, exactTarget), logits.to(float64))
                .Gradient;
            theirs.Add(Error(Check.Run(x => port(x, target), logits).Gradient, exact));
            var extents = new LossShape((int)shape[0], (int)shape[1], (int)(logits.numel() / (shape[0] * shape[1])));
            var gradient = new float[logits.numel()];
            float[] numbers = logits.data<float>().ToArray();
            if (isSigmoid)
                loss.EvaluateWithGradient(numbers, target.data<float>().ToArray(), extents, gradient);
            else
                loss.EvaluateWithGradient(numbers, target.data<long>().ToArray(), extents, gradient);
            own.Add(Error(tensor(gradient).reshape(shape), exact));
        }

        Assert.True(own.Average() <= (MostOfTorch * theirs.Average()) + Rounding,
            $"{own.Average():E2} of the largest entry, torch {theirs.Average():E2}");
    }

    private static double Error(Tensor gradient, Tensor exact) =>
        ((gradient.to(float64) - exact).abs().max() / exact.abs().max()).item<double>();
}
