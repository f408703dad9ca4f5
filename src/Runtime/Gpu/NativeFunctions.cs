using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary>A driver's library and its functions, found by their names. It stays loaded: drivers do not like to be unloaded.</summary>
internal sealed class NativeFunctions
{
    private readonly nint library;

    public NativeFunctions(nint library, string name)
    {
        this.library = library;
        Name = name;
    }

    /// <summary>The name under which the library was found.</summary>
    public string Name { get; }

    /// <summary>Loads the first library there is of these names.</summary>
    /// <param name="names">File names, or full paths.</param>
    /// <param name="purpose">What it is and who brings it, for the message.</param>
    /// <exception cref="GpuException">There is none.</exception>
    public static NativeFunctions Load(IEnumerable<string> names, string purpose)
    {
        var tried = new List<string>();
        foreach (string name in names)
        {
            // By its name alone: the system's loader knows where drivers are.
            if (NativeLibrary.TryLoad(name, out nint library))
                return new NativeFunctions(library, name);
            tried.Add(name);
        }

        throw new GpuException($"{purpose} was not found. Looked for: {string.Join(", ", tried)}.");
    }

    /// <summary>A function that has to be there.</summary>
    /// <exception cref="GpuException">It is not.</exception>
    public nint Get(string function)
    {
        return NativeLibrary.TryGetExport(library, function, out nint address)
            ? address
            : throw new GpuException($"{Name} has no function {function}: it is too old, or something else has its name.");
    }

    /// <summary>A function that older libraries lack: 0 there.</summary>
    public nint Find(string function) => NativeLibrary.TryGetExport(library, function, out nint address) ? address : 0;
}
