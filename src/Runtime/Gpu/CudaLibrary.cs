using System.Runtime.InteropServices;

namespace LossGen.Gpu;

/// <summary>As much of NVIDIA's driver as kernels of losses need, as of CUDA 11.0.</summary>
internal sealed unsafe class CudaLibrary
{
    public const int InvalidValue = 1, OutOfMemory = 2, NoDevice = 100;
    public const int MajorCapability = 75, MinorCapability = 76;
    public const int MaxThreads = 0, LocalBytes = 3, Registers = 4;
    public const int DisableTiming = 2;
    public const int ErrorLogBuffer = 5, ErrorLogBufferBytes = 6;

    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DriverGetVersion;
    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nint*, int, int> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, int> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, int> PushContext;
    public readonly delegate* unmanaged<nint*, int> PopContext;
    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, int> ModuleLoad;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    public readonly delegate* unmanaged<int*, int, nint, int> FunctionGetAttribute;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;
    public readonly delegate* unmanaged<nint*, nuint, int> Allocate;
    public readonly delegate* unmanaged<nint, int> Free;
    public readonly delegate* unmanaged<nuint*, nuint*, int> MemoryInfo;
    public readonly delegate* unmanaged<nint*, nuint, int> AllocateHost;
    public readonly delegate* unmanaged<nint, int> FreeHost;
    public readonly delegate* unmanaged<nint, void*, nuint, nint, int> CopyToDevice;
    public readonly delegate* unmanaged<void*, nint, nuint, nint, int> CopyToHost;
    public readonly delegate* unmanaged<nint, nint, nuint, nint, int> CopyOnDevice;
    public readonly delegate* unmanaged<nint, byte, nuint, nint, int> Fill;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventQuery;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;
    public readonly delegate* unmanaged<nint, int> EventDestroy;

    /// <summary>Where and how long a kernel's parameter is; null before CUDA 12.4.</summary>
    public readonly delegate* unmanaged<nint, nuint, nuint*, nuint*, int> FunctionGetParameter;
    private readonly delegate* unmanaged<int, byte**, int> getErrorName, getErrorString;

    private CudaLibrary(NativeFunctions driver)
    {
        Init = (delegate* unmanaged<uint, int>)driver.Get("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, int>)driver.Get("cuDriverGetVersion");
        DeviceGetCount = (delegate* unmanaged<int*, int>)driver.Get("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, int>)driver.Get("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)driver.Get("cuDeviceGetName");
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)driver.Get("cuDeviceGetAttribute");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, int>)driver.Get("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, int>)driver.Get("cuDevicePrimaryCtxRelease_v2");
        PushContext = (delegate* unmanaged<nint, int>)driver.Get("cuCtxPushCurrent_v2");
        PopContext = (delegate* unmanaged<nint*, int>)driver.Get("cuCtxPopCurrent_v2");
        ModuleLoad = (delegate* unmanaged<nint*, void*, uint, int*, void**, int>)driver.Get("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, int>)driver.Get("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)driver.Get("cuModuleGetFunction");
        FunctionGetAttribute = (delegate* unmanaged<int*, int, nint, int>)driver.Get("cuFuncGetAttribute");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
            driver.Get("cuLaunchKernel");
        Allocate = (delegate* unmanaged<nint*, nuint, int>)driver.Get("cuMemAlloc_v2");
        Free = (delegate* unmanaged<nint, int>)driver.Get("cuMemFree_v2");
        MemoryInfo = (delegate* unmanaged<nuint*, nuint*, int>)driver.Get("cuMemGetInfo_v2");
        AllocateHost = (delegate* unmanaged<nint*, nuint, int>)driver.Get("cuMemAllocHost_v2");
        FreeHost = (delegate* unmanaged<nint, int>)driver.Get("cuMemFreeHost");
        CopyToDevice = (delegate* unmanaged<nint, void*, nuint, nint, int>)driver.Get("cuMemcpyHtoDAsync_v2");
        CopyToHost = (delegate* unmanaged<void*, nint, nuint, nint, int>)driver.Get("cuMemcpyDtoHAsync_v2");
        CopyOnDevice = (delegate* unmanaged<nint, nint, nuint, nint, int>)driver.Get("cuMemcpyDtoDAsync_v2");
        Fill = (delegate* unmanaged<nint, byte, nuint, nint, int>)driver.Get("cuMemsetD8Async");
        StreamSynchronize = (delegate* unmanaged<nint, int>)driver.Get("cuStreamSynchronize");
        EventCreate = (delegate* unmanaged<nint*, uint, int>)driver.Get("cuEventCreate");
        EventRecord = (delegate* unmanaged<nint, nint, int>)driver.Get("cuEventRecord");
        EventQuery = (delegate* unmanaged<nint, int>)driver.Get("cuEventQuery");
        EventSynchronize = (delegate* unmanaged<nint, int>)driver.Get("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)driver.Get("cuEventElapsedTime");
        EventDestroy = (delegate* unmanaged<nint, int>)driver.Get("cuEventDestroy_v2");
        FunctionGetParameter = (delegate* unmanaged<nint, nuint, nuint*, nuint*, int>)driver.Find("cuFuncGetParamInfo");
        getErrorName = (delegate* unmanaged<int, byte**, int>)driver.Get("cuGetErrorName");
        getErrorString = (delegate* unmanaged<int, byte**, int>)driver.Get("cuGetErrorString");
    }

    /// <summary>What the system calls the library that comes with the driver.</summary>
    public static IReadOnlyList<string> Names =>
        OperatingSystem.IsWindows() ? ["nvcuda.dll"] : OperatingSystem.IsLinux() ? ["libcuda.so.1"] : [];

    /// <summary>Loads the driver.</summary>
    /// <exception cref="GpuException">There is none, or it lacks functions.</exception>
    public static CudaLibrary Load(IReadOnlyList<string> names) => new(NativeFunctions.Load(names, "NVIDIA's driver"));

    /// <summary>What the driver calls an error: <c>CUDA_ERROR_OUT_OF_MEMORY (2: out of memory)</c>.</summary>
    public string ErrorName(int error)
    {
        byte* name = null, text = null;
        if (getErrorName(error, &name) != 0 || name is null)
            return $"the unknown error {error}";
        return getErrorString(error, &text) != 0 || text is null
            ? $"{Marshal.PtrToStringUTF8((nint)name)} ({error})"
            : $"{Marshal.PtrToStringUTF8((nint)name)} ({error}: {Marshal.PtrToStringUTF8((nint)text)})";
    }

    /// <summary>Whether nothing can run in the context any more after this error.</summary>
    public static bool IsFatal(int error) => error is 4 or 214 or 700 or 702 or 709 or 710 or (>= 714 and <= 719) or 999;

    /// <exception cref="GpuException">The call failed.</exception>
    public void Check(int error, string call, string failure)
    {
        if (error != 0)
            throw new GpuException($"{failure}: {call} answered {ErrorName(error)}.");
    }
}
