namespace LossGen.Generated;

using System;
using System.Runtime.InteropServices;
using LossGen.Kernels;
using TorchSharp;
using static TorchSharp.torch;

/// <summary>Tensors as the kernels see them: types and addresses.</summary>
[global::Microsoft.CodeAnalysis.Embedded]
internal static class TensorMemory
{
    /// <summary>The types that hold class indices.</summary>
    public static bool IsInteger(ScalarType type) =>
        type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;

    /// <summary>The types of logits and dense targets.</summary>
    public static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    /// <summary>The type that the kernels compute in, and read dense targets and maps of: float but for double logits.</summary>
    public static ScalarType KernelType(Tensor logits) => logits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>The types that the kernels read dense targets of.</summary>
    public static bool IsDenseType(ScalarType type) => type is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Bool;

    /// <summary>
    /// Logits as the kernels read them: the pixels of a class adjacent, or the classes of a pixel (torch's channels_last). Others are
    /// copied.
    /// </summary>
    public static Tensor Readable(Tensor logits)
    {
        logits = Stored(logits);
        return logits.is_contiguous() || IsClassesLast(logits) ? logits : logits.contiguous();
    }

    /// <summary>A contiguous tensor whose memory holds its numbers.</summary>
    public static Tensor Contiguous(Tensor tensor)
    {
        tensor = Stored(tensor);
        return tensor.is_contiguous() ? tensor : tensor.contiguous();
    }

    /// <summary>
    /// The memory holds the numbers: not so of a tensor that is to be negated when it is read (the imaginary part of a conjugate).
    /// </summary>
    public static Tensor Stored(Tensor tensor) => tensor.is_neg() ? tensor.resolve_neg() : tensor;

    /// <summary>
    /// The classes of a pixel are adjacent, and the pixels follow each other; not so of a contiguous tensor, whichever way it may be read.
    /// </summary>
    public static bool IsClassesLast(Tensor logits)
    {
        // First: in every call, and the extents are arrays.
        if (logits.is_contiguous())
            return false;
        long[] shape = logits.shape, strides = logits.stride();
        if (shape.Length < 3 || shape[1] == 1 || strides[1] != 1)
            return false;
        long expected = shape[1];
        for (int axis = shape.Length - 1; axis >= 2; axis--)
        {
            if (shape[axis] != 1 && strides[axis] != expected)
                return false;
            expected *= shape[axis];
        }

        return shape[0] == 1 || strides[0] == expected;
    }

    /// <summary>The address of a dense CPU tensor's first element. The tensor must be kept alive while it is used.</summary>
    public static nint Data(Tensor tensor)
    {
        nint data = THSTensor_data(tensor.Handle);
        GC.KeepAlive(tensor);
        return data;
    }

    /// <summary>The number of a CPU tensor that has one, read where it lies; null for types that have to be converted.</summary>
    public static double? Number(Tensor tensor)
    {
        bool isSingle = tensor.dtype == ScalarType.Float32;
        nint data = isSingle || tensor.dtype == ScalarType.Float64 ? Data(tensor) : 0;
        if (data == 0)
            return null;
        double number = isSingle
            ? BitConverter.Int32BitsToSingle(Marshal.ReadInt32(data))
            : BitConverter.Int64BitsToDouble(Marshal.ReadInt64(data));
        GC.KeepAlive(tensor);
        return number;
    }

    /// <summary>A tensor of one number: in float without a conversion by libtorch.</summary>
    public static Tensor NewNumber(double number, ScalarType type) =>
        type == ScalarType.Float32 ? torch.tensor((float)number, device: torch.CPU) : torch.tensor(number, dtype: type, device: torch.CPU);

    /// <summary>A call of the kernels on two tensors, without their addresses.</summary>
    /// <param name="mode">What is computed.</param>
    /// <param name="logits">Logits as the kernels read them.</param>
    /// <param name="target">The target.</param>
    /// <param name="hasLabels">The target is class indices.</param>
    /// <param name="shape">The extents.</param>
    public static CpuCall NewCall(CpuMode mode, Tensor logits, Tensor target, bool hasLabels, LossShape shape) => new()
    {
        Mode = mode,
        Shape = IsClassesLast(logits) ? shape.WithClassesLast() : shape,
        LogitElement = logits.dtype switch
        {
            ScalarType.Float64 => LogitElement.Double,
            ScalarType.Float16 => LogitElement.Half,
            ScalarType.BFloat16 => LogitElement.BFloat16,
            _ => LogitElement.Single,
        },
        TargetElement = target.dtype switch
        {
            ScalarType.Bool => hasLabels ? TargetElement.Byte : TargetElement.Boolean,
            ScalarType.Byte => TargetElement.Byte,
            ScalarType.Int8 => TargetElement.SByte,
            ScalarType.Int16 => TargetElement.Int16,
            ScalarType.Int32 => TargetElement.Int32,
            ScalarType.Int64 => TargetElement.Int64,
            ScalarType.Float64 => TargetElement.Double,
            _ => TargetElement.Single,
        },
    };

    /// <summary>
    /// A tensor for the gradient, laid out like the logits, not cleared. A large one has memory that the gradient of an earlier step had:
    /// libtorch gives it back when nobody holds the tensor any more.
    /// </summary>
    public static Tensor NewGradient(Tensor logits)
    {
        nint address = GradientMemory.Rent(logits.numel() * logits.element_size());
        if (address == 0)
            return torch.empty_like(logits);
        long[] shape = logits.shape;
        bool isLast = IsClassesLast(logits);
        if (isLast)
        {
            Array.Copy(shape, 2, shape, 1, shape.Length - 2);
            shape[shape.Length - 1] = logits.shape[1];
        }

        Tensor gradient = Wrap(address, s_return, shape, logits.dtype);
        if (!isLast)
            return gradient;
        using (gradient)
            return gradient.movedim(new long[] { shape.Length - 1 }, new long[] { 1 });
    }

    /// <summary>Memory for a while, not cleared: as that of a gradient.</summary>
    public static Tensor NewBytes(long bytes)
    {
        nint address = GradientMemory.Rent(bytes);
        return address == 0
            ? torch.empty(new[] { bytes }, dtype: ScalarType.Byte, device: torch.CPU)
            : Wrap(address, s_return, new[] { bytes }, ScalarType.Byte);
    }

    /// <summary>A CPU tensor on memory of ours, which goes back when libtorch does not need it any more.</summary>
    public static Tensor Wrap(nint address, ReturnMemory free, long[] shape, ScalarType type)
    {
        nint handle = THSTensor_new(address, free, shape, shape.Length, (sbyte)type, (sbyte)type, (int)DeviceType.CPU, -1, false);
        if (handle == 0)
        {
            free(address);
            torch.CheckForErrors();
        }

        return Tensor.UnsafeCreateTensor(handle);
    }

    /// <summary>
    /// The memory of a contiguous CPU tensor of float or double as whole numbers. It is the other tensor's, which must be kept alive.
    /// </summary>
    public static Tensor Bits(Tensor floats) =>
        Wrap(Data(floats), s_borrow, floats.shape, floats.dtype == ScalarType.Float64 ? ScalarType.Int64 : ScalarType.Int32);

    /// <summary>The addresses of several tensors.</summary>
    public static void Data(Tensor[] tensors, Span<nint> addresses)
    {
        for (int k = 0; k < tensors.Length; k++)
            addresses[k] = Data(tensors[k]);
    }

    // Kept alive here: libtorch calls it long after.
    private static readonly ReturnMemory s_return = GradientMemory.Return, s_borrow = static _ => { };

    /// <summary>Takes memory back.</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void ReturnMemory(nint address);

    // A tensor on memory of our own, which tells when it is not used any more: what TorchSharp makes tensors of arrays with.
    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_new(
        nint data, ReturnMemory free, long[] shape, int axes, sbyte type, sbyte targetType, int device, int index,
        [MarshalAs(UnmanagedType.U1)] bool requiresGradient);

    // TorchSharp's own ways to the data know no size above 2 GB or allocate; this is what they call.
    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_data(nint tensor);
}
