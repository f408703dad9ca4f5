using System.Runtime.InteropServices;
using System.Text;

namespace LossGen.Gpu;

/// <summary>NVIDIA's compiler of kernels, as of CUDA 11.2, and for what it compiles on one device.</summary>
internal sealed unsafe class NvrtcLibrary
{
    private readonly delegate* unmanaged<nint*, byte*, byte*, int, nint, nint, int> createProgram;
    private readonly delegate* unmanaged<nint*, int> destroyProgram;
    private readonly delegate* unmanaged<nint, int, byte**, int> compileProgram;
    private readonly delegate* unmanaged<nint, nuint*, int> getLogSize, getImageSize;
    private readonly delegate* unmanaged<nint, byte*, int> getLog, getImage;
    private readonly delegate* unmanaged<int, byte*> getErrorString;
    private readonly string getImageName;

    private NvrtcLibrary(NativeFunctions nvrtc, int driverVersion, int capability)
    {
        createProgram = (delegate* unmanaged<nint*, byte*, byte*, int, nint, nint, int>)nvrtc.Get("nvrtcCreateProgram");
        destroyProgram = (delegate* unmanaged<nint*, int>)nvrtc.Get("nvrtcDestroyProgram");
        compileProgram = (delegate* unmanaged<nint, int, byte**, int>)nvrtc.Get("nvrtcCompileProgram");
        getLogSize = (delegate* unmanaged<nint, nuint*, int>)nvrtc.Get("nvrtcGetProgramLogSize");
        getLog = (delegate* unmanaged<nint, byte*, int>)nvrtc.Get("nvrtcGetProgramLog");
        getErrorString = (delegate* unmanaged<int, byte*>)nvrtc.Get("nvrtcGetErrorString");
        int major, minor;
        Check(((delegate* unmanaged<int*, int*, int>)nvrtc.Get("nvrtcVersion"))(&major, &minor), "nvrtcVersion");
        Version = new Version(major, minor);

        // What a newer major version compiles, an older driver does not take.
        if (major > driverVersion / 1000)
        {
            throw new GpuException(
                $"{nvrtc.Name} is NVRTC {Version}, and the driver is for CUDA {CudaDevice.Cuda(driverVersion)}: the driver has to be"
                + $" updated to one for CUDA {major}.0 or newer.");
        }

        int count;
        Check(((delegate* unmanaged<int*, int>)nvrtc.Get("nvrtcGetNumSupportedArchs"))(&count), "nvrtcGetNumSupportedArchs");
        var known = new int[count];
        fixed (int* all = known)
            Check(((delegate* unmanaged<int*, int>)nvrtc.Get("nvrtcGetSupportedArchs"))(all), "nvrtcGetSupportedArchs");
        int newest = known.Where(architecture => architecture <= capability).DefaultIfEmpty(0).Max();
        if (newest == 0)
            throw new GpuException($"{nvrtc.Name} is NVRTC {Version}, which no longer compiles for the device's sm_{capability}.");

        // A device that is newer than the compiler gets the assembler text of the newest device that the compiler knows, and its
        // driver makes machine code of it.
        IsMachineCode = newest == capability;
        Architecture = (IsMachineCode ? "sm_" : "compute_") + newest;
        getImageName = IsMachineCode ? "nvrtcGetCUBIN" : "nvrtcGetPTX";
        getImageSize = (delegate* unmanaged<nint, nuint*, int>)nvrtc.Get(getImageName + "Size");
        getImage = (delegate* unmanaged<nint, byte*, int>)nvrtc.Get(getImageName);
    }

    /// <summary>The version of CUDA that it belongs to.</summary>
    public Version Version { get; }

    /// <summary>What is compiled for, in the words of its option: <c>sm_90</c>, or <c>compute_89</c> for a newer device.</summary>
    public string Architecture { get; }

    /// <summary>Whether machine code comes out; otherwise PTX, which the driver translates.</summary>
    public bool IsMachineCode { get; }

    /// <summary>The first compiler among the files and names that suits driver and device.</summary>
    /// <param name="candidates">Full paths, and names that the system's loader knows.</param>
    /// <param name="driverVersion">As the driver states it: 12080 for CUDA 12.8.</param>
    /// <param name="capability">The device's compute capability: 90 for sm_90.</param>
    /// <exception cref="GpuException">
    /// There is none: the message says where it was looked for, or why what is there does not do.
    /// </exception>
    public static NvrtcLibrary Load(IEnumerable<string> candidates, int driverVersion, int capability)
    {
        var tried = new List<string>();
        var refused = new List<string>();
        foreach (string candidate in candidates)
        {
            tried.Add(candidate);
            LoadBuiltins(Path.GetDirectoryName(candidate));
            if (!NativeLibrary.TryLoad(candidate, out nint library))
                continue;
            try
            {
                return new NvrtcLibrary(new NativeFunctions(library, candidate), driverVersion, capability);
            }
            catch (GpuException exception)
            {
                refused.Add(exception.Message);
            }
        }

        throw new GpuException(refused.Count > 0
            ? string.Join(" ", refused)
            : "NVRTC, which compiles the kernels, was not found. It comes with libtorch for CUDA (packages TorchSharp-cuda-linux and"
                + $" TorchSharp-cuda-windows) and with NVIDIA's toolkit. Looked for: {string.Join(", ", tried)}.");
    }

    /// <summary>Compiles a text.</summary>
    /// <returns>The image that the driver loads, with a final 0.</returns>
    /// <exception cref="GpuException">The text does not compile: with the compiler's log.</exception>
    public byte[] Compile(string source, IReadOnlyList<string> options)
    {
        nint program = 0;
        fixed (byte* text = Encoding.UTF8.GetBytes(source + "\0"), name = "lossgen.cu\0"u8)
            Check(createProgram(&program, text, name, 0, 0, 0), "nvrtcCreateProgram");
        var texts = new nint[options.Count];
        try
        {
            for (int k = 0; k < texts.Length; k++)
                texts[k] = Marshal.StringToCoTaskMemUTF8(options[k]);
            int error;
            fixed (nint* all = texts)
                error = compileProgram(program, texts.Length, (byte**)all);
            if (error != 0)
            {
                throw new GpuException(
                    $"NVRTC {Version} did not compile the kernels (options {string.Join(' ', options)}): nvrtcCompileProgram answered"
                    + $" {ErrorName(error)}. Its log:{Environment.NewLine}{Log(program)}");
            }

            nuint size = 0;
            Check(getImageSize(program, &size), getImageName + "Size");
            var image = new byte[checked((int)size + 1)];
            fixed (byte* bytes = image)
                Check(getImage(program, bytes), getImageName);
            return image;
        }
        finally
        {
            foreach (nint text in texts)
                Marshal.FreeCoTaskMem(text);
            destroyProgram(&program);
        }
    }

    // At its first compilation NVRTC opens the library of its built-in functions by a name with the full version, under which
    // libtorch's packages do not keep it. The file that is there carries that name inside (SONAME): loaded now, it is found then.
    private static void LoadBuiltins(string? folder)
    {
        if (string.IsNullOrEmpty(folder) || !Directory.Exists(folder))
            return;
        foreach (string pattern in (string[])["libnvrtc-builtins*.so*", "nvrtc-builtins64_*.dll"])
        {
            foreach (string file in NvrtcSearch.Files(folder, pattern))
                NativeLibrary.TryLoad(file, out _);
        }
    }

    private string Log(nint program)
    {
        nuint size = 0;
        if (getLogSize(program, &size) != 0 || size == 0)
            return "(none)";
        var log = new byte[checked((int)size)];
        fixed (byte* bytes = log)
        {
            if (getLog(program, bytes) != 0)
                return "(not given)";
        }

        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private string ErrorName(int error) => $"{Marshal.PtrToStringUTF8((nint)getErrorString(error))} ({error})";

    private void Check(int error, string call)
    {
        if (error != 0)
            throw new GpuException($"NVRTC failed: {call} answered {ErrorName(error)}.");
    }
}
