using System.Diagnostics;
using LossGen.Benchmarks.Losses;
using LossGen.Gpu;
using LossGen.Kernels;

namespace LossGen.Benchmarks.Gpu;

/// <summary>Compiles, runs, checks and times a case.</summary>
internal static class CaseRun
{
    // Inputs of a size are the same for all losses and types.
    private static (InputSize Size, Batches Batch)? s_last;

    public static Result Measure(Machine machine, Case one, Options options)
    {
        if (GpuEvaluator.WhyNot(one.Loss) is { } reason)
            return new(one) { Failure = "no kernels: " + reason };
        if (s_last is not { } last || last.Size.Text != one.Size.Text || last.Size.Shrink != one.Size.Shrink)
            s_last = last = (one.Size, Batches.Make(one.Size));
        try
        {
            return one.Element switch
            {
                LogitElement.Single => Measure(machine, one, last.Batch, last.Batch.Logits, options),
                LogitElement.Double => Measure(machine, one, last.Batch, Array.ConvertAll(last.Batch.Logits, static x => (double)x),
                    options),
                LogitElement.Half => Measure(machine, one, last.Batch, Array.ConvertAll(last.Batch.Logits, static x => (Half)x), options),
                _ => Measure(machine, one, last.Batch, Array.ConvertAll(last.Batch.Logits, static x => (BFloat16)x), options),
            };
        }
        catch (Exception error) when (error is GpuException or ArgumentException)
        {
            return new(one) { Failure = error.Message.ReplaceLineEndings(" ") };
        }
    }

    private static Result Measure<T>(Machine machine, Case one, Batches inputs, T[] logits, Options options)
        where T : unmanaged
    {
        var given = new List<nint>();
        using var evaluator = new GpuEvaluator(one.Loss, machine.Device, machine.Allocate, machine.Free);
        try
        {
            nint x = Keep(machine.Of<T>(logits)), y = one.HasViews ? 0
                : Keep(one.IsDense ? machine.Of<float>(inputs.Dense) : machine.Of<long>(inputs.Labels));
            machine.ForgetPeak();
            long before = machine.Peak;
            nint value = Keep(machine.Allocate(sizeof(double))), gradient = Keep(machine.Allocate((long)logits.Length * one.ElementBytes));
            var batch = new GpuBatch
            {
                Shape = one.Shape,
                Logits = x,
                LogitElement = one.Element,
                Target = y,
                TargetElement = one.IsDense ? TargetElement.Single : TargetElement.Int64,
            };
            long begin = Stopwatch.GetTimestamp();
            evaluator.Compile(batch);
            evaluator.EvaluateWithGradient(batch, value, gradient);
            machine.Wait();
            double compile = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            evaluator.ThrowIfFault();
            var found = new double[1];
            machine.Device.Read<double>(value, found);
            var result = new Result(one) { CompileSeconds = compile, Value = found[0], Tolerance = Tolerance(one) };
            if (options.Checks)
                result = Compare(machine, result, logits, inputs, gradient);
            double time = machine.Median(() => evaluator.EvaluateWithGradient(batch, value, gradient), options.Seconds);
            var work = Work.Of(one, Layout(one));
            return result with
            {
                Milliseconds = time,
                Moved = work.Moved,
                LimitMilliseconds = work.Least is { } least ? 1e-6 * least / machine.CopyBandwidth
                    : work.Multiplications is { } count ? 1e-6 * count / machine.MultiplyRate : double.NaN,
                Limit = work.Limit,
                Beside = machine.Peak - before,
            };
        }
        finally
        {
            given.ForEach(machine.Free);
        }

        nint Keep(nint memory)
        {
            given.Add(memory);
            return memory;
        }
    }

    private static Result Compare<T>(Machine machine, Result result, T[] logits, Batches inputs, nint gradient)
        where T : unmanaged
    {
        Case one = result.Case;
        T[] expected = new T[logits.Length], found = new T[logits.Length];
        double value = one.HasViews ? one.Loss.EvaluateViewsWithGradient<T>(logits, one.Shape, expected)
            : one.IsDense ? one.Loss.EvaluateWithGradient<T, float>(logits, inputs.Dense, one.Shape, expected)
            : one.Loss.EvaluateWithGradient<T, long>(logits, inputs.Labels, one.Shape, expected);
        machine.Device.Read<T>(gradient, found);

        // The smallest numbers of half are coarse beside a mean's gradient: one step of them is rounding.
        double largest = 0, apart = 0, squares = 0, others = 0, step = one.Element == LogitElement.Half ? (double)Half.Epsilon : 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double right = Number(expected[i]), other = Number(found[i]);
            largest = Math.Max(largest, Math.Abs(right));
            double difference = Math.Max(0, Math.Abs(right - other) - step);
            apart = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(apart, difference);
            squares += right * right;
            others += other * other;
        }

        // Where rounding exchanges two pixels in the order, single entries differ as a whole.
        bool sorts = Layout(one).Sorts;
        double lengths = Math.Abs(Math.Sqrt(others) - Math.Sqrt(squares)) / (Math.Sqrt(squares) + 1e-300);
        return result with
        {
            ValueError = Math.Abs(result.Value - value) / (Math.Abs(value) + 1e-12),
            GradientError = sorts ? lengths
            : apart / (largest + 1e-300)
        };
    }

    private static double Number<T>(T number)
        where T : unmanaged => typeof(T) == typeof(float) ? (float)(object)number
        : typeof(T) == typeof(double) ? (double)(object)number
        : typeof(T) == typeof(Half) ? (double)(Half)(object)number
        : (float)(BFloat16)(object)number;

    private static KernelLayout Layout(Case one) => ((IGpuLoss)one.Loss).Kernels(one.IsDense || one.Pairs != Pairs.None)!.Layout;

    // What is rounded to 8 or 11 bits may be rounded to the neighbour; float sums of many pixels differ in their last bits.
    private static double Tolerance(Case one) => one.Element switch
    {
        LogitElement.Double => 1e-10,
        LogitElement.Single => 5e-5,
        LogitElement.Half => 2e-3,
        _ => 1e-2,
    };
}
