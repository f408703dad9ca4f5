using System.Runtime.InteropServices;
using LossGen.Generated;
using LossGen.Torch.Tests.Losses;
using LossGen.Torch.Tests.Support;

namespace LossGen.Torch.Tests.Devices;

/// <summary>The road of tensors on a GPU, with an OpenCL device in its place: kernels inside autograd give what the CPU's give.</summary>
public sealed class DeviceRoadTests : IDisposable
{
    private readonly OpenClTensors device = OpenClTensors.Missing is null ? new() : null!;

    public static TheoryData<string> Losses => [.. Named.Keys];

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor, Tensor>> Create, int? Ignored)> Named = new()
    {
        ["several sums"] = (() => new DiceCrossEntropy(), null),
        ["ignored pixels"] = (() => new CrossEntropyLoss(), -100),
        ["per image"] = (() => new SoftmaxDice(), null),
        ["sigmoid, ignored"] = (() => new SigmoidFocal(), 7),
        ["power of a sum"] = (() => new FocalTverskySmoothed(), null),
        ["skipped classes"] = (() => new Weighted(), null),
        ["unreduced, images and classes"] = (() => new DicePerImageAndClass(), null),
        ["unreduced, classes"] = (() => new DicePerClass(), null),
        ["unreduced, pixels"] = (() => new CrossEntropyPerPixel(), 255),
        ["unreduced, elements"] = (() => new BinaryPerElement(), null),
        ["sorted per image"] = (() => new LovaszTopK(), 255),
        ["unreduced, sorted"] = (() => new TopKElements(), null),
        ["steps over images"] = (() => new PowersOfPools(), 255),
        ["unreduced, sums and pixels"] = (() => new DiceCrossEntropyPerElement(), null),
    };

    public void Dispose() => device?.Dispose();

    [OpenClTheory]
    [MemberData(nameof(Losses))]
    public void Value_and_gradient_are_those_of_the_CPU(string name)
    {
        using var scope = NewDisposeScope();
        (Func<nn.Module<Tensor, Tensor, Tensor>> create, int? ignored) = Named[name];
        using nn.Module<Tensor, Tensor, Tensor> loss = create();
        (ScalarType Type, double Tolerance)[] types =
            [(ScalarType.Float64, 1e-12), (ScalarType.Float16, 4e-3), (ScalarType.BFloat16, 2e-2)];
        foreach (bool dense in (bool[])[false, true])
        {
            Example example = dense ? Example.Dense([2, 3, 9, 11], ignored, 3) : Example.WithLabels([2, 3, 9, 11], ignored, 4);
            Tensor target = dense ? example.Target.to_type(ScalarType.Float32) : example.Target;
            Compare(loss, example.Logits.to_type(ScalarType.Float32), target, 1e-5, $"{name}, dense {dense}");

            // A text is compiled for each type: all of them for one loss, one for each other.
            int own = (Named.Keys.ToList().IndexOf(name) + (dense ? 1 : 0)) % 3;
            foreach ((ScalarType type, double tolerance) in name == "several sums" ? types : [types[own]])
                Compare(loss, example.Logits.to_type(type), target, tolerance, $"{name}, {type}, dense {dense}");
        }
    }

    [OpenClTheory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void Labels_may_be_of_any_type(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 2, 6, 5], null, 1);
        Tensor logits = example.Logits.to_type(ScalarType.Float32), labels = example.Target.to_type(type);
        Compare(loss, logits, labels, 1e-5, "labels");
        Compare(loss, logits, labels.unsqueeze(1), 1e-5, "labels with an axis");
    }

    [OpenClTheory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Dense_targets_may_be_of_any_type(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var loss = new JaccardBinary();
        Example example = Example.Dense([2, 3, 6, 5], null, 1);
        Tensor logits = example.Logits.to_type(ScalarType.Float32);
        Compare(loss, logits, example.Target.round().to_type(type), 1e-5, "dense");

        // One class needs no axis.
        Compare(loss, logits.narrow(1, 0, 1).contiguous(), example.Target.select(1, 0).round().to_type(type), 1e-5, "one class");
    }

    /// <summary>Evenly spaced pixels are read where they lie; the gradient of others is right, too.</summary>
    [OpenClFact]
    public void Logits_and_targets_may_have_any_layout()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor large = randn(4, 6, 8, 10), labels = randint(0, 3, [4, 8, 10], dtype: ScalarType.Int32);
        TensorIndex all = TensorIndex.Colon, second = TensorIndex.Slice(step: 2), three = TensorIndex.Slice(1, 4),
            four = TensorIndex.Slice(2, 6);
        foreach ((Tensor logits, Tensor target) in ((Tensor, Tensor)[])
            [
                (Check.Laid(large[all, three], true), labels),
                (large[second, three], labels[second]),
                (large[all, second], labels),
                (large[all, three, second, second], labels[all, second, second]),
                (large[all, three, four, four], labels[all, four, four]),
                (large[all, three].transpose(2, 3), labels.transpose(1, 2)),
                (large[all, three, 0, 0], labels[all, 0, 0]),
            ])
        {
            Compare(loss, logits, target, 1e-5, $"({string.Join(", ", logits.shape)}), strides ({string.Join(", ", logits.stride())})");
            using Tensor dense = rand_like(logits);
            Compare(loss, logits, dense, 1e-5, "dense");
        }
    }

    [OpenClFact]
    public void Maps_and_channels_that_are_last_are_read()
    {
        using var scope = NewDisposeScope();
        using var mapped = new Mapped();
        Example example = Example.WithLabels([2, 3, 6, 5], null, 3);
        Tensor logits = example.Logits.to_type(ScalarType.Float32), mask = rand(2, 6, 5),
            weights = rand(2, 6, 5, dtype: ScalarType.Float64);
        (Tensor value, Tensor gradient) = Check.Run(x => mapped.call(x, example.Target, mask, weights), logits);
        (Tensor own, Tensor ownGradient) = device.Run(() => Check.Run(x => mapped.call(x, example.Target, mask, weights), logits));
        Check.Close(value, own, 1e-5, "value");
        Check.Close(gradient, ownGradient, 1e-5, "gradient");
        using var elements = new MappedElements();
        Tensor costs = rand(2, 3, 6, 5), dense = rand(2, 3, 6, 5);
        (value, gradient) = Check.Run(x => elements.call(x, dense, costs), logits);
        (own, ownGradient) = device.Run(() => Check.Run(x => elements.call(x, dense, costs), logits));
        Check.Close(value, own, 1e-5, "value of elements");
        Check.Close(gradient, ownGradient, 1e-5, "gradient of elements");
        Assert.Equal(4, device.Calls);
        Assert.Null(mapped.DeviceKernelsReason);
    }

    [OpenClTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_second_backward_needs_a_retained_graph(bool function)
    {
        foreach ((Func<nn.Module<Tensor, Tensor, Tensor>> create, _) in Named.Values)
        {
            using var scope = NewDisposeScope();
            using nn.Module<Tensor, Tensor, Tensor> loss = create();
            Example example = Example.WithLabels([2, 3, 6, 4], null, 4);
            Tensor logits = example.Logits.to_type(ScalarType.Float32);
            Tensor once = Check.Run(x => loss.call(x, example.Target), logits).Gradient, x = logits.detach().clone().requires_grad_();
            Tensor value = device.Run(() => Check.OnRoad(operations: false, function, () => loss.call(x, example.Target))),
                arrives = ones_like(value);
            value.backward([arrives], retain_graph: true);
            Check.Close(once, x.grad!, 1e-5, "first");
            value.backward([arrives], retain_graph: true);
            Check.Close(2 * once, x.grad!, 1e-5, "second");
            value.backward([arrives]);
            Check.Close(3 * once, x.grad!, 1e-5, "third");
            var error = Assert.Throws<ExternalException>(() => value.backward([arrives]));
            Assert.Contains("backward through the graph a second time", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(4 * Named.Count, device.Calls);
    }

    [OpenClFact]
    public void The_value_alone_keeps_nothing_and_may_be_changed_in_place()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([2, 3, 6, 4], null, 4);
        Tensor logits = example.Logits.to_type(ScalarType.Float32), x = logits.clone().requires_grad_();
        (Tensor right, Tensor slope) = Check.Run(y => loss.call(y, example.Target), logits);
        device.Run(() =>
        {
            using (no_grad())
            {
                Tensor value = loss.call(x, example.Target);
                Assert.False(value.requires_grad);
                Check.Close(right / 4, value.div_(4), 1e-6, "in place");
            }

            loss.call(x, example.Target).div_(4).backward();
            Check.Close(slope / 4, x.grad!, 1e-5, "gradient");
            return 0;
        });
        Assert.Equal(3, device.Calls);
    }

    [OpenClFact]
    public void The_backward_pass_has_the_parameters_of_the_forward_pass()
    {
        using var scope = NewDisposeScope();
        using var loss = new FBetaFocal { Beta = 1.5 };
        Example example = Example.WithLabels([2, 4, 6, 4], 255, 4);
        Tensor logits = example.Logits.to_type(ScalarType.Float32), x = logits.clone().requires_grad_();
        Tensor right = Check.Run(y => loss.call(y, example.Target), logits).Gradient;
        Tensor value = device.Run(() => loss.call(x, example.Target));
        loss.Beta = 4;
        device.Run(() => loss.call(logits, example.Target));
        value.backward();
        Check.Close(right, x.grad!, 1e-5, "gradient");
        Assert.Equal(3, device.Calls);
    }

    [OpenClFact]
    public void Several_values_may_wait_for_their_backward_passes()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example[] examples = [.. Enumerable.Range(0, 3).Select(k => Example.WithLabels([2, 3, 6, 5 + k], null, k))];
        Tensor[] logits = [.. examples.Select(example => example.Logits.to_type(ScalarType.Float32).detach().requires_grad_())];
        Tensor[] values = device.Run(() => logits.Select((x, k) => loss.call(x, examples[k].Target)).ToArray());
        foreach (int k in (int[])[1, 0, 2])
        {
            (values[k] * (k + 1)).backward();
            Check.Close((k + 1) * Check.Run(x => loss.call(x, examples[k].Target), logits[k].detach()).Gradient, logits[k].grad!, 1e-5,
                $"value {k}");
        }
    }

    /// <summary>Kernels resize logits of any type and layout, whose gradient is laid out as they are.</summary>
    [OpenClFact]
    public void Logits_of_another_size_are_resized()
    {
        using var scope = NewDisposeScope();
        using var bilinear = new ResizedDiceCrossEntropy();
        using var aligned = new AlignedDiceCrossEntropy();
        using var unaligned = new UnalignedDiceCrossEntropy();
        using var dense = new SeedFBeta();
        Example flat = Example.WithLabels([2, 3, 9, 11], null, 1), line = Example.WithLabels([2, 3, 40], 255, 2);
        Example volume = Example.WithLabels([2, 3, 5, 6, 7], 255, 3);
        Compare(bilinear, randn(2, 3, 4, 5), flat.Target, 1e-5, "images");
        Compare(bilinear, randn(2, 3, 5, 4).transpose(2, 3), flat.Target, 1e-5, "copied");
        Compare(bilinear, randn(2, 4, 5, 3).permute(0, 3, 1, 2), flat.Target, 1e-5, "channels last");
        Tensor part = randn(4, 6, 14, 13)[TensorIndex.Slice(step: 2), TensorIndex.Slice(1, 4)];
        Compare(bilinear, part, flat.Target, 1e-5, "fewer pixels, a part of the images and classes");
        Compare(bilinear, randn(2, 3, 9, 11), flat.Target, 1e-5, "the target's size");
        Compare(aligned, randn(2, 3, 7), line.Target, 1e-5, "signals");
        Compare(unaligned, randn([2, 3, 7], dtype: ScalarType.Float64), line.Target, 1e-12, "signals in double");
        Compare(aligned, randn([2, 3, 2, 4, 9]).to_type(ScalarType.Float16), volume.Target, 4e-3, "volumes in half");
        Compare(unaligned, randn([2, 3, 2, 4, 9]).to_type(ScalarType.BFloat16), volume.Target, 2e-2, "volumes in bfloat16");
        Compare(dense, randn(1, 3, 4, 5), rand(1, 8, 10, 4), 1e-4, "a dense target, channels last");
        Assert.Null(bilinear.DeviceKernelsReason ?? aligned.DeviceKernelsReason ?? unaligned.DeviceKernelsReason
            ?? dense.DeviceKernelsReason);

        // What is differentiated twice goes through torch's resize.
        Tensor small = randn([2, 3, 4, 5], dtype: ScalarType.Float64);
        Tensor[] found = [.. new[] { false, true }.Select(onDevice =>
        {
            Tensor x = small.clone().requires_grad_();
            Tensor value = onDevice ? device.Run(() => bilinear.call(x, flat.Target)) : bilinear.call(x, flat.Target);
            autograd.grad([value], [x], retain_graph: true, create_graph: true)[0].pow(2).sum().backward();
            return x.grad!;
        })];
        Check.Close(found[0], found[1], 1e-10, "second derivative");
    }

    /// <summary>Losses that look at neighbouring pixels find them in images of any layout.</summary>
    [OpenClFact]
    public void Neighbours_are_looked_at()
    {
        using var scope = NewDisposeScope();
        Example example = Example.WithLabels([2, 3, 6, 9], null, 4);
        Tensor logits = example.Logits.to_type(ScalarType.Float32);
        using var shifts = new LooksAround();
        Compare(shifts, logits, example.Target, 1e-4, "shifts");
        Compare(shifts, logits.transpose(2, 3), example.Target.transpose(1, 2), 1e-4, "transposed");
        Assert.Null(shifts.DeviceKernelsReason);
    }

    /// <summary>
    /// The terms' shares are left on the device, and read when somebody asks: also after a further call that asks for none.
    /// </summary>
    [OpenClFact]
    public void Components_are_those_of_the_CPU()
    {
        using var scope = NewDisposeScope();
        using var loss = new WithParts();
        using var single = new CrossEntropyLoss();
        foreach (bool dense in (bool[])[false, true])
        {
            Example example = dense ? Example.Dense([2, 3, 6, 5], 255, 3) : Example.WithLabels([2, 3, 6, 5], 255, 3);
            LossComponents right = loss.CreateComponents(3), found = loss.CreateComponents(3);
            loss.Components = right;
            Tensor expected = Check.Run(x => loss.call(x, example.Target), example.Logits).Gradient;
            loss.Components = found;
            Tensor gradient = device.Run(() => Check.Run(x => loss.call(x, example.Target), example.Logits)).Gradient;
            loss.Components = null;
            device.Run(() => loss.call(example.Logits * 2, example.Target));
            Check.Close(expected, gradient, 1e-12, "gradient");
            for (int term = 0; term < 2; term++)
                Assert.Equal(right[term], found[term], 1e-12);
            Assert.Equal(right.Classes("Dice").ToArray(), found.Classes("Dice").ToArray(), (a, b) => a.Equals(b)
                || Math.Abs(a - b) < 1e-12);
            Assert.Null(loss.DeviceKernelsReason);
        }

        Example labels = Example.WithLabels([2, 3, 6, 5], null, 3);
        single.Components = single.CreateComponents(3);
        Tensor value = device.Run(() => single.call(labels.Logits, labels.Target));
        Assert.Equal(value.item<double>(), single.Components[0], 1e-12);
    }

    [OpenClFact]
    public void Second_derivatives_are_those_of_tensor_operations()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([1, 3, 4, 4], null, 4);
        Tensor[] found = [.. new[] { false, true }.Select(onDevice =>
        {
            Tensor x = example.Logits.detach().clone().requires_grad_();
            Tensor value = onDevice ? device.Run(() => loss.call(x, example.Target)) : loss.call(x, example.Target);
            Tensor gradient = autograd.grad([value], [x], retain_graph: true, create_graph: true)[0];
            gradient.pow(2).sum().backward();
            return x.grad!;
        })];
        Check.Close(found[0], found[1], 1e-10, "second derivative");
    }

    /// <summary>Labels, dense targets and maps of the finest output are read by the coarser ones where they lie.</summary>
    [OpenClTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Outputs_of_several_sizes_run_kernels_too(bool dense)
    {
        using var scope = NewDisposeScope();
        using var plain = new DiceCrossEntropy();
        using var mapped = new MappedElements();
        long[][] extents = [[8, 12], [4, 6], [3, 5]];
        Example example = dense ? Example.Dense([2, 3, 8, 12], 255, 5) : Example.WithLabels([2, 3, 8, 12], null, 5);
        Tensor target = dense ? example.Target.to_type(ScalarType.Float32) : example.Target, costs = rand(2, 3, 8, 12);
        var supervision = new DeepSupervision(1, 0.5, 0.25);
        Tensor Call(Tensor[] outputs) => dense ? mapped.forward(outputs, target, costs, supervision) : plain.forward(outputs, target,
            supervision);
        Tensor[][] outputs = [.. Enumerable.Range(0, 2).Select(_ => extents
            .Select((e, k) => Example.WithLabels([2, 3, .. e], null, k).Logits.to_type(ScalarType.Float32).detach().requires_grad_())
            .ToArray())];
        Tensor right = Call(outputs[0]), value = device.Run(() => Call(outputs[1]));
        right.backward();
        value.backward();
        Check.Close(right.detach(), value.detach(), 1e-5, "value");
        for (int k = 0; k < 3; k++)
            Check.Close(outputs[0][k].grad!, outputs[1][k].grad!, 1e-5, $"output {k}");
        Assert.Equal(6, device.Calls);

        // What is differentiated twice samples target and maps for torch's operations.
        Tensor[] found = [.. new[] { false, true }.Select(onDevice =>
        {
            Tensor[] own = [.. extents.Select((e, k) => Example.WithLabels([2, 3, .. e], null, k)
                .Logits.detach().clone().requires_grad_())];
            Tensor sum = onDevice ? device.Run(() => Call(own)) : Call(own);
            autograd.grad([sum], [own[1]], retain_graph: true, create_graph: true)[0].pow(2).sum().backward();
            return own[1].grad!;
        })];
        Check.Close(found[0], found[1], 1e-5, "second derivative");
    }

    /// <summary>Kernels resize the outputs of a supervision that asks for it, where they lie, and write the gradient there.</summary>
    [OpenClTheory]
    [InlineData(Resize.LinearUnaligned, ScalarType.Float32, 1e-5)]
    [InlineData(Resize.LinearAligned, ScalarType.Float64, 1e-12)]
    [InlineData(Resize.LinearUnaligned, ScalarType.Float16, 4e-3)]
    public void Outputs_are_resized_by_kernels(Resize resize, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var loss = new Mapped();
        var supervision = new DeepSupervision(1, 0.5, 0.25) { Resize = resize };
        foreach (long[][] extents in (long[][][])[[[12], [6], [5]], [[8, 12], [4, 6], [3, 12]], [[4, 8, 12], [2, 4, 6], [1, 8, 5]]])
        {
            foreach (bool dense in (bool[])[false, true])
            {
                Tensor target = (dense ? Example.Dense([2, 3, .. extents[0]], null, 5) : Example.WithLabels([2, 3, .. extents[0]], null, 5))
                    .Target;
                Tensor mask = rand([2, .. extents[0]]), weights = rand([2, 1, .. extents[0]]);
                Tensor[][] outputs = [.. Enumerable.Range(0, 2).Select(_ => extents
                    .Select((e, k) => Example.WithLabels([2, 3, .. e], null, k).Logits.to_type(type).detach().requires_grad_()).ToArray())];
                device.Given.Clear();
                Tensor right = loss.forward(outputs[0], target, mask, weights, supervision);
                Tensor value = device.Run(() => loss.forward(outputs[1], target, mask, weights, supervision));
                right.backward();
                value.backward();
                Check.Close(right.detach(), value.detach(), tolerance, "value");
                for (int k = 0; k < 3; k++)
                {
                    Check.Close(outputs[0][k].grad!, outputs[1][k].grad!, tolerance, $"output {k}");
                    Assert.Contains(DeviceTensor.Address(outputs[1][k]), device.Given);
                }
            }
        }

        Assert.Equal(36, device.Calls);
        Assert.Null(loss.DeviceKernelsReason);
    }

    /// <summary>What is differentiated twice goes through torch's resize, and gives what the declared resize gives.</summary>
    [OpenClFact]
    public void Resized_outputs_are_differentiated_twice()
    {
        using var scope = NewDisposeScope();
        using var loss = new SizedDiceCrossEntropy();
        using var declared = new UnalignedDiceCrossEntropy();
        Tensor target = Example.WithLabels([2, 3, 8, 12], null, 5).Target, small = randn([2, 3, 4, 5], dtype: ScalarType.Float64);
        Tensor finest = randn([2, 3, 8, 12], dtype: ScalarType.Float64);
        var supervision = new DeepSupervision(0, 1) { Resize = Resize.LinearUnaligned };
        Tensor Second(Func<Tensor, Tensor> call)
        {
            Tensor x = small.clone().requires_grad_();
            autograd.grad([call(x)], [x], retain_graph: true, create_graph: true)[0].pow(2).sum().backward();
            return x.grad!;
        }

        Tensor right = Second(x => declared.call(x, target));
        Check.Close(right, Second(x => loss.forward([finest, x], target, supervision)), 1e-10, "on the CPU");
        Check.Close(right, Second(x => device.Run(() => loss.forward([finest, x], target, supervision))), 1e-10, "on the device");
    }

    /// <summary>A label without a class makes the value NaN; who reads it or calls again is told.</summary>
    [OpenClFact]
    public void A_faulty_label_is_reported_by_the_next_call()
    {
        using var scope = NewDisposeScope();
        using var loss = new DiceCrossEntropy();
        Tensor logits = randn(1, 3, 4, 5).requires_grad_(), labels = zeros(1, 4, 5, dtype: ScalarType.Int64), bad = labels.clone();
        bad[0, 2, 2] = 3;
        device.Run(() =>
        {
            Assert.True(loss.call(logits, bad).isnan().item<bool>());
            string message = Assert.Throws<ArgumentException>(() => loss.call(logits, labels)).Message;
            Assert.StartsWith("An earlier call of DiceCrossEntropy had a target with a label that there is no class for", message,
                StringComparison.Ordinal);
            Assert.False(loss.call(logits, labels).isnan().item<bool>());
            message = Assert.Throws<ArgumentException>(() => loss.Backward(logits, bad)).Message;
            Assert.StartsWith("The call of DiceCrossEntropy", message, StringComparison.Ordinal);
            double read = loss.Backward(logits, labels);
            Assert.Equal(read, loss.call(logits, labels).item<float>(), 1e-6);
            return 0;
        });
    }

    /// <summary>After the first steps nothing is made that stays.</summary>
    [OpenClFact]
    public void Steps_leave_nothing()
    {
        using var loss = new DiceCrossEntropy();
        Example example = Example.WithLabels([1, 3, 16, 16], null, 4);
        long before = 0;
        int memory = 0;
        for (int step = 0; step < 60; step++)
        {
            using (NewDisposeScope())
            {
                Tensor x = example.Logits.to_type(ScalarType.Float32).requires_grad_();
                device.Run(() => loss.call(x, example.Target)).backward();
            }

            if (step == 10)
                (before, memory) = (Tensor.TotalCount, device.Allocated);
        }

        Assert.InRange(Tensor.TotalCount, 0, before);
        Assert.Equal(memory, device.Allocated);
    }

    private void Compare(nn.Module<Tensor, Tensor, Tensor> loss, Tensor logits, Tensor target, double tolerance, string what)
    {
        Tensor plain = loss.call(logits, target);
        Tensor upstream = rand(plain.shape).to_type(logits.dtype) + 0.25f;
        (Tensor value, Tensor gradient) = Graph(logits, x => loss.call(x, target), upstream);
        int calls = device.Calls;
        (Tensor own, Tensor ownGradient) = device.Run(() => Graph(logits, x => loss.call(x, target), upstream));
        Assert.Equal(2, device.Calls - calls);
        Assert.Equal(value.dtype, own.dtype);
        Assert.Equal(gradient.dtype, ownGradient.dtype);
        Check.Close(value, own, tolerance, what + ": value");
        Check.Close(gradient, ownGradient, tolerance, what + ": gradient");
    }

    // The logits keep their layout: a leaf that is a view of itself.
    private static (Tensor Value, Tensor Gradient) Graph(Tensor logits, Func<Tensor, Tensor> loss, Tensor upstream)
    {
        Tensor x = logits.detach().requires_grad_(), value = loss(x);
        value.backward(new List<Tensor> { upstream });
        Tensor gradient = x.grad!.detach().clone();
        x.grad = null;
        return (value.detach(), gradient);
    }
}
