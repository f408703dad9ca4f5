namespace LossGen.Gpu.Tests;

/// <summary>The CUDA driver against a mock of NVIDIA's libraries: what is asked of them, and what comes of their failures.</summary>
public sealed class CudaDeviceTests
{
    private const string Source = "extern \"C\" __global__ void scale(float* x, int n, Form form) { }";
    private const string None = "0 0 0 0 0 0 0";

    [MockFact]
    public void OpeningAsksForTheDeviceAndItsPrimaryContext()
    {
        using var mock = new MockLibrary();
        mock.Devices(2, 86);
        mock.NvrtcVersion(12, 8, 86);
        using (CudaDevice device = Open(mock, 1))
        {
            Assert.Equal("Mock 1", device.Name);
            Assert.Equal(1, device.Ordinal);
            Assert.Equal("sm_86", device.Architecture);
            Assert.Equal(new Version(12, 8), device.CompilerVersion);
            Assert.Equal("0 0 0 1 0 0 0", Live(mock));
            Assert.Equal(
                ["cuInit", "cuDriverGetVersion", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetAttribute",
                    "cuDeviceGetAttribute", "nvrtcVersion", "cuDevicePrimaryCtxRetain"],
                mock.Log);
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void ALaunchHasItsGridItsStreamAndItsArguments()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            GpuModule module = device.Compile(Source, ["CLASSES=19", "ROWS=8"]);
            Assert.Equal("--gpu-architecture=sm_90 --std=c++17 --define-macro=CLASSES=19 --define-macro=ROWS=8", mock.Options);
            device.Compile(Source, ["EXACT=1"]);
            Assert.Equal("--gpu-architecture=sm_90 --std=c++17 --fmad=false --define-macro=EXACT=1", mock.Options);
            mock.Forget();
            device.Stream = 7;
            device.Launch(module, "scale", 5, 128, Arguments(unchecked((nint)0x1122334455667788), -2));
            Assert.Equal(
                ["cuModuleGetFunction",
                    "cuLaunchKernel scale grid 5 1 1 block 128 1 1 shared 0 stream 7 arguments"
                    + " 8877665544332211 feffffff 0300000000000000040000000000000000000000000000c0"],
                mock.Log);

            // The kernel is known now, and another thread has a stream of its own.
            mock.Forget();
            nint other = -1;
            var thread = new Thread(() => other = device.Stream);
            thread.Start();
            thread.Join();
            Assert.Equal(0, other);
            device.Stream = 0;
            device.Launch(module, "scale", 1, 1, Arguments(0, 1));
            Assert.StartsWith("cuLaunchKernel scale grid 1 1 1 block 1 1 1 shared 0 stream 0", Assert.Single(mock.Log),
                StringComparison.Ordinal);
            Assert.Equal((77, 16), device.Resources(module, "scale"));
            Assert.Equal(2.5, device.Milliseconds(() => device.Launch(module, "scale", 1, 1, Arguments(0, 1))));
            Assert.Equal("0 0 2 1 0 0 0", Live(mock));
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void TheCurrentContextIsLeftAsItWas()
    {
        using var mock = new MockLibrary();
        mock.Push(0x777);
        using (CudaDevice device = Open(mock))
        {
            nint memory = device.Allocate(16);
            device.Write<int>(memory, [1, 2, 3, 4]);
            device.Launch(device.Compile(Source, []), "scale", 1, 1, Arguments(memory, 1));
            device.Read<int>(memory, new int[4]);
            Assert.Throws<GpuException>(() => device.Launch(device.Compile(Source, []), "absent", 1, 1, Arguments(memory, 1)));
            Assert.Throws<GpuException>(() => device.Free(1));
            Assert.Equal((1, 0x777), (mock.Depth, mock.Current));
        }

        Assert.Equal((1, 0x777), (mock.Depth, mock.Current));
        Assert.Equal(None, Live(mock));
    }

    [MockTheory]
    [InlineData(10, 4)]
    [InlineData(300_000, 4)]
    public void WritingDoesNotWaitAndTheNumbersMayBeChangedAtOnce(int count, int rounds)
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            var memory = new nint[rounds];
            for (int k = 0; k < rounds; k++)
            {
                memory[k] = device.Allocate(4L * count);
                var numbers = new int[count];
                Array.Fill(numbers, k + 1);
                device.Write<int>(memory[k], numbers);
                Array.Fill(numbers, -1);
            }

            // The mock copies when somebody waits.
            Assert.DoesNotContain("cuStreamSynchronize 0", mock.Log);
            for (int k = 0; k < rounds; k++)
            {
                var numbers = new int[count];
                device.Read<int>(memory[k], numbers);
                Assert.All(numbers, number => Assert.Equal(k + 1, number));
            }

            // Short pieces are used again, long ones are given back.
            device.Write<int>(memory[0], new int[1]);
            Assert.Equal(count == 10 ? rounds : 1, mock.Live[1]);
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void LongNumbersWaitAndSoDoThoseForWhichThereIsNoPageLockedMemory()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            nint memory = device.Allocate(3L << 22);
            var numbers = new int[3 << 20];
            numbers[^1] = 5;
            device.Write<int>(memory, numbers);
            Assert.Equal(["cuMemcpyHtoDAsync 12582912 stream 0", "cuStreamSynchronize 0"], mock.Log[^2..]);
            device.Read<int>(memory, numbers);
            Assert.Equal(5, numbers[^1]);
            mock.Fail("cuMemAllocHost", 2);
            device.Write<int>(memory, [6]);
            Assert.Equal(["cuMemcpyHtoDAsync 4 stream 0", "cuStreamSynchronize 0"], mock.Log[^2..]);
            device.Read<int>(memory, numbers);
            Assert.Equal(6, numbers[0]);
            device.Clear(memory, 4);
            device.Read<int>(memory, numbers);
            Assert.Equal(0, numbers[0]);
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void CompiledOnceForATextAndItsMacrosAndKeptOnDisk()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            GpuModule module = device.Compile(Source, ["A=1"]);
            Assert.Same(module, device.Compile(Source, ["A=1"]));
            Assert.NotSame(module, device.Compile(Source, ["A=2"]));
            Assert.NotSame(module, device.Compile(Source + " ", ["A=1"]));
            Assert.Equal(3, Compilations(mock));
        }

        Assert.Equal(3, Directory.GetFiles(mock.Cache).Length);
        mock.Forget();
        using (CudaDevice device = Open(mock))
        {
            device.Launch(device.Compile(Source, ["A=1"]), "scale", 1, 1, Arguments(0, 1));
            Assert.Equal(0, Compilations(mock));
        }

        // Another version of the compiler makes other code.
        mock.NvrtcVersion(12, 6, 90);
        using (CudaDevice device = Open(mock))
        {
            device.Compile(Source, ["A=1"]);
            Assert.Equal(1, Compilations(mock));
        }

        Assert.Equal(None, Live(mock));
    }

    [MockTheory]
    [InlineData("cut off")]
    [InlineData("changed")]
    [InlineData("empty")]
    [InlineData("whole, but not for this driver")]
    public void ABrokenFileOfTheCacheIsMadeAnew(string how)
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
            device.Compile(Source, []);
        string file = Assert.Single(Directory.GetFiles(mock.Cache));
        byte[] bytes = File.ReadAllBytes(file), good = [.. bytes];
        bytes[^5] ^= 1;
        if (how[0] == 'w')
            new KernelCache(mock.Cache).Write(Path.GetFileNameWithoutExtension(file), [1, 2, 3, 4, 5, 6]);
        else
            File.WriteAllBytes(file, how switch { "changed" => bytes, "empty" => [], _ => good[..^9] });
        mock.Forget();
        using (CudaDevice device = Open(mock))
        {
            device.Launch(device.Compile(Source, []), "scale", 1, 1, Arguments(0, 1));
            Assert.Equal(1, Compilations(mock));
        }

        Assert.Equal(good, File.ReadAllBytes(file));
        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void WithoutACacheFolderOrWithOneThatCannotBeItCompilesEachTime()
    {
        using var mock = new MockLibrary();
        foreach (string? folder in new[] { null, Path.Combine(mock.File, "below a file") })
        {
            mock.Forget();
            for (int k = 0; k < 2; k++)
            {
                Assert.True(CudaDevice.TryOpen(0, mock.Setup with { CacheFolder = folder }, out CudaDevice? device, out _));
                device.Compile(Source, []);
                device.Dispose();
            }

            Assert.Equal(2, Compilations(mock));
        }

        Assert.False(Directory.Exists(mock.Cache));
    }

    [MockFact]
    public void ADeviceNewerThanTheCompilerGetsItsNewestAssemblerText()
    {
        using var mock = new MockLibrary();
        mock.Devices(1, 103, 13000);
        using (CudaDevice device = Open(mock))
        {
            Assert.Equal("compute_90", device.Architecture);
            device.Launch(device.Compile(Source, []), "scale", 1, 1, Arguments(0, 1));
            Assert.Contains("nvrtcGetPTX", mock.Log);
            Assert.DoesNotContain("nvrtcGetCUBIN", mock.Log);
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void TheBuiltinsBesideNvrtcAreLoadedUnderTheNameInsideThem()
    {
        // As in libtorch's packages: the file has no version, NVRTC asks for the name with it.
        using var mock = new MockLibrary();
        mock.NvrtcNeedsBuiltins();
        using (CudaDevice device = Open(mock))
        {
            var error = Assert.Throws<GpuException>(() => device.Compile(Source, []));
            Assert.Contains("NVRTC_ERROR_BUILTIN_OPERATION_FAILURE (7)", error.Message, StringComparison.Ordinal);
            Assert.Contains("failed to open libnvrtc-builtins.so.12.8", error.Message, StringComparison.Ordinal);
        }

        string empty = Path.Combine(mock.Folder, "empty.c");
        File.WriteAllText(empty, "int nothing;");
        MockLibrary.Make(Path.Combine(mock.Folder, "libnvrtc-builtins.so"), empty, "-Wl,-soname,libnvrtc-builtins.so.12.8");
        using (CudaDevice device = Open(mock))
            device.Compile(Source, []);
        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void NvrtcIsFoundUnderTheNamesOfPackages()
    {
        using var mock = new MockLibrary();
        string[] names = ["libnvrtc-2bb82d1a.so.12", "libnvrtc.so.13", "libcaffe2_nvrtc.so", "libnvrtc-builtins.so", "libnvrtc.alt.so.12"];
        foreach (string name in names)
            File.WriteAllText(Path.Combine(mock.Folder, name), "no library");
        Assert.Equal(names[..3], NvrtcSearch.In(mock.Folder).Select(Path.GetFileName));
        Assert.Empty(NvrtcSearch.In(Path.Combine(mock.Folder, "absent")));

        // Files that are no libraries are passed over.
        CudaSetup setup = mock.Setup with { Nvrtc = [.. NvrtcSearch.In(mock.Folder), mock.File] };
        Assert.True(CudaDevice.TryOpen(0, setup, out CudaDevice? device, out string? reason), reason);
        device.Dispose();
        Assert.Contains("libnvrtc.so.12", NvrtcSearch.Candidates());

        // Among the folders of packages before the system's.
        object? before = AppContext.GetData(NvrtcSearch.HostFolders);
        AppContext.SetData(NvrtcSearch.HostFolders, $"/nowhere{Path.PathSeparator}{mock.Folder}");
        string[] candidates = [.. NvrtcSearch.Candidates()];
        AppContext.SetData(NvrtcSearch.HostFolders, before);
        int found = Array.IndexOf(candidates, Path.Combine(mock.Folder, names[0]));
        Assert.InRange(found, 0, Array.IndexOf(candidates, "libnvrtc.so.13") - 1);
    }

    [Fact]
    public void WithoutADriverTheReasonNamesIt()
    {
        Assert.False(CudaDevice.TryOpen(0, new CudaSetup(["libnocuda.so.1"], [], null), out CudaDevice? device, out string? reason));
        Assert.Null(device);
        Assert.Equal("NVIDIA's driver was not found. Looked for: libnocuda.so.1.", reason);
    }

    [Fact]
    public void LookingOnThisMachineThrowsNothing()
    {
        for (int ordinal = -1; ordinal < 2; ordinal++)
        {
            bool opened = CudaDevice.TryOpen(ordinal, out CudaDevice? device, out string? reason);
            Assert.Equal(opened, reason is null);
            device?.Dispose();
        }
    }

    [MockTheory]
    [InlineData("cuInit", "has no function cuInit: it is too old")]
    [InlineData("cuLaunchKernel", "has no function cuLaunchKernel: it is too old")]
    [InlineData("nvrtcGetSupportedArchs", "has no function nvrtcGetSupportedArchs: it is too old")]
    public void AMissingFunctionIsAReason(string function, string reason)
    {
        using var mock = new MockLibrary(function);
        Refused(mock, 0, reason);
    }

    [MockFact]
    public void WithoutNvrtcTheReasonSaysWhereItComesFrom()
    {
        using var mock = new MockLibrary();
        Assert.False(CudaDevice.TryOpen(0, mock.Setup with { Nvrtc = ["libnonvrtc.so.12"] }, out _, out string? reason));
        Assert.Contains("NVRTC, which compiles the kernels, was not found.", reason, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cuda-linux", reason, StringComparison.Ordinal);
        Assert.Contains("libnonvrtc.so.12", reason, StringComparison.Ordinal);
        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void DevicesAndDriversThatDoNotDoAreReasons()
    {
        using var mock = new MockLibrary();
        Refused(mock, 1, "There is no GPU 1: the driver finds 1, and counts from 0.");
        Refused(mock, -1, "There is no GPU -1");
        mock.Devices(0);
        Refused(mock, 0, "finds no GPU that it can use");
        mock.Devices(1, 90, 10020);
        Refused(mock, 0, "NVIDIA's driver is for CUDA 10.2, and 11.0 or newer is needed");
        mock.Devices(1, 90, 11040);
        Refused(mock, 0, "is NVRTC 12.8, and the driver is for CUDA 11.4: the driver has to be updated to one for CUDA 12.0 or newer.");
        mock.Devices(1, 90, 12080);
        mock.NvrtcOldest(100);
        Refused(mock, 0, "no longer compiles for the device's sm_90");
    }

    [MockTheory]
    [InlineData("cuInit")]
    [InlineData("cuDriverGetVersion")]
    [InlineData("cuDeviceGetCount")]
    [InlineData("cuDeviceGet")]
    [InlineData("cuDeviceGetName")]
    [InlineData("cuDeviceGetAttribute")]
    [InlineData("cuDevicePrimaryCtxRetain")]
    public void WhatFailsAtTheStartIsAReason(string function)
    {
        using var mock = new MockLibrary();
        mock.Fail(function, 999);
        Refused(mock, 0, $"{function} answered CUDA_ERROR_UNKNOWN (999: as the driver says it)");
    }

    [MockFact]
    public void ATextThatDoesNotCompileIsAnErrorWithTheCompilersLog()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            var error = Assert.Throws<GpuException>(() => device.Compile(Source + "mistake", ["A=1"]));
            Assert.Contains("nvrtcCompileProgram answered NVRTC_ERROR_COMPILATION (6)", error.Message, StringComparison.Ordinal);
            Assert.Contains("lossgen.cu(3): error: identifier \"mistake\" is undefined", error.Message, StringComparison.Ordinal);
            Assert.Contains("--define-macro=A=1", error.Message, StringComparison.Ordinal);
            Assert.Equal("0 0 0 1 0 0 0", Live(mock));
            device.Compile(Source, []);
        }

        Assert.Equal(None, Live(mock));
        Assert.Single(Directory.GetFiles(mock.Cache));
    }

    [MockTheory]
    [InlineData("nvrtcCreateProgram", 1)]
    [InlineData("nvrtcGetCUBINSize", 1)]
    [InlineData("nvrtcGetCUBIN", 1)]
    [InlineData("cuModuleLoadDataEx", 200)]
    public void WhatFailsInCompilingLeavesNothingBehind(string function, int answer)
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            mock.Fail(function, answer);
            var error = Assert.Throws<GpuException>(() => device.Compile(Source, []));
            Assert.Contains($"{function} answered ", error.Message, StringComparison.Ordinal);
            Assert.Equal("0 0 0 1 0 0 0", Live(mock));
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void OutOfMemorySaysHowMuchIsLeft()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            var error = Assert.Throws<GpuException>(() => device.Allocate(1L << 40));
            Assert.Equal(
                "Mock 0 gave no memory of 1099511627776 bytes (111 of 222 are free): cuMemAlloc answered"
                + " CUDA_ERROR_OUT_OF_MEMORY (2: out of memory).",
                error.Message);

            // Less is still to be had, and what is not freed goes with the device.
            device.Allocate(16);
            nint second = device.Allocate(16);
            device.Free(second);
            Assert.Throws<GpuException>(() => device.Free(second));
            Assert.Equal("1 0 0 1 0 0 0", Live(mock));
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void ARefusedLaunchSaysWhatWasAskedForAndTheDeviceGoesOn()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            GpuModule module = device.Compile(Source, []);
            mock.Fail("cuLaunchKernel", 701);
            var error = Assert.Throws<GpuException>(() => device.Launch(module, "scale", 5, 1024, Arguments(0, 1)));
            Assert.Equal(
                "Mock 0 did not run scale with 5 blocks of 1024 threads (this kernel's blocks hold at most 640): cuLaunchKernel answered"
                + " CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701: as the driver says it).",
                error.Message);
            mock.Fail("", 0);
            device.Launch(module, "scale", 5, 128, Arguments(0, 1));
            error = Assert.Throws<GpuException>(() => device.Launch(module, "absent", 5, 128, Arguments(0, 1)));
            Assert.Contains("no kernel absent: cuModuleGetFunction answered CUDA_ERROR_NOT_FOUND", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void WrongArgumentsAreFoundWhereTheDriverKnowsTheRightOnes()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            GpuModule module = device.Compile(Source, []);
            var error = Assert.Throws<GpuException>(() => device.Launch(module, "scale", 1, 1, new GpuArguments().Add(1)));
            Assert.Equal("The kernel scale takes 3 arguments, and 1 were given.", error.Message);
            var wide = new GpuArguments().Add<nint>(0).Add(1L).Add(default(Form));
            error = Assert.Throws<GpuException>(() => device.Launch(module, "scale", 1, 1, wide));
            Assert.Equal("The kernel scale takes 4 bytes as argument 1, and 8 were given.", error.Message);
            Assert.DoesNotContain(mock.Log, line => line.StartsWith("cuLaunchKernel", StringComparison.Ordinal));
        }

        // An older driver does not tell: the launch is made.
        using var older = new MockLibrary("cuFuncGetParamInfo");
        using (CudaDevice device = Open(older))
            device.Launch(device.Compile(Source, []), "scale", 1, 1, Arguments(0, 1));
        Assert.Equal(None, Live(older));
    }

    [MockFact]
    public void AKernelThatFailsIsReportedByTheReadAndByAllThatFollows()
    {
        using var mock = new MockLibrary();
        var device = Open(mock);
        GpuModule module = device.Compile(Source, []);
        nint memory = device.Allocate(16);
        device.Launch(module, "scale", 1, 1, Arguments(memory, 1));
        mock.BreakAtWait(719);
        var error = Assert.Throws<GpuException>(() => device.Read<int>(memory, new int[4]));
        Assert.Contains("failed in what was asked for before", error.Message, StringComparison.Ordinal);
        Assert.Contains("CUDA_ERROR_LAUNCH_FAILED (719", error.Message, StringComparison.Ordinal);
        Assert.Contains("has to be started again", error.Message, StringComparison.Ordinal);

        // The driver is not asked again, and what is said is what broke it.
        mock.Forget();
        foreach (Action action in (Action[])
            [() => device.Read<int>(memory, new int[4]), () => device.Launch(module, "scale", 1, 1, Arguments(memory, 1)),
                () => device.Allocate(1), () => device.Compile(Source, ["B=1"]), () => device.Write<int>(memory, [1])])
        {
            error = Assert.Throws<GpuException>(action);
            Assert.Contains("Mock 0 failed earlier.", error.Message, StringComparison.Ordinal);
            Assert.Contains("719", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(mock.Log);
        device.Dispose();
        Assert.Equal((0, 0), (mock.Live[3], mock.Depth));
    }

    [MockTheory]
    [InlineData("cuMemcpyHtoDAsync")]
    [InlineData("cuMemcpyDtoHAsync")]
    [InlineData("cuMemsetD8Async")]
    [InlineData("cuEventRecord")]
    [InlineData("cuCtxPushCurrent")]
    public void WhatFailsInACopyLeavesNothingBehind(string function)
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            nint memory = device.Allocate(16);
            mock.Fail(function, 1);
            Exception? failed = Record.Exception(() =>
            {
                device.Write<int>(memory, [1, 2, 3, 4]);
                device.Clear(memory, 4);
                device.Read<int>(memory, new int[4]);
            });

            // Without its event a copy is waited for.
            Assert.Equal(function != "cuEventRecord", failed is GpuException);
            mock.Fail("", 0);
            var numbers = new int[4];
            device.Write<int>(memory, [5, 6, 7, 8]);
            device.Read<int>(memory, numbers);
            Assert.Equal([5, 6, 7, 8], numbers);
        }

        Assert.Equal(None, Live(mock));
        Assert.Equal(0, mock.Depth);
    }

    [MockFact]
    public void AfterItsEndADeviceSaysSo()
    {
        using var mock = new MockLibrary();
        CudaDevice device = Open(mock);
        device.Dispose();
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => device.Allocate(1));
        Assert.Throws<ObjectDisposedException>(() => device.Compile(Source, []));
        Assert.Equal(None, Live(mock));
    }

    [MockFact]
    public void SeveralThreadsMayUseADevice()
    {
        using var mock = new MockLibrary();
        using (CudaDevice device = Open(mock))
        {
            Parallel.For(0, 16, k =>
            {
                GpuModule module = device.Compile(Source, [$"K={k % 3}"]);
                nint memory = device.Allocate(64);
                for (int round = 0; round < 20; round++)
                {
                    device.Write<int>(memory, [k, round]);
                    device.Launch(module, "scale", 1, 1, Arguments(memory, k));
                    var numbers = new int[2];
                    device.Read<int>(memory, numbers);
                    Assert.Equal([k, round], numbers);
                }

                device.Free(memory);
            });
            Assert.Equal(3, Compilations(mock));
        }

        Assert.Equal(None, Live(mock));
    }

    private static CudaDevice Open(MockLibrary mock, int ordinal = 0)
    {
        Assert.True(CudaDevice.TryOpen(ordinal, mock.Setup, out CudaDevice? device, out string? reason), reason);
        return device;
    }

    private static void Refused(MockLibrary mock, int ordinal, string expected)
    {
        Assert.False(CudaDevice.TryOpen(ordinal, mock.Setup, out CudaDevice? device, out string? reason));
        Assert.Null(device);
        Assert.Contains(expected, reason, StringComparison.Ordinal);
        Assert.Equal(None, Live(mock));
    }

    private static string Live(MockLibrary mock) => string.Join(' ', mock.Live);

    private static int Compilations(MockLibrary mock) => mock.Log.Count(line => line == "nvrtcCompileProgram");

    private static GpuArguments Arguments(nint address, int number) =>
        new GpuArguments().Add(address).Add(number).Add(new Form { A = 3, B = 4, C = -2 });

    private struct Form
    {
        public long A, B;
        public double C;
    }
}
