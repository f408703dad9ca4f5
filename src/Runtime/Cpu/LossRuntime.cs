using LossGen.Kernels;

namespace LossGen;

/// <summary>Settings of the CPU kernels.</summary>
public static class LossRuntime
{
    private static int s_threads = 1;
    private static long s_retained = 512L << 20;

    /// <summary>
    /// How many bytes of freed gradients of TorchSharp modules on the CPU are kept for the next ones; 512 MiB unless set. Fresh memory of
    /// the system costs more than computing the gradient in it. 0 keeps none and frees what is kept.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.</exception>
    public static long RetainedGradientBytes
    {
        get => s_retained;
        set
        {
            if (value < 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"RetainedGradientBytes is {value}; it must be at least 0.");
            s_retained = value;
            GradientMemory.Trim();
        }
    }

    /// <summary>
    /// The most threads that one call uses. 1 unless set: a loss is seldom alone on a machine. Values and gradients are the same
    /// to the bit for any number. Calls with few logits, and calls made while another one has the threads, run on the caller's. The threads
    /// treat subnormal numbers as the caller's does (where the system does not hand that setting on to new threads, a caller that has
    /// changed it works alone).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to 1024.</exception>
    public static int Threads
    {
        get => s_threads;
        set
        {
            if (value is < 1 or > 1024)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"Threads is {value}; it must be from 1 to 1024.");
            s_threads = value;
        }
    }
}
