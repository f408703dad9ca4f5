namespace LossGen.Generated;

using System;
using System.Runtime.InteropServices;
using LossGen.Gpu;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>
/// Where the numbers of a tensor lie, on any device, and the stream that torch's operations go to: from torch's own C interface, whose
/// functions take TorchSharp's handles and neither copy nor wait.
/// </summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class DeviceTensor
{
    // Whether this libtorch has CUDA: only such a one has the library. 0 while nobody asked, 1 yes, -1 no.
    private static int s_hasCuda;

    /// <summary>The address of the first element, on the tensor's device. The tensor must be kept alive while it is used.</summary>
    public static nint Address(Tensor tensor)
    {
        Check(aoti_torch_get_data_ptr(tensor.Handle, out nint address), nameof(aoti_torch_get_data_ptr));
        GC.KeepAlive(tensor);
        return address;
    }

    /// <summary>The number of the tensor's CUDA device; -1 where it is on the CPU or on a device of another kind.</summary>
    public static int CudaOrdinal(Tensor tensor)
    {
        Check(aoti_torch_get_device_type(tensor.Handle, out int kind), nameof(aoti_torch_get_device_type));
        Check(aoti_torch_get_device_index(tensor.Handle, out int index), nameof(aoti_torch_get_device_index));
        GC.KeepAlive(tensor);
        return kind == (int)DeviceType.CUDA ? Math.Max(index, 0) : -1;
    }

    /// <summary>The type of the elements.</summary>
    public static ScalarType Type(Tensor tensor)
    {
        Check(aoti_torch_get_dtype(tensor.Handle, out int type), nameof(aoti_torch_get_dtype));
        GC.KeepAlive(tensor);
        return (ScalarType)type;
    }

    /// <summary>The extents and the strides, in elements.</summary>
    /// <param name="tensor">A tensor.</param>
    /// <param name="sizes">Receives the extents; at least as long as the tensor has axes.</param>
    /// <param name="strides">Receives the strides; as long.</param>
    /// <returns>How many axes it has.</returns>
    /// <exception cref="ArgumentException">The tensor has more axes than there is room for.</exception>
    public static int Extents(Tensor tensor, Span<long> sizes, Span<long> strides)
    {
        Check(aoti_torch_get_dim(tensor.Handle, out long axes), nameof(aoti_torch_get_dim));
        if (axes > sizes.Length || axes > strides.Length)
            throw new ArgumentException($"The tensor has {axes} axes, and there is room for {Math.Min(sizes.Length, strides.Length)}.");
        Check(aoti_torch_get_sizes(tensor.Handle, out nint firstSize), nameof(aoti_torch_get_sizes));
        Check(aoti_torch_get_strides(tensor.Handle, out nint firstStride), nameof(aoti_torch_get_strides));

        // Both are the tensor's own.
        for (int axis = 0; axis < axes; axis++)
        {
            sizes[axis] = Marshal.ReadInt64(firstSize, sizeof(long) * axis);
            strides[axis] = Marshal.ReadInt64(firstStride, sizeof(long) * axis);
        }

        GC.KeepAlive(tensor);
        return (int)axes;
    }

    /// <summary>
    /// How far apart images, classes and pixels of (N, C, ...) lie, or images and pixels of (N, ...), in elements; null where the pixels
    /// of an image are not evenly spaced, so that a copy is needed.
    /// </summary>
    /// <param name="tensor">Logits, a target or a map.</param>
    /// <param name="hasClasses">The second axis is that of the classes.</param>
    public static GpuStrides? Strides(Tensor tensor, bool hasClasses)
    {
        const int Most = 64;
        Span<long> sizes = stackalloc long[Most], strides = stackalloc long[Most];
        int axes = Extents(tensor, sizes, strides), first = hasClasses ? 2 : 1;
        if (axes < first)
            throw new ArgumentException($"The tensor has {axes} axes; at least {first} are needed: ({(hasClasses ? "N, C" : "N")}, ...).");

        // An axis of one has no stride that matters; each other steps over all of those behind it.
        long pixel = 1, expected = 0;
        for (int axis = axes - 1; axis >= first; axis--)
        {
            if (sizes[axis] == 1)
                continue;
            if (expected == 0)
                expected = pixel = strides[axis];
            else if (strides[axis] != expected)
                return null;
            expected *= sizes[axis];

            // Every pixel is the same element: all further axes must repeat it, too, and 0 is no longer "none so far".
            if (pixel == 0)
            {
                for (int other = axis - 1; other >= first; other--)
                {
                    if (sizes[other] != 1 && strides[other] != 0)
                        return null;
                }

                break;
            }
        }

        return new GpuStrides(strides[0], hasClasses ? strides[1] : 0, pixel);
    }

    /// <summary>The stream that torch's operations of this thread go to on a CUDA device.</summary>
    /// <param name="ordinal">The number of the device.</param>
    /// <param name="stream">A <c>CUstream</c>; 0 is the default stream.</param>
    /// <returns>Whether there is one: not with a libtorch without CUDA.</returns>
    public static bool TryGetStream(int ordinal, out nint stream)
    {
        stream = 0;
        if (s_hasCuda < 0)
            return false;
        try
        {
            int error = aoti_torch_get_current_cuda_stream(ordinal, out stream);
            s_hasCuda = 1;
            return error == 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            s_hasCuda = -1;
            return false;
        }
    }

    private static void Check(int error, string function)
    {
        if (error != 0)
            throw new InvalidOperationException($"{function} of libtorch failed: {error}.");
    }

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_data_ptr(nint tensor, out nint address);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_dim(nint tensor, out long axes);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_sizes(nint tensor, out nint sizes);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_strides(nint tensor, out nint strides);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_dtype(nint tensor, out int type);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_device_type(nint tensor, out int kind);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_get_device_index(nint tensor, out int index);

    [DllImport("torch_cuda")]
    private static extern int aoti_torch_get_current_cuda_stream(int ordinal, out nint stream);
}
