using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LossGen;

/// <summary>
/// What a call passes besides logits and target: the loss's maps, in the order of <see cref="LossDefinition.Inputs"/>, of double with
/// logits of double and of float with all others. A single map converts by itself, so that
/// <c>loss.Evaluate(logits, labels, shape, weights)</c> is all there is to write.
/// </summary>
public readonly ref struct LossInputs
{
    internal const int Capacity = 4;

    // Each is the first byte of a map, and as long as the map has numbers: a span of its bytes could be too long for one.
    private readonly ReadOnlySpan<byte> first;
    private readonly ReadOnlySpan<byte> second;
    private readonly ReadOnlySpan<byte> third;
    private readonly ReadOnlySpan<byte> fourth;

    /// <summary>Maps of float.</summary>
    /// <param name="first">N * S or N * C * S numbers, as the loss declares.</param>
    /// <param name="second">The same for the second input.</param>
    /// <param name="third">The same for the third input.</param>
    /// <param name="fourth">The same for the fourth input.</param>
    public LossInputs(
        ReadOnlySpan<float> first, ReadOnlySpan<float> second = default, ReadOnlySpan<float> third = default,
        ReadOnlySpan<float> fourth = default)
    {
        this.first = Erase(first);
        this.second = Erase(second);
        this.third = Erase(third);
        this.fourth = Erase(fourth);
    }

    /// <summary>Maps of double.</summary>
    /// <inheritdoc cref="LossInputs(ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float}, ReadOnlySpan{float})"/>
    public LossInputs(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second = default, ReadOnlySpan<double> third = default,
        ReadOnlySpan<double> fourth = default)
    {
        this.first = Erase(first);
        this.second = Erase(second);
        this.third = Erase(third);
        this.fourth = Erase(fourth);
        IsDouble = true;
    }

    /// <summary>The numbers are double; else float.</summary>
    internal bool IsDouble { get; }

    /// <summary>Where a map begins. The length is the number of its numbers, not of bytes.</summary>
    internal ReadOnlySpan<byte> this[int index] => index switch { 0 => first, 1 => second, 2 => third, _ => fourth };

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(ReadOnlySpan<float> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(Span<float> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(float[] only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(ReadOnlySpan<double> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(Span<double> only) => new(only);

    /// <summary>The only input.</summary>
    public static implicit operator LossInputs(double[] only) => new(only);

    /// <summary>A map shares memory with what a call writes.</summary>
    internal bool Overlaps<T>(ReadOnlySpan<T> written)
        where T : unmanaged
    {
        ref byte start = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(written));
        long bytes = (long)written.Length * Unsafe.SizeOf<T>();
        for (int k = 0; bytes > 0 && k < Capacity; k++)
        {
            ReadOnlySpan<byte> map = this[k];
            nint distance = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(map), ref start);
            if (!map.IsEmpty && distance > -bytes && distance < map.Length * (IsDouble ? sizeof(double) : (long)sizeof(float)))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Erase<T>(ReadOnlySpan<T> map)
        where T : unmanaged =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(map)), map.Length);
}
