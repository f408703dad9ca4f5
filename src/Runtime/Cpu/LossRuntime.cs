namespace LossGen;

/// <summary>Settings of the CPU kernels.</summary>
public static class LossRuntime
{
    private static int s_threads = 1;

    /// <summary>
    /// The most threads that one call uses. 1 unless set: a loss is seldom alone on a machine. Values and gradients are the same
    /// to the bit for any number. Calls with few logits, and calls made while another one has the threads, run on the caller's.
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
