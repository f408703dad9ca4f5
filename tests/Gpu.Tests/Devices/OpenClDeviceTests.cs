using System.Runtime.InteropServices;

namespace LossGen.Gpu.Tests;

/// <summary>The OpenCL driver by itself, with kernels written here.</summary>
public sealed class OpenClDeviceTests
{
    private const string Source = """
        #pragma OPENCL EXTENSION cl_khr_fp64 : enable
        typedef struct { long count; int step; float factor; } Form;
        __kernel void scale(__global const float* x, __global float* y, __global const float* shift, Form form)
        {
            for (long k = get_global_id(0); k < form.count; k += get_global_size(0))
                y[k] = x[k] * form.factor * FACTOR + form.step + (shift ? shift[k] : 0.0f);
        }
        __kernel void blocks(__global int* y, int offset)
        {
            __local int first;
            if (get_local_id(0) == 0) first = 1000 * get_group_id(0);
            barrier(CLK_LOCAL_MEM_FENCE);
            y[get_global_id(0)] = first + get_local_id(0) + offset;
        }
        __kernel void twice(__global double* y) { y[get_global_id(0)] *= 2.0; }
        """;

    [OpenClFact]
    public void AKernelGetsAddressesNumbersAndStructures()
    {
        using var device = OpenClDevice.Open();
        GpuModule module = device.Compile(Source, ["FACTOR=3"]);
        float[] x = [1, 2, 3, 4, 5], y = new float[5], shift = [10, 20, 30, 40, 50];
        nint input = device.Allocate(20), output = device.Allocate(20), shifts = device.Allocate(20);
        device.Write<float>(input, x);
        device.Write<float>(shifts, shift);
        var arguments = new GpuArguments();

        // The structure is the last: 5 numbers, step 7, factor 0.5.
        var form = new Form { Count = 5, Step = 7, Factor = 0.5f };
        device.Launch(module, "scale", 2, 2, arguments.Add(input).Add(output).Add(shifts).Add(form));
        device.Read<float>(output, y);
        Assert.Equal([18.5f, 30, 41.5f, 53, 64.5f], y);

        // A null pointer where there is no shift.
        device.Launch(module, "scale", 1, 1, arguments.Clear().Add(input).Add(output).Add<nint>(0).Add(form));
        device.Read<float>(output, y);
        Assert.Equal([8.5f, 10, 11.5f, 13, 14.5f], y);
    }

    [OpenClFact]
    public void BlocksAndThreadsAreThoseAskedFor()
    {
        using var device = OpenClDevice.Open();
        nint memory = device.Allocate(24);
        device.Launch(device.Compile(Source, ["FACTOR=1"]), "blocks", 3, 2, new GpuArguments().Add(memory).Add(5));
        var numbers = new int[6];
        device.Read<int>(memory, numbers);
        Assert.Equal([5, 6, 1005, 1006, 2005, 2006], numbers);
    }

    [OpenClFact]
    public void WhatIsWrittenMayBeChangedAtOnce()
    {
        using var device = OpenClDevice.Open();
        GpuModule module = device.Compile(Source, ["FACTOR=1"]);
        const int Count = 1 << 16;
        var numbers = new double[Count];
        nint memory = device.Allocate(8 * Count);
        for (int round = 1; round <= 20; round++)
        {
            Array.Fill(numbers, round);
            device.Write<double>(memory, numbers);
            Array.Fill(numbers, -1);
            device.Launch(module, "twice", Count / 64, 64, new GpuArguments().Add(memory));
            device.Read<double>(memory, numbers);
            Assert.All(numbers, number => Assert.Equal(2 * round, number));
        }
    }

    [OpenClFact]
    public void MemoryIsCleared()
    {
        using var device = OpenClDevice.Open();
        nint memory = device.Allocate(16);
        device.Write<int>(memory, [1, 2, 3, 4]);
        device.Clear(memory, 12);
        var numbers = new int[4];
        device.Read<int>(memory, numbers);
        Assert.Equal([0, 0, 0, 4], numbers);
    }

    [OpenClFact]
    public void AProgramIsCompiledOnceForItsTextAndMacros()
    {
        using var device = OpenClDevice.Open();
        GpuModule first = device.Compile(Source, ["FACTOR=1"]);
        Assert.Same(first, device.Compile(Source, ["FACTOR=1"]));
        Assert.NotSame(first, device.Compile(Source, ["FACTOR=2"]));
        Assert.NotSame(first, device.Compile(Source + "// another text", ["FACTOR=1"]));
        Assert.Equal((0, 3, 0), device.Live);
    }

    [OpenClFact]
    public void ATextThatDoesNotCompileIsAnErrorWithTheCompilersLog()
    {
        using var device = OpenClDevice.Open();
        var error = Assert.Throws<GpuException>(() => device.Compile("__kernel void f() { int a = undeclared_name; }", []));
        Assert.Contains("CL_BUILD_PROGRAM_FAILURE (-11)", error.Message, StringComparison.Ordinal);
        Assert.Contains("undeclared_name", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), device.Live);

        // The device is none the worse for it.
        BlocksOn(device);
    }

    [OpenClFact]
    public void ABadLaunchSaysWhatWasAskedForAndTheDeviceGoesOn()
    {
        using var device = OpenClDevice.Open();
        GpuModule module = device.Compile(Source, ["FACTOR=1"]);
        nint memory = device.Allocate(64);
        var error = Assert.Throws<GpuException>(() => device.Launch(module, "absent", 1, 1, new GpuArguments()));
        Assert.Contains("no kernel absent", error.Message, StringComparison.Ordinal);
        Assert.Contains("CL_INVALID_KERNEL_NAME (-46)", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<GpuException>(() => device.Launch(module, "blocks", 1, 1, new GpuArguments().Add(memory)));
        Assert.Contains("blocks takes 2 arguments, and 1 were given", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<GpuException>(() => device.Launch(module, "blocks", 1, 1, new GpuArguments().Add(memory).Add(1L)));
        Assert.Contains("argument 1 of 8 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("CL_INVALID_ARG_SIZE (-51)", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<GpuException>(() => device.Launch(module, "twice", 3, 1 << 24, new GpuArguments().Add(memory)));
        Assert.Contains("twice with 3 blocks of 16777216 threads", error.Message, StringComparison.Ordinal);
        Assert.Contains("CL_INVALID_WORK", error.Message, StringComparison.Ordinal);
        BlocksOn(device);
    }

    [OpenClFact]
    public void MemoryThatTheDeviceHasNotIsAnError()
    {
        using var device = OpenClDevice.Open();
        var error = Assert.Throws<GpuException>(() => device.Allocate(1L << 50));
        Assert.Contains("1125899906842624 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("clCreateBuffer answered CL_", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), device.Live);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Allocate(0));
    }

    [OpenClFact]
    public void MemoryIsFreedOnce()
    {
        using var device = OpenClDevice.Open();
        nint memory = device.Allocate(4);
        Assert.Equal((1, 0, 0), device.Live);
        device.Free(memory);
        Assert.Equal((0, 0, 0), device.Live);
        Assert.Throws<GpuException>(() => device.Free(memory));
        Assert.Throws<GpuException>(() => device.Free(0));
    }

    [OpenClFact]
    public void AfterItsEndADeviceSaysSo()
    {
        var device = OpenClDevice.Open();
        GpuModule module = device.Compile(Source, ["FACTOR=1"]);
        nint memory = device.Allocate(24);
        device.Launch(module, "blocks", 3, 2, new GpuArguments().Add(memory).Add(5));
        device.Dispose();
        device.Dispose();
        Assert.Equal((0, 0, 0), device.Live);
        Assert.Throws<ObjectDisposedException>(() => device.Allocate(1));
        Assert.Throws<ObjectDisposedException>(() => device.Read<int>(memory, new int[6]));
        Assert.Throws<ObjectDisposedException>(() => device.Launch(module, "blocks", 3, 2, new GpuArguments()));
    }

    [OpenClFact]
    public void AMacroWithABlankIsRefused()
    {
        using var device = OpenClDevice.Open();
        Assert.Throws<ArgumentException>(() => device.Compile(Source, ["FACTOR=1 -cl-fast-relaxed-math"]));
    }

    [OpenClFact]
    public void SeveralThreadsMayUseADevice()
    {
        using var device = OpenClDevice.Open();
        Parallel.For(0, 8, k => BlocksOn(device, offset: k, factor: k % 3));
    }

    [OpenClFact]
    public void AnotherBindingsContextAndQueueCanBeUsed()
    {
        using var owner = OpenClDevice.Open();
        nint memory = owner.Allocate(24);
        var guest = OpenClDevice.Use(owner.Context, owner.Device, owner.Queue);
        Assert.Equal(owner.Name, guest.Name);
        guest.Launch(guest.Compile(Source, ["FACTOR=1"]), "blocks", 3, 2, new GpuArguments().Add(memory).Add(5));
        guest.Dispose();

        // The owner's queue still works, and has what the guest did.
        var numbers = new int[6];
        owner.Read<int>(memory, numbers);
        Assert.Equal([5, 6, 1005, 1006, 2005, 2006], numbers);
    }

    [Fact]
    public void WithoutTheLibraryTheReasonNamesIt()
    {
        Assert.False(OpenClDevice.TryOpen(["libNoOpenCL.so.1"], out OpenClDevice? device, out string? reason));
        Assert.Null(device);
        Assert.Contains("OpenCL", reason, StringComparison.Ordinal);
        Assert.Contains("libNoOpenCL.so.1", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherLibraryOfThatNameIsFoundOut()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Assert.False(OpenClDevice.TryOpen(["libc.so.6"], out _, out string? reason));
        Assert.Contains("libc.so.6 has no function clGetPlatformIDs", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ArgumentsLieWhereTheirTypesMay()
    {
        var arguments = new GpuArguments().Add(1).Add<nint>(2).Add(new Form { Count = 3, Step = 4, Factor = 5 });
        Assert.Equal(3, arguments.Count);
        Assert.Equal([1, 0, 0, 0], arguments[0].ToArray());
        Assert.Equal([2, 0, 0, 0, 0, 0, 0, 0], arguments[1].ToArray());
        Assert.Equal(3, MemoryMarshal.Read<Form>(arguments[2]).Count);
        Assert.Equal(5, MemoryMarshal.Read<Form>(arguments[2]).Factor);
        Assert.Equal(0, arguments.Clear().Count);
    }

    private static void BlocksOn(OpenClDevice device, int offset = 0, int factor = 1)
    {
        nint memory = device.Allocate(16);
        GpuModule module = device.Compile(Source, [$"FACTOR={factor}"]);
        for (int round = 0; round < 10; round++)
        {
            device.Launch(module, "blocks", 2, 2, new GpuArguments().Add(memory).Add(offset + round));
            var numbers = new int[4];
            device.Read<int>(memory, numbers);
            Assert.Equal([offset + round, offset + round + 1, offset + round + 1000, offset + round + 1001], numbers);
        }

        device.Free(memory);
    }

    private struct Form
    {
        public long Count;
        public int Step;
        public float Factor;
    }
}
