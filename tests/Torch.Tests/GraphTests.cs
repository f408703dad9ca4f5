using System.Runtime.InteropServices;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests;

/// <summary>
/// A loss's value in the graph of autograd: changed in place, gone back through once or more often, with targets of any origin, as torch's
/// own losses allow.
/// </summary>
public class GraphTests
{
    private static readonly Func<nn.Module<Tensor, Tensor, Tensor>>[] Losses =
        [() => new DiceCrossEntropy(), () => new DicePerImageAndClass(), () => new DicePerClass(), () => new CrossEntropyPerPixel(), () => new DiceCrossEntropyPerElement(),
            () => new DiceFocalBrier()];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_value_may_be_changed_in_place(bool operations, bool function)
    {
        foreach (Func<nn.Module<Tensor, Tensor, Tensor>> create in Losses)
        {
            foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16])
            {
                using var scope = NewDisposeScope();
                using nn.Module<Tensor, Tensor, Tensor> loss = create();
                Example example = Example.WithLabels([2, 3, 6, 4], null, 4);
                Tensor logits = example.Logits.to_type(type);
                (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target), logits);
                (Tensor quarter, Tensor quarterGradient) = Check.OnRoad(operations, function,
                    () => Check.Run(x => loss.call(x, example.Target).div_(4), logits));
                double tolerance = type is ScalarType.Float32 ? 1e-5 : type is ScalarType.Float64 ? 1e-12 : 2e-2;
                Check.Close(value / 4, quarter, tolerance, loss.GetName());
                Check.Close(gradient / 4, quarterGradient, tolerance, loss.GetName());
                Check.OnRoad(operations, function, () =>
                {
                    using (no_grad())
                        Check.Close(value / 4, loss.call(logits, example.Target).div_(4), tolerance, loss.GetName());
                    return 0;
                });
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_second_backward_needs_a_retained_graph(bool operations, bool function)
    {
        foreach (Func<nn.Module<Tensor, Tensor, Tensor>> create in Losses)
        {
            using var scope = NewDisposeScope();
            using nn.Module<Tensor, Tensor, Tensor> loss = create();
            Example example = Example.WithLabels([2, 3, 6, 4], null, 4);
            Tensor once = Check.Run(x => loss.call(x, example.Target), example.Logits).Gradient,
                x = example.Logits.detach().clone().requires_grad_();
            Tensor value = Check.OnRoad(operations, function, () => loss.call(x, example.Target)), arrives = ones_like(value);
            value.backward([arrives], retain_graph: true);
            Check.Close(once, x.grad!, 1e-12, "first");
            value.backward([arrives], retain_graph: true);
            Check.Close(2 * once, x.grad!, 1e-12, "second");
            value.backward([arrives]);
            Check.Close(3 * once, x.grad!, 1e-12, "third");
            var error = Assert.Throws<ExternalException>(() => value.backward([arrives]));
            Assert.Contains("backward through the graph a second time", error.Message, StringComparison.Ordinal);
            Check.Close(3 * once, x.grad!, 1e-12, "after the error");
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void What_was_saved_goes_with_the_backward_pass(bool operations, bool function)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        var freed = 0;
        Tensor x = randn(1, 3, 8, 8).requires_grad_();
        Tensor value = Check.OnRoad(operations, function, () =>
        {
            using var inner = NewDisposeScope();
            Tensor logits = x * 2, target = Lent(() => freed++);
            return loss.call(logits, target).MoveToOuterDisposeScope();
        });
        Assert.Equal(0, freed);
        value.backward([ones_like(value)], retain_graph: true);
        Assert.Equal(0, freed);
        value.backward();
        Assert.Equal(1, freed);

        // And with the graph, where there was no backward pass.
        Check.OnRoad(operations, function, () =>
        {
            using Tensor logits = x * 2, target = Lent(() => freed++);
            loss.call(logits, target).Dispose();
            return 0;
        });
        Assert.Equal(2, freed);

        // Labels on memory of the test's, which tells when nobody holds them.
        static Tensor Lent(Action whenFree)
        {
            nint memory = Marshal.AllocHGlobal(64 * sizeof(long));
            for (int k = 0; k < 64; k++)
                Marshal.WriteInt64(memory, k * sizeof(long), k % 3);
            Generated.TensorMemory.ReturnMemory free = address =>
            {
                Marshal.FreeHGlobal(address);
                whenFree();
            };
            s_kept.Add(free);
            return Generated.TensorMemory.Wrap(memory, free, [1, 8, 8], ScalarType.Int64);
        }
    }

    private static readonly List<Generated.TensorMemory.ReturnMemory> s_kept = [];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Targets_and_maps_may_come_from_inference_mode(bool operations, bool function)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        foreach (bool dense in (bool[])[false, true])
        {
            Example example = dense ? Example.Dense([2, 3, 6, 5], null, 3) : Example.WithLabels([2, 3, 6, 5], null, 3);
            Tensor mask = rand(2, 6, 5, dtype: ScalarType.Float64), weights = rand(2, 6, 5, dtype: ScalarType.Float64);
            (Tensor value, Tensor gradient) = Check.Run(x => loss.call(x, example.Target, mask, weights), example.Logits);
            Tensor target, inferredMask, inferredWeights;
            using (inference_mode(true))
                (target, inferredMask, inferredWeights) = (example.Target.clone(), mask.clone(), weights.clone());
            (Tensor own, Tensor ownGradient) = Check.OnRoad(operations, function,
                () => Check.Run(x => loss.call(x, target, inferredMask, inferredWeights), example.Logits));
            Check.Close(value, own, 1e-12, "value");
            Check.Close(gradient, ownGradient, 1e-12, "gradient");
        }
    }

    /// <summary>What a value sorted serves its own backward pass, as often as there is one, whatever was computed in between.</summary>
    [Theory]
    [InlineData(false, ScalarType.Float32, 6)]
    [InlineData(false, ScalarType.Float64, 6)]
    [InlineData(true, ScalarType.Float32, 6)]
    [InlineData(false, ScalarType.BFloat16, 6)]
    [InlineData(false, ScalarType.Float32, 300)]
    public void What_was_sorted_is_kept_for_the_backward_pass(bool function, ScalarType type, int edge)
    {
        using var scope = NewDisposeScope();
        using var loss = new LovaszTopK();
        Example[] examples = [.. Enumerable.Range(0, 3).Select(k => Example.WithLabels([2, 3, edge, 5 + k], null, k))];
        Tensor[] logits = [.. examples.Select(example => example.Logits.to_type(type).detach().requires_grad_())];
        Tensor[] expected = [.. logits.Select(x => empty_like(x).detach())];
        for (int k = 0; k < examples.Length; k++)
            loss.EvaluateWithGradient(logits[k].detach(), examples[k].Target, expected[k]);
        Check.OnRoad(operations: false, function, () =>
        {
            Tensor[] values = [.. logits.Select((x, k) => loss.call(x, examples[k].Target))];
            foreach (int k in (int[])[1, 0, 1, 2, 0])
            {
                logits[k].grad = null;
                values[k].backward(retain_graph: true);
                Check.Close(expected[k], logits[k].grad!, 0, $"{type}, value {k}");
            }

            return 0;
        });
    }

    /// <summary>
    /// Nodes of graphs that are gone are used again: from several threads, and where the collector takes values that nobody disposed.
    /// </summary>
    [Fact]
    public void Nodes_may_be_dropped_on_any_thread()
    {
        using var loss = new DiceCrossEntropy();
        Example[] examples = [.. Enumerable.Range(0, 4).Select(k => Example.WithLabels([1, 3, 4 + k, 5], null, 3))];
        (Tensor Value, Tensor Gradient)[] expected =
            [.. examples.Select(example => Check.Run(x => loss.call(x, example.Target), example.Logits))];
        Parallel.For(0, examples.Length, new ParallelOptions { MaxDegreeOfParallelism = examples.Length }, k =>
        {
            var kept = new Queue<Tensor>();
            for (int step = 0; step < 400; step++)
            {
                using var scope = NewDisposeScope();
                Tensor x = examples[k].Logits.detach().clone().requires_grad_(), value = loss.call(x, examples[k].Target)
                    .DetachFromDisposeScope();
                if (step % 3 != 2)
                    value.backward();
                if (step % 3 == 0)
                    Check.Close(expected[k].Gradient, x.grad!, 0, $"step {step}");
                Check.Close(expected[k].Value, value, 0, $"step {step}");
                kept.Enqueue(value);
                if (kept.Count > 20 && kept.Dequeue() is var oldest && step % 2 == 0)
                    oldest.Dispose();
                if (step % 100 == 0)
                    GC.Collect();
            }
        });
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void The_value_in_the_graph_has_the_bits_of_the_value_alone(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        for (int seed = 0; seed < 20; seed++)
        {
            Example example = Example.WithLabels([1, 3, 5, 7], null, seed);
            Tensor logits = example.Logits.to_type(type), alone = loss.call(logits, example.Target),
                recorded = loss.call(logits.detach().clone().requires_grad_(), example.Target);
            Assert.True(alone.eq(recorded).item<bool>());
        }
    }
}
