namespace LossGen.Gpu;

/// <summary>
/// A device, its driver or its compiler refused something: the message says what was asked for and what the driver answered.
/// </summary>
public sealed class GpuException : Exception
{
    /// <summary>An error without details.</summary>
    public GpuException()
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What was asked for, and the answer.</param>
    public GpuException(string message)
        : base(message)
    {
    }

    /// <summary>An error that another one caused.</summary>
    /// <param name="message">What was asked for, and the answer.</param>
    /// <param name="innerException">The cause.</param>
    public GpuException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
