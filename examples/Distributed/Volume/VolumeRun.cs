using System.Diagnostics;
using System.Runtime.InteropServices;
using Distributed.Processes;
using LossGen;
using Microsoft.Win32.SafeHandles;
using static System.FormattableString;

namespace Distributed.Volume;

/// <summary>The command that computes a volume's loss and gradient, and says what it took.</summary>
internal static class VolumeRun
{
    private const float Shift = 1f / 64;

    /// <param name="processes">The processes.</param>
    /// <param name="size">Voxels along each side.</param>
    /// <param name="file">Where the gradient goes, or null.</param>
    /// <param name="compare">Compares with the volume in one piece, which every process then holds.</param>
    public static void Run(IProcesses processes, int size, string? file, bool compare)
    {
        var scene = new Scene(size);
        var loss = new Segmentation.DiceCrossEntropy();
        var volume = new TiledVolume(scene, loss, processes);
        var clock = Stopwatch.StartNew();

        LossStatistics sums = volume.Accumulate();
        double value = loss.Finish(sums);
        TimeSpan forward = clock.Elapsed;

        var sinks = new List<GradientSink>();
        using SafeFileHandle? output = file is null ? null : File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.Write,
            FileShare.ReadWrite);
        if (output is not null)
            sinks.Add((z, gradient) => Write(output, scene, z, gradient));
        Whole? whole = compare ? Whole.Of(scene, loss) : null;
        double[] differences = [0, 0];
        if (whole is not null)
            sinks.Add((z, gradient) => whole.Compare(z, gradient, differences));
        clock.Restart();
        double slope = volume.Gradient(sums, sinks);
        TimeSpan backward = clock.Elapsed;
        processes.Sum(differences);

        // What the loss of the volume does when it is taken a step in that direction.
        double quotient = (loss.Finish(volume.Accumulate(Shift)) - loss.Finish(volume.Accumulate(-Shift))) / (2 * Shift);
        double[] memory = new double[processes.Count];
        memory[processes.Rank] = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        processes.Sum(memory);
        if (processes.Rank != 0)
            return;

        Console.WriteLine(Invariant($"volume      {size}x{size}x{size}, {Scene.Classes} classes: {sizeof(float) * Scene.Classes * scene.Voxels / 1e6:F1} MB of logits, as much of gradient"));
        int fewest = size / processes.Count;
        Console.WriteLine(Invariant($"processes   {processes.Count}, each with {(size % processes.Count == 0 ? Invariant($"{fewest}") : Invariant($"{fewest} or {fewest + 1}"))} planes, one at a time"));
        Console.WriteLine(Invariant($"summed      {sums.Values.Length + 1} doubles, once"));
        Console.WriteLine(Invariant($"loss        {value:R}"));
        Console.WriteLine(Invariant($"derivative  {slope:E9} towards the labels; difference quotient {quotient:E9}"));
        if (whole is not null)
            Console.WriteLine(Invariant($"in one      loss {whole.Value:R}; the gradients differ by {differences[0] / differences[1]:E1} of their size"));
        Console.WriteLine(Invariant($"time        {forward.TotalSeconds:F1} s for the loss, {backward.TotalSeconds:F1} s for the gradient, making the planes included"));
        Console.WriteLine(Invariant($"memory      at most {memory.Max():F0} MB a process"));
    }

    private static void Write(SafeFileHandle output, Scene scene, int z, ReadOnlySpan<float> gradient)
    {
        for (int c = 0; c < Scene.Classes; c++)
        {
            long place = (c * scene.Voxels) + ((long)z * scene.PlaneVoxels);
            RandomAccess.Write(output, MemoryMarshal.AsBytes(gradient.Slice(c * scene.PlaneVoxels, scene.PlaneVoxels)),
                sizeof(float) * place);
        }
    }
}
