using LossGen.Reference;
using LossGen.Torch.Tests.Losses.Terms;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>Terms of the catalogue against the reference and its difference quotients, and far from where logits usually are.</summary>
public class TermTests
{
    private static readonly Type[] Losses = [.. typeof(Boxes).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(Boxes).Namespace && type.IsAssignableTo(typeof(ILoss))).OrderBy(type => type.Name)];

    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (Type loss in Losses)
        {
            cases.Add(loss.Name, false);
            cases.Add(loss.Name, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Value_and_gradient_are_the_references(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module module = Create(name);
        var loss = (ILoss)module;
        long[] shape = Shape(name);
        foreach (Example example in Examples(loss.Definition, shape))
        {
            Tensor[] maps = Maps(loss.Definition, shape, ScalarType.Float64);
            Tensor input = Input(loss.Definition, example.Logits);
            (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => Call(module, x, example.Target, maps), input));
            (double[] expected, double[] slope) = Expected(loss, shape, input, example.Target, maps);
            Check.Close(tensor(expected).reshape(value.shape), value, 1e-11, "value");
            Check.Close(tensor(slope).reshape(shape), gradient, 1e-7, "gradient");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Far_logits_give_numbers(string name, bool operations)
    {
        using var scope = NewDisposeScope();
        using nn.Module module = Create(name);
        var loss = (ILoss)module;
        long[] shape = Shape(name);
        foreach (Example example in Examples(loss.Definition, shape))
        {
            Tensor[] maps = Maps(loss.Definition, shape, ScalarType.Float32);
            Tensor target = example.Target.dtype == ScalarType.Int64 ? example.Target : example.Target.to_type(ScalarType.Float32);
            foreach (double size in (double[])[0, 30, 100, 1000])
            {
                Tensor input = Input(loss.Definition, example.Logits.sign() * size).to_type(ScalarType.Float32);
                (Tensor value, Tensor gradient) = Check.OnRoad(operations, () => Check.Run(x => Call(module, x, target, maps), input));
                Assert.True(value.isfinite().all().item<bool>(), $"value at {size}");
                Assert.True(gradient.isfinite().all().item<bool>(), $"gradient at {size}");
            }
        }
    }

    private static nn.Module Create(string name) => (nn.Module)Activator.CreateInstance(Losses.First(loss => loss.Name == name))!;

    // A box has four channels; class weights are for three.
    private static long[] Shape(string name) => name == nameof(Boxes) ? [7, 4, 1, 2] : [2, 3, 4, 5];

    private static IEnumerable<Example> Examples(LossDefinition definition, long[] shape)
    {
        if (definition.Target != TargetKind.Dense)
            yield return Example.WithLabels(shape, definition.IgnoreIndex, 13);
        yield return Example.Dense(shape, definition.IgnoreIndex, 17);
    }

    // Logarithms of probabilities are not positive; a box ends after it begins.
    private static Tensor Input(LossDefinition definition, Tensor logits) =>
        definition.Activation == Activation.Exp ? -logits.abs()
        : definition.Name == nameof(Boxes) ? cat([logits.slice(1, 0, 2, 1), logits.slice(1, 0, 2, 1) + logits.slice(1, 2, 4, 1).abs()], 1)
        : logits;

    private static Tensor[] Maps(LossDefinition definition, long[] shape, ScalarType type)
    {
        using Generator random = new(11);
        return [.. definition.Inputs.Select(input => input.Kind == InputKind.Element
            ? rand(shape, dtype: type, generator: random) + 0.1
            : rand([shape[0], .. shape[2..]], dtype: type, generator: random).sub(0.5).sign())];
    }

    private static Tensor Call(nn.Module loss, Tensor logits, Tensor target, Tensor[] maps) => maps.Length == 0
        ? ((nn.Module<Tensor, Tensor, Tensor>)loss).call(logits, target)
        : ((nn.Module<Tensor, Tensor, Tensor, Tensor>)loss).call(logits, target, maps[0]);

    private static (double[] Value, double[] Slope) Expected(ILoss loss, long[] shape, Tensor input, Tensor target, Tensor[] maps)
    {
        var extents = new LossShape((int)shape[0], (int)shape[1], (int)(shape[2] * shape[3]));
        double[] logits = Numbers(input);
        double[][] inputs = [.. maps.Select(Numbers)];
        if (target.dtype != ScalarType.Int64)
        {
            double[] dense = Numbers(target);
            return (ReferenceEvaluation.EvaluateElements(loss, extents, logits, dense, inputs), ReferenceEvaluation.NumericalGradient(loss,
                extents, logits, dense, inputs));
        }

        long[] labels = target.reshape(-1).data<long>().ToArray();
        return (ReferenceEvaluation.EvaluateElements(loss, extents, logits, labels, inputs), ReferenceEvaluation.NumericalGradient(loss,
            extents, logits, labels, inputs));
    }

    private static double[] Numbers(Tensor tensor) => tensor.reshape(-1).data<double>().ToArray();
}
