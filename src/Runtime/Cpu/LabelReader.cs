using System.Numerics;
using System.Runtime.CompilerServices;
using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Turns the labels of a tile into numbers that the lanes compare with a class index, and checks their range.</summary>
internal static unsafe class LabelReader
{
    /// <summary>
    /// Reads labels. A label in range becomes its number (with a single class, label 1 becomes 0 and label 0 becomes -1), an ignored
    /// one -1. Found is how many were ignored; for a bad label it's -1 less its position.
    /// </summary>
    public static void Read<T>(in LabelSource source, long offset, int count, T* labels, out int found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        found = source.Element switch
        {
            TargetElement.Byte => Read((byte*)source.Labels + offset, count, source, labels),
            TargetElement.SByte => Read((sbyte*)source.Labels + offset, count, source, labels),
            TargetElement.Int16 => Read((short*)source.Labels + offset, count, source, labels),
            TargetElement.Int32 => Read((int*)source.Labels + offset, count, source, labels),
            _ => Read((long*)source.Labels + offset, count, source, labels),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Read<T, L>(L* labels, int count, in LabelSource source, T* result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where L : unmanaged, IBinaryInteger<L>
    {
        long ignored = source.IgnoreIndex, first = source.First;
        ulong largest = (ulong)source.Largest;
        int skipped = 0;
        for (int i = 0; i < count; i++)
        {
            long label = long.CreateTruncating(labels[i]);
            if (label == ignored)
            {
                result[i] = T.NegativeOne;
                skipped++;
            }
            else if ((ulong)label > largest)
            {
                return -i - 1;
            }
            else
            {
                result[i] = T.CreateTruncating((int)(label - first));
            }
        }

        return skipped;
    }
}

/// <summary>Where labels come from and which are right.</summary>
internal readonly unsafe struct LabelSource(void* labels, TargetElement element, int classes, int? ignoreIndex)
{
    public readonly void* Labels = labels;

    public readonly TargetElement Element = element;

    /// <summary>long.MinValue is no label that any smaller type can hold.</summary>
    public readonly long IgnoreIndex = ignoreIndex ?? long.MinValue;

    /// <summary>With a single class labels are 0 and 1, and 1 is the class.</summary>
    public readonly long First = classes == 1 ? 1 : 0;

    public readonly long Largest = classes == 1 ? 1 : classes - 1;
}
