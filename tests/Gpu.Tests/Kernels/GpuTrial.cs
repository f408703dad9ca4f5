using System.Globalization;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu.Tests.Kernels;

/// <summary>
/// A loss on a batch of random numbers: what the device gives, against what the kernels for the CPU give in double.
/// </summary>
/// <param name="Loss">The loss.</param>
/// <param name="Shape">The extents; float logits.</param>
internal sealed record GpuTrial(ILoss Loss, LossShape Shape)
{
    public bool Dense { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>How large logits are.</summary>
    public double Scale { get; init; } = 3;

    /// <summary>The gradient that arrives.</summary>
    public double Upstream { get; init; } = 1;

    /// <summary>Changes the logits before they are used.</summary>
    public Action<float[]>? Edit { get; init; }

    private LossDefinition Definition => Loss.Definition;

    private int Classes => Shape.Classes;

    private int Pixels => (int)Shape.Pixels;

    /// <summary>Asks for the terms' shares, too.</summary>
    public bool HasComponents { get; init; }

    private static double[] Numbers(LossComponents parts) =>
    [
        .. parts.Terms.Index().Select(term => parts[term.Index]),
        .. parts.Terms.Index().Where(term => term.Item.HasClasses).SelectMany(term => parts.Classes(term.Index).ToArray()),
    ];

    /// <summary>Runs both and compares.</summary>
    /// <returns>What differs; null where nothing does.</returns>
    public string? Run(GpuDevice device)
    {
        (float[] logits, long[] labels, float[] target, float[][] maps) = Draw();
        LossComponents? parts = HasComponents && Definition.Reduction != Reduction.None ? Loss.CreateComponents(Classes) : null;
        (double[] value, double[] gradient) = OnCpu(logits, labels, target, maps, parts);
        double[] right = parts is null ? [] : Numbers(parts);
        (double[] found, double[] slope) = OnDevice(device, logits, labels, target, maps, parts);
        if (parts is not null && Differences("components", right, Numbers(parts), 2e-5) is { } difference)
            return difference;
        return Differences("value", value, found, 2e-5) ?? Differences("gradient", gradient, slope, 2e-5);
    }

    /// <summary>What the device gives.</summary>
    public (double[] Value, double[] Gradient) OnDevice(GpuDevice device)
    {
        (float[] logits, long[] labels, float[] target, float[][] maps) = Draw();
        return OnDevice(device, logits, labels, target, maps);
    }

    private (float[] Logits, long[] Labels, float[] Target, float[][] Maps) Draw()
    {
        var random = new Random(Seed);
        float[] logits = [.. Enumerable.Range(0, Shape.Batch * Classes * (int)Shape.LogitPixels)
            .Select(_ => (float)(((random.NextDouble() * 2) - 1) * Scale))];
        Edit?.Invoke(logits);
        long[] labels = [.. Enumerable.Range(0, Shape.Batch * Pixels).Select(_ => Label(random))];
        float[] target = Dense ? DenseTarget(random, labels) : [];
        float[][] maps = [.. Definition.Inputs.Select(input => Enumerable.Range(0, Shape.Batch * Pixels * (input.Kind == InputKind.Element
            ? Classes : 1))
            .Select(_ => (float)(random.NextDouble() + 0.5)).ToArray())];
        return (logits, labels, target, maps);
    }

    private long Label(Random random) =>
        Definition.IgnoreIndex is { } ignored && random.Next(6) == 0 ? (Definition.OtherIgnoreIndices is { Count: > 0 } others
            && random.Next(2) == 0 ? others[random.Next(others.Count)] : ignored)
        : random.Next(Definition.IsSingleForeground(Classes) ? 2 : Classes);

    // One-hot with softened numbers; numbers of any size without an activation.
    private float[] DenseTarget(Random random, long[] labels)
    {
        var target = new float[Shape.Batch * Classes * Pixels];
        for (int i = 0; i < target.Length; i++)
        {
            int image = i / (Classes * Pixels), c = i / Pixels % Classes, pixel = i % Pixels;
            long label = labels[(image * Pixels) + pixel];
            bool isIgnored = label == Definition.IgnoreIndex && random.Next(2) == 0;
            target[i] = isIgnored ? (float)label
                : Definition.Activation == Activation.None && !Definition.UnitTarget ? (float)((random.NextDouble() * 2) - 1)
                : (label == c || (Classes == 1 && label == 1)) ? 0.9f : 0.1f / Math.Max(1, Classes - 1);
        }

        return target;
    }

    private (double[] Value, double[] Gradient) OnCpu(float[] logits, long[] labels, float[] target, float[][] maps, LossComponents? parts)
    {
        double[] x = [.. logits.Select(number => (double)number)], y = [.. target.Select(number => (double)number)],
            gradient = new double[x.Length];
        double[] Map(int k) => k < maps.Length ? [.. maps[k].Select(number => (double)number)] : [];
        var inputs = new LossInputs(Map(0), Map(1), Map(2), Map(3));
        if (Definition.Reduction != Reduction.None)
        {
            double value = Dense
                ? Loss.EvaluateWithGradient<double, double>(x, y, Shape, inputs, gradient, parts, Upstream)
                : Loss.EvaluateWithGradient<double, long>(x, labels, Shape, inputs, gradient, parts, Upstream);
            return ([value], gradient);
        }

        var elements = new double[Count()];
        double[] upstream = [.. Enumerable.Repeat(Upstream, elements.Length)];
        if (Dense)
            Loss.EvaluateElementsWithGradient<double, double, double>(x, y, Shape, inputs, elements, upstream, gradient);
        else
            Loss.EvaluateElementsWithGradient<double, long, double>(x, labels, Shape, inputs, elements, upstream, gradient);
        return (elements, gradient);
    }

    private KernelLayout Layout => ((IGpuLoss)Loss).Kernels(Dense)!.Layout;

    private int Count() => checked((int)CallChecks.ElementCount(Layout.ElementAxes, Shape));

    private (double[] Value, double[] Gradient) OnDevice(
        GpuDevice device, float[] logits, long[] labels, float[] target, float[][] maps, LossComponents? parts = null)
    {
        using var memory = new DeviceMemory(device);
        using var evaluator = new GpuEvaluator(Loss, device);
        bool isNumber = Layout.ElementAxes == ElementAxes.None;
        int count = Count();
        nint x = memory.Of(logits), gradient = memory.Of(new float[logits.Length]), value = isNumber ? memory.Of(new double[1])
            : memory.Of(new float[count]);
        nint upstream = isNumber ? 0 : memory.Of([.. Enumerable.Repeat((float)Upstream, count)]);
        var batch = new GpuBatch
        {
            Shape = Shape,
            Logits = x,
            Target = Dense ? memory.Of(target) : memory.Of(labels),
            TargetElement = Dense ? TargetElement.Single : TargetElement.Int64,
            Inputs = [.. maps.Select(map => memory.Of(map))],
        };
        nint shares = parts is null ? 0 : memory.Of(new double[evaluator.ComponentLength(Classes)]);
        evaluator.EvaluateWithGradient(batch, value, gradient, upstream: upstream, scale: isNumber ? Upstream : 1, components: shares);
        evaluator.ThrowIfFault();
        if (parts is not null)
        {
            // Read while the memory is there.
            evaluator.ReadComponents(parts, Classes, shares);
            _ = parts[0];
        }

        double[] values = isNumber ? memory.Read<double>(value, 1) : [.. memory.Read<float>(value, count).Select(number => (double)number)];

        // The value alone is the same number.
        nint alone = isNumber ? memory.Of(new double[1]) : memory.Of(new float[count]);
        evaluator.Evaluate(batch, alone);
        double[] again = isNumber ? memory.Read<double>(alone, 1) : [.. memory.Read<float>(alone, count).Select(number => (double)number)];
        if (Differences("value alone", values, again, 1e-6) is { } difference)
            throw new InvalidOperationException(difference);
        float[] slopes = memory.Read<float>(gradient, logits.Length);
        Split(evaluator, memory, batch, again, slopes, upstream);
        return (values, [.. slopes.Select(number => (double)number)]);
    }

    // Forward and backward apart, another call between them, have the bits of the whole calls; where those have one pass for both, the
    // compiler may round a product and a sum at once in one text and not in the other.
    private void Split(GpuEvaluator evaluator, DeviceMemory memory, GpuBatch batch, double[] value, float[] gradient, nint upstream)
    {
        bool isNumber = upstream == 0;
        nint sums = memory.Of(new double[evaluator.SumLength(batch)]), place = isNumber ? memory.Of(new double[1])
            : memory.Of(new float[value.Length]);
        nint slope = memory.Of(new float[gradient.Length]), fault = memory.Of([7]);
        evaluator.Forward(batch, place, sums, fault);
        Assert.Equal(0, memory.Read<int>(fault, 1)[0]);
        Assert.Equal(value, isNumber ? memory.Read<double>(place, 1)
            : [.. memory.Read<float>(place, value.Length).Select(number => (double)number)]);
        var other = batch with { Logits = memory.Of(new float[gradient.Length]) };
        evaluator.Evaluate(other, place);
        for (int k = 0; k < 2; k++)
        {
            evaluator.Backward(batch, sums, slope, upstream: upstream, scale: isNumber ? Upstream : 1);
            float[] found = memory.Read<float>(slope, gradient.Length);
            if (Layout.Fused is null)
                Assert.Equal(gradient, found);
            else if (Differences("gradient alone", [.. gradient.Select(x => (double)x)], [.. found.Select(x => (double)x)],
                1e-6) is { } difference)
                throw new InvalidOperationException(difference);
        }
    }

    private static string? Differences(string what, double[] right, double[] found, double tolerance)
    {
        double scale = right.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max(), worst = 0;
        int at = 0;
        for (int i = 0; i < right.Length; i++)
        {
            double difference = right[i].Equals(found[i]) || (float)right[i] == (float)found[i] ? 0
                : Math.Abs(right[i] - found[i]) / (scale + 1e-12);
            if (double.IsNaN(difference))
                difference = double.PositiveInfinity;
            if (difference > worst)
                (worst, at) = (difference, i);
        }

        return worst <= tolerance ? null
            : string.Create(CultureInfo.InvariantCulture, $"{what} [{at}]: {found[at]:G9} for {right[at]:G9}, {worst:G2} of the largest");
    }
}

/// <summary>Memory of a device for the length of a test.</summary>
internal sealed class DeviceMemory(GpuDevice device) : IDisposable
{
    private readonly List<nint> addresses = [];

    public nint Of<T>(T[] numbers)
        where T : unmanaged
    {
        nint address = device.Allocate(Math.Max(8, numbers.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>()));
        addresses.Add(address);
        if (numbers.Length > 0)
            device.Write(address, (ReadOnlySpan<T>)numbers);
        return address;
    }

    public T[] Read<T>(nint address, int count)
        where T : unmanaged
    {
        var numbers = new T[count];
        device.Read(address, numbers.AsSpan());
        return numbers;
    }

    public void Dispose() => addresses.ForEach(device.Free);
}
