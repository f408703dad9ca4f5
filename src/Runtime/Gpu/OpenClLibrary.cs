namespace LossGen.Gpu;

/// <summary>As much of OpenCL 1.2 as kernels of losses need, and what its error numbers are called.</summary>
internal sealed unsafe class OpenClLibrary
{
    public const int DeviceNotFound = -1, BuildProgramFailure = -11, PlatformNotFound = -1001;
    public const int True = 1;
    public const ulong AnyDevice = 0xFFFFFFFF, Cpu = 1 << 1, Gpu = 1 << 2;
    public const ulong ReadWrite = 1 << 0, ReadOnly = 1 << 2, CopyHostPointer = 1 << 5;
    public const uint DeviceType = 0x1000, MaxAllocation = 0x1010, Available = 0x1027, CompilerAvailable = 0x1028;
    public const uint DeviceName = 0x102B, DeviceExtensions = 0x1030, DoubleConfiguration = 0x1032;
    public const uint BuildLog = 0x1183, KernelArgumentCount = 0x1191, KernelWorkGroupSize = 0x11B0;

    private static readonly Lock s_lock = new();
    private static OpenClLibrary? s_loaded;

    public readonly delegate* unmanaged<uint, nint*, uint*, int> GetPlatformIDs;
    public readonly delegate* unmanaged<nint, ulong, uint, nint*, uint*, int> GetDeviceIDs;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetDeviceInfo;
    public readonly delegate* unmanaged<nint*, uint, nint*, nint, nint, int*, nint> CreateContext;
    public readonly delegate* unmanaged<nint, int> RetainContext, ReleaseContext;
    public readonly delegate* unmanaged<nint, nint, ulong, int*, nint> CreateCommandQueue;
    public readonly delegate* unmanaged<nint, int> RetainCommandQueue, ReleaseCommandQueue;
    public readonly delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint> CreateProgramWithSource;
    public readonly delegate* unmanaged<nint, uint, nint*, byte*, nint, nint, int> BuildProgram;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int> GetProgramBuildInfo;
    public readonly delegate* unmanaged<nint, int> ReleaseProgram;
    public readonly delegate* unmanaged<nint, byte*, int*, nint> CreateKernel;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, nuint*, int> GetKernelInfo;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int> GetKernelWorkGroupInfo;
    public readonly delegate* unmanaged<nint, uint, nuint, void*, int> SetKernelArg;
    public readonly delegate* unmanaged<nint, int> ReleaseKernel;
    public readonly delegate* unmanaged<nint, ulong, nuint, void*, int*, nint> CreateBuffer;
    public readonly delegate* unmanaged<nint, int> ReleaseMemObject;
    public readonly delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int> EnqueueReadBuffer;
    public readonly delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int> EnqueueCopyBuffer;
    public readonly delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, int> EnqueueFillBuffer;
    public readonly delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int> EnqueueNDRangeKernel;
    public readonly delegate* unmanaged<nint, int> Flush, Finish;

    private OpenClLibrary(NativeFunctions functions)
    {
        GetPlatformIDs = (delegate* unmanaged<uint, nint*, uint*, int>)functions.Get("clGetPlatformIDs");
        GetDeviceIDs = (delegate* unmanaged<nint, ulong, uint, nint*, uint*, int>)functions.Get("clGetDeviceIDs");
        GetDeviceInfo = (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)functions.Get("clGetDeviceInfo");
        CreateContext = (delegate* unmanaged<nint*, uint, nint*, nint, nint, int*, nint>)functions.Get("clCreateContext");
        RetainContext = (delegate* unmanaged<nint, int>)functions.Get("clRetainContext");
        ReleaseContext = (delegate* unmanaged<nint, int>)functions.Get("clReleaseContext");
        CreateCommandQueue = (delegate* unmanaged<nint, nint, ulong, int*, nint>)functions.Get("clCreateCommandQueue");
        RetainCommandQueue = (delegate* unmanaged<nint, int>)functions.Get("clRetainCommandQueue");
        ReleaseCommandQueue = (delegate* unmanaged<nint, int>)functions.Get("clReleaseCommandQueue");
        CreateProgramWithSource =
            (delegate* unmanaged<nint, uint, byte**, nuint*, int*, nint>)functions.Get("clCreateProgramWithSource");
        BuildProgram = (delegate* unmanaged<nint, uint, nint*, byte*, nint, nint, int>)functions.Get("clBuildProgram");
        GetProgramBuildInfo =
            (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int>)functions.Get("clGetProgramBuildInfo");
        ReleaseProgram = (delegate* unmanaged<nint, int>)functions.Get("clReleaseProgram");
        CreateKernel = (delegate* unmanaged<nint, byte*, int*, nint>)functions.Get("clCreateKernel");
        GetKernelInfo = (delegate* unmanaged<nint, uint, nuint, void*, nuint*, int>)functions.Get("clGetKernelInfo");
        GetKernelWorkGroupInfo =
            (delegate* unmanaged<nint, nint, uint, nuint, void*, nuint*, int>)functions.Get("clGetKernelWorkGroupInfo");
        SetKernelArg = (delegate* unmanaged<nint, uint, nuint, void*, int>)functions.Get("clSetKernelArg");
        ReleaseKernel = (delegate* unmanaged<nint, int>)functions.Get("clReleaseKernel");
        CreateBuffer = (delegate* unmanaged<nint, ulong, nuint, void*, int*, nint>)functions.Get("clCreateBuffer");
        ReleaseMemObject = (delegate* unmanaged<nint, int>)functions.Get("clReleaseMemObject");
        EnqueueReadBuffer = (delegate* unmanaged<nint, nint, uint, nuint, nuint, void*, uint, nint*, nint*, int>)
            functions.Get("clEnqueueReadBuffer");
        EnqueueCopyBuffer = (delegate* unmanaged<nint, nint, nint, nuint, nuint, nuint, uint, nint*, nint*, int>)
            functions.Get("clEnqueueCopyBuffer");
        EnqueueFillBuffer = (delegate* unmanaged<nint, nint, void*, nuint, nuint, nuint, uint, nint*, nint*, int>)
            functions.Get("clEnqueueFillBuffer");
        EnqueueNDRangeKernel = (delegate* unmanaged<nint, nint, uint, nuint*, nuint*, nuint*, uint, nint*, nint*, int>)
            functions.Get("clEnqueueNDRangeKernel");
        Flush = (delegate* unmanaged<nint, int>)functions.Get("clFlush");
        Finish = (delegate* unmanaged<nint, int>)functions.Get("clFinish");
    }

    /// <summary>The system's names of the library that finds the installed drivers.</summary>
    public static IReadOnlyList<string> Names =>
        OperatingSystem.IsWindows() ? ["OpenCL.dll"]
        : OperatingSystem.IsMacOS() ? ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
        : ["libOpenCL.so.1", "libOpenCL.so"];

    /// <summary>The system's OpenCL, loaded once.</summary>
    /// <exception cref="GpuException">There is none, or it lacks functions.</exception>
    public static OpenClLibrary Load()
    {
        lock (s_lock)
            return s_loaded ??= Load(Names);
    }

    /// <summary>The first library of these names.</summary>
    public static OpenClLibrary Load(IReadOnlyList<string> names) =>
        new(NativeFunctions.Load(names, "OpenCL (Debian: packages ocl-icd-libopencl1 and a driver such as pocl-opencl-icd)"));

    /// <summary>What OpenCL calls an error: <c>CL_INVALID_VALUE (-30)</c>.</summary>
    public static string ErrorName(int error) => error switch
    {
        -1 => "CL_DEVICE_NOT_FOUND",
        -2 => "CL_DEVICE_NOT_AVAILABLE",
        -3 => "CL_COMPILER_NOT_AVAILABLE",
        -4 => "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5 => "CL_OUT_OF_RESOURCES",
        -6 => "CL_OUT_OF_HOST_MEMORY",
        -7 => "CL_PROFILING_INFO_NOT_AVAILABLE",
        -8 => "CL_MEM_COPY_OVERLAP",
        -11 => "CL_BUILD_PROGRAM_FAILURE",
        -12 => "CL_MAP_FAILURE",
        -13 => "CL_MISALIGNED_SUB_BUFFER_OFFSET",
        -14 => "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -15 => "CL_COMPILE_PROGRAM_FAILURE",
        -16 => "CL_LINKER_NOT_AVAILABLE",
        -17 => "CL_LINK_PROGRAM_FAILURE",
        -30 => "CL_INVALID_VALUE",
        -31 => "CL_INVALID_DEVICE_TYPE",
        -32 => "CL_INVALID_PLATFORM",
        -33 => "CL_INVALID_DEVICE",
        -34 => "CL_INVALID_CONTEXT",
        -35 => "CL_INVALID_QUEUE_PROPERTIES",
        -36 => "CL_INVALID_COMMAND_QUEUE",
        -37 => "CL_INVALID_HOST_PTR",
        -38 => "CL_INVALID_MEM_OBJECT",
        -42 => "CL_INVALID_BINARY",
        -43 => "CL_INVALID_BUILD_OPTIONS",
        -44 => "CL_INVALID_PROGRAM",
        -45 => "CL_INVALID_PROGRAM_EXECUTABLE",
        -46 => "CL_INVALID_KERNEL_NAME",
        -47 => "CL_INVALID_KERNEL_DEFINITION",
        -48 => "CL_INVALID_KERNEL",
        -49 => "CL_INVALID_ARG_INDEX",
        -50 => "CL_INVALID_ARG_VALUE",
        -51 => "CL_INVALID_ARG_SIZE",
        -52 => "CL_INVALID_KERNEL_ARGS",
        -53 => "CL_INVALID_WORK_DIMENSION",
        -54 => "CL_INVALID_WORK_GROUP_SIZE",
        -55 => "CL_INVALID_WORK_ITEM_SIZE",
        -56 => "CL_INVALID_GLOBAL_OFFSET",
        -57 => "CL_INVALID_EVENT_WAIT_LIST",
        -58 => "CL_INVALID_EVENT",
        -59 => "CL_INVALID_OPERATION",
        -61 => "CL_INVALID_BUFFER_SIZE",
        -63 => "CL_INVALID_GLOBAL_WORK_SIZE",
        -66 => "CL_INVALID_COMPILER_OPTIONS",
        -67 => "CL_INVALID_LINKER_OPTIONS",
        -1001 => "CL_PLATFORM_NOT_FOUND_KHR",
        _ => "an error that OpenCL 1.2 does not list",
    } + $" ({error})";
}
