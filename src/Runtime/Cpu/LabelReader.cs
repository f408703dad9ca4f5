using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>
/// Turns the labels of a tile into numbers that lanes compare with a class index, and checks their range in the same read.
/// First to int, whatever the type, then to the kernel's type.
/// </summary>
internal static unsafe class LabelReader
{
    /// <summary>What a tile of labels holds.</summary>
    [Flags]
    public enum Found
    {
        /// <summary>Labels in range only.</summary>
        Labels = 0,

        /// <summary>Ignored labels among them.</summary>
        Ignored = 1,

        /// <summary>A label out of range.</summary>
        Bad = 2,
    }

    /// <summary>
    /// In one step, what <see cref="ToInt"/> and <see cref="Convert"/> do, where all labels turn out to be of a class, as most tiles' are.
    /// False where some may not be, or the labels are not simply read; the result is then of no use.
    /// </summary>
    /// <param name="source">The labels.</param>
    /// <param name="offset">The first of the tile.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="result">Where they go.</param>
    /// <param name="isFetchedAhead">They come from far away: those of the tile after the next are asked for now.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead<T>(in LabelSource source, long offset, int count, T* result, bool isFetchedAhead)
        where T : unmanaged
    {
        if (isFetchedAhead)
            FetchAhead((byte*)source.Labels, offset + (Prefetch.TilesAhead * count), count, source.Element);
        if (source.IsSampled || count % 8 != 0 || source.IgnoresClass)
            return false;
        switch (source.Element)
        {
            case TargetElement.Int64:
                long* longs = (long*)source.Labels + offset;
                return Avx512F.IsSupported && Vector512.IsHardwareAccelerated && typeof(T) == typeof(float) && count % 16 == 0
                    ? ReadLongs512(longs, source.First, source.Largest, count, (float*)result)
                    : ReadLongs(longs, source.First, source.Largest, count, result);
            case TargetElement.Int32:
                return ReadInts((int*)source.Labels + offset, source.First, source.Largest, count, result);
            case TargetElement.Byte:
                return ReadBytes((byte*)source.Labels + offset, source.First, source.Largest, count, result);
            default:
                return false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchAhead(byte* labels, long first, int count, TargetElement element)
    {
        int size = element switch
        {
            TargetElement.Int64 => sizeof(long),
            TargetElement.Int32 => sizeof(int),
            TargetElement.Int16 or TargetElement.UInt16 => sizeof(short),
            _ => 1
        };
        Prefetch.Lines(labels + (first * size), (long)count * size);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ReadLongs<T>(long* labels, int first, int largest, int count, T* result)
        where T : unmanaged
    {
        Vector256<int> high = default, sign = default, offset = Vector256.Create(first), last = Vector256.Create(largest);
        for (nint i = 0; i < count; i += 8)
        {
            Vector256<long> a = Vector256.Load(labels + i), b = Vector256.Load(labels + i + 4);
            Vector256<int> label = Vector256.Narrow(a, b);
            high |= (a | b).AsInt32();
            sign |= label | (last - label);
            StoreNumbers(label - offset, result + i);
        }

        // The upper halves of the labels lie in the odd lanes.
        return (high.AsInt64() >>> 32) == Vector256<long>.Zero && sign.ExtractMostSignificantBits() == 0;
    }

    // The same, sixteen at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ReadLongs512(long* labels, int first, int largest, int count, float* result)
    {
        Vector512<int> lowHalves = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<int> high = default, offset = Vector512.Create(first);
        Vector512<uint> highest = default;
        for (nint i = 0; i < count; i += 16)
        {
            Vector512<int> a = Vector512.Load((int*)(labels + i)), b = Vector512.Load((int*)(labels + i + 8));
            Vector512<int> label = Avx512F.PermuteVar16x32x2(a, lowHalves, b);
            high |= a | b;
            highest = Vector512.MaxNative(highest, label.AsUInt32());
            Vector512.ConvertToSingle(label - offset).Store(result + i);
        }

        // The upper halves of the labels lie in the odd lanes.
        return (high.AsInt64() >>> 32) == Vector512<long>.Zero && Vector512.LessThanOrEqualAll(highest, Vector512.Create((uint)largest));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ReadInts<T>(int* labels, int first, int largest, int count, T* result)
        where T : unmanaged
    {
        Vector256<int> sign = default, offset = Vector256.Create(first), last = Vector256.Create(largest);
        for (nint i = 0; i < count; i += 8)
        {
            Vector256<int> label = Vector256.Load(labels + i);
            sign |= label | (last - label);
            StoreNumbers(label - offset, result + i);
        }

        return sign.ExtractMostSignificantBits() == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool ReadBytes<T>(byte* labels, int first, int largest, int count, T* result)
        where T : unmanaged
    {
        Vector256<int> sign = default, offset = Vector256.Create(first), last = Vector256.Create(largest);
        for (nint i = 0; i < count; i += 8)
        {
            Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)(labels + i)).AsByte());
            Vector256<int> label = Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
            sign |= last - label;
            StoreNumbers(label - offset, result + i);
        }

        return sign.ExtractMostSignificantBits() == 0;
    }

    /// <summary>
    /// The labels as int, all ignored ones as the first of them. What int cannot hold becomes <see cref="LabelSource.Unreadable"/>, which
    /// is no class and not ignored.
    /// </summary>
    public static void ToInt(in LabelSource source, long offset, int count, int* result)
    {
        if (source.IsSampled)
            Sample(source, offset, count, result);
        else
            Copy(source, offset, count, result);
        for (int k = 0; k < source.OtherIgnored.Count; k++)
            Replace(source.OtherIgnored[k], source.IgnoreIndex, count, result);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Replace(int label, int replacement, int count, int* labels)
    {
        int i = 0;
        Vector256<int> from = Vector256.Create(label), to = Vector256.Create(replacement);
        for (; i + 8 <= count; i += 8)
        {
            Vector256<int> found = Vector256.Load(labels + i);
            Vector256.ConditionalSelect(Vector256.Equals(found, from), to, found).Store(labels + i);
        }

        for (; i < count; i++)
            labels[i] = labels[i] == label ? replacement : labels[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(in LabelSource source, long offset, int count, int* result)
    {
        int i = 0;
        switch (source.Element)
        {
            case TargetElement.Int64:
                long* longs = (long*)source.Labels + offset;
                for (; i + 8 <= count; i += 8)
                {
                    // Of the first and last number of int it is not known whether they were that already.
                    Vector256<int> nearest = Vector256.NarrowWithSaturation(Vector256.Load(longs + i), Vector256.Load(longs + i + 4));
                    nearest.Store(result + i);
                    if (Vector256.EqualsAny(nearest, Vector256.Create(int.MaxValue))
                        || Vector256.EqualsAny(nearest, Vector256.Create(int.MinValue)))
                        Narrow(longs + i, 8, source.Unreadable, result + i);
                }

                Narrow(longs + i, count - i, source.Unreadable, result + i);
                break;
            case TargetElement.Int32:
                new ReadOnlySpan<int>((int*)source.Labels + offset, count).CopyTo(new Span<int>(result, count));
                break;
            case TargetElement.Int16:
                short* shorts = (short*)source.Labels + offset;
                for (; i < count; i++)
                    result[i] = shorts[i];
                break;
            case TargetElement.UInt16:
                ushort* words16 = (ushort*)source.Labels + offset;
                for (; i < count; i++)
                    result[i] = words16[i];
                break;
            case TargetElement.SByte:
                sbyte* signed = (sbyte*)source.Labels + offset;
                for (; i < count; i++)
                    result[i] = signed[i];
                break;
            default:
                byte* bytes = (byte*)source.Labels + offset;
                for (; i + 16 <= count; i += 16)
                {
                    (Vector256<ushort> words, _) = Vector256.Widen(Vector128.Load(bytes + i).ToVector256Unsafe());
                    (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(words);
                    low.AsInt32().Store(result + i);
                    high.AsInt32().Store(result + i + 8);
                }

                for (; i < count; i++)
                    result[i] = bytes[i];
                break;
        }
    }

    private static void Narrow(long* labels, int count, int unreadable, int* result)
    {
        for (int i = 0; i < count; i++)
            result[i] = Narrow(labels[i], unreadable);
    }

    private static int Narrow(long label, int unreadable) => (int)label == label ? (int)label : unreadable;

    // The labels of a coarser grid's pixels, row by row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sample(in LabelSource source, long offset, int count, int* result)
    {
        LabelGrid grid = source.Grid;
        (long row, long x) = Math.DivRem(offset, grid.Width);
        for (int i = 0; i < count; row++, x = 0)
        {
            long first = grid.Row(row);
            for (; i < count && x < grid.Width; i++, x++)
                result[i] = Narrow(source.Read(first + LabelGrid.At(x, grid.Width, grid.TargetWidth, grid.Sampling)), source.Unreadable);
        }
    }

    /// <summary>
    /// The labels as numbers: one in range its class (with a single class 1 becomes 0 and 0 becomes -1), an ignored one -1. Where no label
    /// is ignored, the number that stands for it is a bad label like any other.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Found Convert<T>(in LabelSource source, int* labels, int count, T* result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int ignored = source.IgnoreIndex, first = source.First;
        uint largest = (uint)source.Largest;
        int i = 0;
        Found found = Found.Labels;
        Vector256<int> skip = Vector256.Create(ignored), minusOne = Vector256<int>.AllBitsSet, offset = Vector256.Create(first);
        Vector256<int> anyIgnored = default, anyBad = default;
        for (; i + 8 <= count; i += 8)
        {
            Vector256<int> label = Vector256.Load(labels + i);
            Vector256<int> isIgnored = Vector256.Equals(label, skip);
            Vector256<int> isBad = Vector256.GreaterThan(label.AsUInt32(), Vector256.Create(largest)).AsInt32();
            anyIgnored |= isIgnored;
            anyBad |= Vector256.AndNot(isBad, isIgnored);
            StoreNumbers(Vector256.ConditionalSelect(isIgnored, minusOne, label - offset), result + i);
        }

        Found atIgnored = source.HasIgnored ? Found.Ignored : Found.Bad;
        if (anyIgnored != Vector256<int>.Zero)
            found |= atIgnored;
        if (anyBad != Vector256<int>.Zero)
            found |= Found.Bad;

        for (; i < count; i++)
        {
            int label = labels[i];
            if (label == ignored)
                found |= atIgnored;
            else if ((uint)label > largest)
                found |= Found.Bad;
            result[i] = label == ignored ? T.NegativeOne : T.CreateTruncating(label - first);
        }

        return found;
    }

    /// <summary>All bits where a label is not the ignored one, none where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MarkValid<T>(in LabelSource source, int* labels, int count, T* valid)
        where T : unmanaged
    {
        int i = 0;
        Vector256<int> skip = Vector256.Create(source.IgnoreIndex);
        for (; i + 8 <= count; i += 8)
        {
            Vector256<int> isValid = source.HasIgnored ? ~Vector256.Equals(Vector256.Load(labels + i), skip) : Vector256<int>.AllBitsSet;
            if (typeof(T) == typeof(float))
            {
                isValid.Store((int*)valid + i);
            }
            else
            {
                (Vector256<long> low, Vector256<long> high) = Vector256.Widen(isValid);
                low.Store((long*)valid + i);
                high.Store((long*)valid + i + 4);
            }
        }

        for (; i < count; i++)
        {
            bool isValid = !source.HasIgnored || labels[i] != source.IgnoreIndex;
            new Span<byte>(valid + i, sizeof(T)).Fill(isValid ? byte.MaxValue : byte.MinValue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreNumbers<T>(Vector256<int> labels, T* result)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            Vector256.ConvertToSingle(labels).Store((float*)result);
            return;
        }

        (Vector256<long> low, Vector256<long> high) = Vector256.Widen(labels);
        Vector256.ConvertToDouble(low).Store((double*)result);
        Vector256.ConvertToDouble(high).Store((double*)result + 4);
    }
}
