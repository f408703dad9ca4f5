using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LossGen.Benchmarks.Measure;

/// <summary>
/// Counts the bytes that torch allocates for CPU tensors. All of them come from one call of posix_memalign in libc10, whose entry in that
/// library's table of imports is redirected for the time of the count. 64-bit Linux on x64 only.
/// </summary>
internal sealed unsafe partial class TensorMemory : IDisposable
{
    private static readonly Lazy<(nint Allocate, nint Free)> Slots = new(FindSlots);

    private static long allocated, current, peak;
    private static delegate* unmanaged<void**, nuint, nuint, int> allocate;
    private static delegate* unmanaged<void*, void> free;

    private TensorMemory()
    {
        (allocated, current, peak) = (0, 0, 0);
        allocate = (delegate* unmanaged<void**, nuint, nuint, int>)Exchange(Slots.Value.Allocate, (nint)(delegate* unmanaged<void**, nuint,
            nuint, int>)&Allocate);
        free = (delegate* unmanaged<void*, void>)Exchange(Slots.Value.Free, (nint)(delegate* unmanaged<void*, void>)&Free);
    }

    public long Allocated => Volatile.Read(ref allocated);

    public long Peak => Volatile.Read(ref peak);

    /// <summary>Begins to count, until it is disposed; null where that is not possible.</summary>
    public static TensorMemory? Watch() =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && Slots.Value is
        {
            Allocate: not 0,
            Free: not 0
        } ? new() : null;

    public void Dispose()
    {
        Exchange(Slots.Value.Allocate, (nint)allocate);
        Exchange(Slots.Value.Free, (nint)free);
    }

    [UnmanagedCallersOnly]
    private static int Allocate(void** memory, nuint alignment, nuint size)
    {
        int error = allocate(memory, alignment, size);
        if (error == 0)
        {
            Interlocked.Add(ref allocated, (long)size);
            long held = Interlocked.Add(ref current, (long)UsableSize(*memory));
            for (long seen = Volatile.Read(ref peak); held > seen; seen = Volatile.Read(ref peak))
                Interlocked.CompareExchange(ref peak, held, seen);
        }

        return error;
    }

    [UnmanagedCallersOnly]
    private static void Free(void* memory)
    {
        Interlocked.Add(ref current, -(long)UsableSize(memory));
        free(memory);
    }

    private static nint Exchange(nint slot, nint function)
    {
        nint page = slot & ~(nint)4095;
        const int readWrite = 3;
        if (Protect(page, 4096, readWrite) != 0)
            throw new InvalidOperationException("The table of imports of libc10 cannot be written.");
        return Interlocked.Exchange(ref Unsafe.AsRef<nint>((void*)slot), function);
    }

    private static (nint Allocate, nint Free) FindSlots()
    {
        string? line = File.ReadLines("/proc/self/maps").FirstOrDefault(map => map.EndsWith("/libc10.so", StringComparison.Ordinal));
        if (line is null)
            return default;
        var library = new LoadedLibrary((byte*)nint.Parse(line[..line.IndexOf('-', StringComparison.Ordinal)],
            System.Globalization.NumberStyles.HexNumber));
        return (library.Import("posix_memalign"), library.Import("free"));
    }

    [LibraryImport("libc", EntryPoint = "malloc_usable_size")]
    private static partial nuint UsableSize(void* memory);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);
}
