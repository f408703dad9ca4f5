using System.Text;

namespace LossGen.Gpu;

/// <content>Kernels: compiled, found and launched.</content>
public sealed unsafe partial class OpenClDevice
{
    /// <inheritdoc/>
    /// <remarks>Where the device is a CPU the macro <c>ON_CPU</c> is 1, for what its compiler is slow at.</remarks>
    internal override GpuModule Compile(string source, IReadOnlyList<string> defines)
    {
        var options = new StringBuilder(CompilesQuickly ? "-cl-std=CL1.2 -cl-opt-disable" : "-cl-std=CL1.2");
        if (isCpu)
            options.Append(" -D ON_CPU=1");
        foreach (string define in defines)
        {
            if (define.AsSpan().ContainsAny(" \t\r\n\"'\0"))
                throw new ArgumentException($"The macro \"{define}\" has a blank or a quotation mark, which OpenCL's options cannot hold.");
            options.Append(" -D ").Append(define);
        }

        var key = (source, options.ToString());
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!programs.TryGetValue(key, out GpuModule? module))
                programs.Add(key, module = new GpuModule(Build(source, key.Item2)));
            return module;
        }
    }

    internal override void Launch(GpuModule module, string kernel, int blocks, int threads, GpuArguments arguments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            Kernel found = Find(module.Handle, kernel);
            if (found.Arguments != arguments.Count)
                throw new GpuException($"The kernel {kernel} takes {found.Arguments} arguments, and {arguments.Count} were given.");
            for (int k = 0; k < arguments.Count; k++)
            {
                Span<byte> bytes = arguments[k];
                fixed (byte* value = bytes)
                {
                    int wrong = cl.SetKernelArg(found.Handle, (uint)k, (nuint)bytes.Length, value);
                    Check(wrong, "clSetKernelArg", $"The kernel {kernel} did not take its argument {k} of {bytes.Length} bytes");
                }
            }

            nuint all = checked((nuint)blocks * (nuint)threads), group = (nuint)threads;
            int error = cl.EnqueueNDRangeKernel(Queue, found.Handle, 1, null, &all, &group, 0, null, null);
            if (error == 0)
                return;
            nuint most = 0;
            cl.GetKernelWorkGroupInfo(found.Handle, Device, OpenClLibrary.KernelWorkGroupSize, (nuint)sizeof(nuint), &most, null);
            Check(
                error,
                "clEnqueueNDRangeKernel",
                $"{Name} did not run {kernel} with {blocks} blocks of {threads} threads (this kernel's blocks hold at most {most})");
        }
    }

    private nint Build(string source, string options)
    {
        byte[] text = Encoding.UTF8.GetBytes(source), option = Encoding.UTF8.GetBytes(options + "\0");
        int error;
        nint program, target = Device;
        fixed (byte* bytes = text, chosen = option)
        {
            byte* start = bytes;
            nuint length = (nuint)text.Length;
            program = cl.CreateProgramWithSource(Context, 1, &start, &length, &error);
            Check(error, "clCreateProgramWithSource", $"{Name} did not take a text of {length} bytes");
            error = cl.BuildProgram(program, 1, &target, chosen, 0, 0);
        }

        if (error == 0)
            return program;
        string log = Log(program);
        cl.ReleaseProgram(program);
        throw new GpuException(
            $"{Name} did not compile the kernels (options {options}): clBuildProgram answered {OpenClLibrary.ErrorName(error)}."
            + $" Its log:{Environment.NewLine}{log}");
    }

    private string Log(nint program)
    {
        nuint length = 0;
        if (cl.GetProgramBuildInfo(program, Device, OpenClLibrary.BuildLog, 0, null, &length) != 0 || length == 0)
            return "(none)";
        var log = new byte[length];
        fixed (byte* bytes = log)
            cl.GetProgramBuildInfo(program, Device, OpenClLibrary.BuildLog, length, bytes, null);
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private Kernel Find(nint program, string name)
    {
        if (kernels.TryGetValue((program, name), out Kernel known))
            return known;
        int error;
        nint kernel;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
            kernel = cl.CreateKernel(program, text, &error);
        Check(error, "clCreateKernel", $"The compiled text has no kernel {name}");
        uint arguments = 0;
        error = cl.GetKernelInfo(kernel, OpenClLibrary.KernelArgumentCount, sizeof(uint), &arguments, null);
        if (error != 0)
        {
            cl.ReleaseKernel(kernel);
            Check(error, "clGetKernelInfo", $"The arguments of the kernel {name} are not known");
        }

        return kernels[(program, name)] = new Kernel(kernel, (int)arguments);
    }

    private readonly record struct Kernel(nint Handle, int Arguments);
}
