using System.Collections.Concurrent;
using System.Numerics;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Whether a gradient larger than the caches is written past them (streaming, or non-temporal, stores). What is not read first costs a
/// third less traffic, but processors differ: with some a pass takes a fifth less, with others longer. So calls try both, and the faster
/// stays. The bits are the same.
/// </summary>
internal sealed class StreamingChoice
{
    /// <summary>Smaller gradients stay in the caches, for whoever reads them next.</summary>
    public static long LeastBytes { get; internal set; } = 4 << 20;

    // Calls that take turns at first.
    private const uint FirstCalls = 12;

    // Of later calls two in so many do, since the first may have run code that the just-in-time compiler had not made its best of.
    private const uint Period = 32;

    // A gain smaller than this is not worth a gradient that lies in no cache.
    private const double LeastGain = 0.97;

    private readonly Lock access = new();
    private double cached = double.PositiveInfinity;
    private double streamed = double.PositiveInfinity;
    private uint calls;

    /// <summary>What calls have to have in common to learn from each other, beside the kernel.</summary>
    /// <param name="Classes">The number of classes, as a power of two.</param>
    /// <param name="Bytes">The gradient's size, likewise.</param>
    /// <param name="Threads">How many threads write.</param>
    /// <param name="Element">What is written.</param>
    /// <param name="ClassesLast">The classes of a pixel are adjacent.</param>
    public readonly record struct Case(int Classes, int Bytes, int Threads, LogitElement Element, bool ClassesLast);

    /// <summary>For tests: what all calls do, whatever is faster.</summary>
    internal static bool? Forced { get; set; }

    /// <summary>What is known of calls like this.</summary>
    public static StreamingChoice Of(
        ConcurrentDictionary<Case, StreamingChoice> choices, int classes, long bytes, int threads, LogitElement element,
        bool classesLast)
    {
        var like = new Case(BitOperations.Log2((uint)classes), BitOperations.Log2((ulong)bytes), threads, element, classesLast);
        return choices.TryGetValue(like, out StreamingChoice? choice) ? choice : choices.GetOrAdd(like, new StreamingChoice());
    }

    /// <summary>Whether the next call writes past the caches.</summary>
    public bool Next()
    {
        lock (access)
        {
            uint call = calls++;
            bool isTrial = call < FirstCalls || call % Period < 2;
            return Forced ?? (isTrial ? call % 2 == 1 : streamed < LeastGain * cached);
        }
    }

    /// <summary>How long a call took, by the byte. The least counts: whatever disturbs a call makes it longer.</summary>
    public void Report(bool isStreamed, double time)
    {
        lock (access)
        {
            if (isStreamed)
                streamed = Math.Min(streamed, time);
            else
                cached = Math.Min(cached, time);
        }
    }
}
