using LossGen.Reference;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Every catalogue term against the same loss written out in TorchSharp, in double, and against the reference.</summary>
public class CatalogueTests
{
    private static readonly long[][] Shapes = [[2, 4, 5, 7], [3, 4, 3, 4, 2], [9, 4], [1, 4, 33, 67]];

    public static TheoryData<string, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool>();
        foreach (string name in PlainLosses.All.Keys)
        {
            foreach (bool dense in (bool[])[false, true])
            {
                cases.Add(name, dense, false);
                cases.Add(name, dense, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_those_of_autograd(string name, bool dense, bool operations)
    {
        using var scope = NewDisposeScope();
        (var create, PlainLosses.Formula formula, int? ignored) = PlainLosses.All[name];
        using nn.Module<Tensor, Tensor, Tensor> loss = create();
        int classes = ((ILoss)loss).Definition.Classes;
        for (int k = 0; k < Shapes.Length; k++)
        {
            long[] shape = [.. Shapes[k]];
            shape[1] = classes > 0 ? classes : 4;
            Example example = dense ? Example.Dense(shape, ignored, k) : Example.WithLabels(shape, ignored, k);
            (Tensor value, Tensor gradient) = Check.Run(
                x => formula(x.reshape(shape[0], shape[1], -1), example), example.Logits);
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, () => Check.Run(x => loss.call(x, example.Target), example.Logits));
            Assert.Equal(ScalarType.Float64, own.dtype);
            Check.Close(value, own, 1e-11, $"value at ({string.Join(", ", shape)})");
            Check.Close(gradient, ownGradient, 1e-11, $"gradient at ({string.Join(", ", shape)})");
            Assert.Equal(Reference((ILoss)loss, example), own.item<double>(), 1e-11 * Math.Max(1, Math.Abs(own.item<double>())));
        }
    }

    private static double Reference(ILoss loss, Example example)
    {
        long[] shape = example.Logits.shape;
        int pixels = (int)(example.Logits.numel() / shape[0] / shape[1]);
        var extents = new LossShape((int)shape[0], (int)shape[1], pixels);
        double[] logits = example.Logits.reshape(-1).data<double>().ToArray();
        return example.Target.dtype == ScalarType.Int64
            ? ReferenceEvaluation.Evaluate(loss, extents, logits, example.Target.reshape(-1).data<long>().ToArray())
            : ReferenceEvaluation.Evaluate(loss, extents, logits, example.Target.reshape(-1).data<double>().ToArray());
    }
}
