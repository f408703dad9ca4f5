namespace LossGen.Gpu;

/// <summary>Memory of a device that grows to what is asked for, and is kept from call to call.</summary>
internal sealed class GpuScratch(Func<long, nint> allocate, Action<nint> free) : IDisposable
{
    private long length;

    /// <summary>0 before anything was asked for.</summary>
    public nint Address { get; private set; }

    /// <summary>Makes it so long at least. What it held is lost where it grows.</summary>
    public void Grow(long bytes)
    {
        if (length >= bytes)
            return;
        Dispose();
        Address = allocate(bytes);
        length = bytes;
    }

    /// <summary>Gives the memory back. What was asked for before still runs.</summary>
    public void Dispose()
    {
        nint address = Address;
        (Address, length) = (0, 0);
        if (address != 0)
            free(address);
    }
}
