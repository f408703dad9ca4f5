using System.Runtime.CompilerServices;

namespace LossGen.Kernels;

/// <summary>
/// An address of adjacent numbers. Generated code works with it in place of a pointer, so that a project that declares a loss
/// needs no unsafe blocks; it costs nothing.
/// </summary>
/// <typeparam name="T">The numbers' type.</typeparam>
public readonly unsafe struct Pointer<T>
    where T : unmanaged
{
    /// <summary>The address.</summary>
    internal readonly T* Address;

    internal Pointer(T* address) => Address = address;

    /// <summary>There is no memory.</summary>
    public bool IsNull => Address is null;

    /// <summary>The number at a distance.</summary>
    public ref T this[nint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Address[index];
    }

    /// <summary>The address some numbers further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pointer<T> operator +(Pointer<T> pointer, nint distance) => new(pointer.Address + distance);

    /// <summary>Wraps a pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Pointer<T>(T* address) => new(address);

    /// <summary>Unwraps the pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator T*(Pointer<T> pointer) => pointer.Address;
}

/// <summary>Several addresses.</summary>
/// <typeparam name="T">The numbers' type.</typeparam>
public readonly unsafe struct PointerTable<T>
    where T : unmanaged
{
    private readonly T** table;

    private PointerTable(T** table) => this.table = table;

    /// <summary>One of the addresses.</summary>
    public Pointer<T> this[int index] => table[index];

    /// <summary>Wraps a pointer.</summary>
    public static implicit operator PointerTable<T>(T** table) => new(table);
}
