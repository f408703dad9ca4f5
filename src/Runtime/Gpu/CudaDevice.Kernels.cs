using System.Text;

namespace LossGen.Gpu;

/// <content>Kernels: compiled, found and launched.</content>
public sealed unsafe partial class CudaDevice
{
    /// <inheritdoc/>
    /// <remarks>Where the macro <c>EXACT</c> is 1 no product joins an addition, which CUDA C can say by an option alone.</remarks>
    internal override GpuModule Compile(string source, IReadOnlyList<string> defines)
    {
        string[] options =
        [
            "--gpu-architecture=" + nvrtc.Architecture, "--std=c++17",
            .. defines.Contains("EXACT=1") ? ["--fmad=false"] : Array.Empty<string>(),
            .. defines.Select(define => "--define-macro=" + define),
        ];
        var key = (source, string.Join('\n', options));
        using Entered entered = Enter();
        if (!modules.TryGetValue(key, out GpuModule? module))
            modules.Add(key, module = new GpuModule(Load(source, options)));
        return module;
    }

    internal override void Launch(GpuModule module, string kernel, int blocks, int threads, GpuArguments arguments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using Entered entered = Enter();
        Function function = Find(module.Handle, kernel);
        Compare(function, kernel, arguments);
        int count = arguments.Count, length = 0;
        for (int k = 0; k < count; k++)
            length += (arguments[k].Length + 15) & ~15;
        byte* bytes = stackalloc byte[length + 1];
        void** places = stackalloc void*[count + 1];
        for (int k = 0; k < count; k++)
        {
            Span<byte> argument = arguments[k];
            argument.CopyTo(new Span<byte>(bytes, argument.Length));
            places[k] = bytes;
            bytes += (argument.Length + 15) & ~15;
        }

        int error = cuda.LaunchKernel(function.Handle, (uint)blocks, 1, 1, (uint)threads, 1, 1, 0, Stream, places, null);
        if (error == 0)
            return;
        int most = 0;
        string limit = cuda.FunctionGetAttribute(&most, CudaLibrary.MaxThreads, function.Handle) == 0
            ? $" (this kernel's blocks hold at most {most})"
            : "";
        Check(error, "cuLaunchKernel", $"{Name} did not run {kernel} with {blocks} blocks of {threads} threads{limit}");
    }

    /// <summary>What a thread of a kernel takes: registers, and bytes of local memory (0 where all fits into registers).</summary>
    internal (int Registers, int LocalBytes) Resources(GpuModule module, string kernel)
    {
        using Entered entered = Enter();
        nint function = Find(module.Handle, kernel).Handle;
        int registers = 0, local = 0;
        Check(cuda.FunctionGetAttribute(&registers, CudaLibrary.Registers, function), "cuFuncGetAttribute", $"{kernel} is not described");
        Check(cuda.FunctionGetAttribute(&local, CudaLibrary.LocalBytes, function), "cuFuncGetAttribute", $"{kernel} is not described");
        return (registers, local);
    }

    /// <summary>How many milliseconds pass on the device between the begin and the end of what is asked for; waits for it.</summary>
    internal double Milliseconds(Action work)
    {
        nint begin = 0, end = 0;
        try
        {
            using (Entered entered = Enter())
            {
                Check(cuda.EventCreate(&begin, 0), "cuEventCreate", "Time cannot be taken");
                Check(cuda.EventCreate(&end, 0), "cuEventCreate", "Time cannot be taken");
                Check(cuda.EventRecord(begin, Stream), "cuEventRecord", "Time cannot be taken");
            }

            work();
            using (Entered entered = Enter())
            {
                Check(cuda.EventRecord(end, Stream), "cuEventRecord", "Time cannot be taken");
                Check(cuda.EventSynchronize(end), "cuEventSynchronize", $"{Name} failed in what was timed");
                float time = 0;
                Check(cuda.EventElapsedTime(&time, begin, end), "cuEventElapsedTime", "Time cannot be taken");
                return time;
            }
        }
        finally
        {
            lock (gate)
            {
                using var current = new Current(cuda, context);
                if (begin != 0)
                    cuda.EventDestroy(begin);
                if (end != 0)
                    cuda.EventDestroy(end);
            }
        }
    }

    // From disk, or compiled and kept.
    private nint Load(string source, string[] options)
    {
        string key = KernelCache.Key([source, nvrtc.Version.ToString(), .. options]);
        nint module;
        string log;
        if (cache.Read(key) is { } known)
        {
            int error = LoadImage(known, out module, out log);
            if (error == 0)
                return module;
            if (CudaLibrary.IsFatal(error) || error == CudaLibrary.OutOfMemory)
                Check(error, "cuModuleLoadDataEx", $"{Name} did not take the compiled kernels");

            // Whole, but not for this driver.
            cache.Forget(key);
        }

        byte[] image = nvrtc.Compile(source, options);
        Check(LoadImage(image, out module, out log), "cuModuleLoadDataEx", $"{Name} did not take the compiled kernels{log}");
        cache.Write(key, image);
        return module;
    }

    private int LoadImage(byte[] image, out nint module, out string log)
    {
        var text = new byte[8192];
        nint loaded = 0;
        int error;
        fixed (byte* bytes = image, buffer = text)
        {
            int* options = stackalloc int[] { CudaLibrary.ErrorLogBuffer, CudaLibrary.ErrorLogBufferBytes };
            void** values = stackalloc void*[] { buffer, (void*)text.Length };
            error = cuda.ModuleLoad(&loaded, bytes, 2, options, values);
        }

        int end = Array.IndexOf(text, (byte)0);
        string said = Encoding.UTF8.GetString(text, 0, end < 0 ? text.Length : end).Trim();
        log = said.Length == 0 ? "" : $" ({said})";
        module = loaded;
        return error;
    }

    private Function Find(nint module, string name)
    {
        if (functions.TryGetValue((module, name), out Function? known))
            return known;
        nint handle = 0;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
            Check(cuda.ModuleGetFunction(&handle, module, text), "cuModuleGetFunction", $"The compiled text has no kernel {name}");

        // Newer drivers tell what a kernel takes; wrong arguments would otherwise be read from wherever they happen to lie.
        List<int>? sizes = null;
        if (cuda.FunctionGetParameter is not null)
        {
            nuint offset, size;
            int error;
            sizes = [];
            while ((error = cuda.FunctionGetParameter(handle, (nuint)sizes.Count, &offset, &size)) == 0)
                sizes.Add((int)size);
            if (error != CudaLibrary.InvalidValue)
                sizes = null;
        }

        return functions[(module, name)] = new Function(handle, sizes);
    }

    private static void Compare(Function function, string kernel, GpuArguments arguments)
    {
        if (function.Sizes is not { } sizes)
            return;
        if (sizes.Count != arguments.Count)
            throw new GpuException($"The kernel {kernel} takes {sizes.Count} arguments, and {arguments.Count} were given.");
        for (int k = 0; k < sizes.Count; k++)
        {
            int given = arguments[k].Length;
            if (sizes[k] != given)
                throw new GpuException($"The kernel {kernel} takes {sizes[k]} bytes as argument {k}, and {given} were given.");
        }
    }

    /// <summary>A kernel; the bytes of its parameters where the driver tells them.</summary>
    private sealed record Function(nint Handle, List<int>? Sizes);
}
