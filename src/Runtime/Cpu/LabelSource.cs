using LossGen.Kernels;

namespace LossGen.Cpu;

/// <summary>Where labels come from and which are right.</summary>
internal readonly unsafe struct LabelSource(
    void* labels, TargetElement element, int classes, LossDefinition definition, LabelGrid grid = default)
{
    public readonly void* Labels = labels;

    public readonly TargetElement Element = element;

    /// <summary>Where none is ignored, a number that is never a label: <see cref="LossAttribute.NoIgnoreIndex"/>.</summary>
    public readonly int IgnoreIndex = definition.IgnoreIndex ?? LossAttribute.NoIgnoreIndex;

    /// <summary>Whether any label is ignored.</summary>
    public readonly bool HasIgnored = definition.IgnoreIndex is not null;

    /// <summary>Labels that are read as <see cref="IgnoreIndex"/>.</summary>
    public IReadOnlyList<int> OtherIgnored => definition.OtherIgnoreIndices;

    /// <summary>What stands for a label that int cannot hold: a number that is no class and not ignored.</summary>
    public readonly int Unreadable = FirstThatIsRead(definition);

    /// <summary>The label of class 0.</summary>
    public readonly int First = definition.IsSingleForeground(classes) ? 1 : 0;

    public readonly int Classes = classes;

    public readonly int Largest = definition.IsSingleForeground(classes) ? 1 : classes - 1;

    /// <summary>
    /// An ignored label is in the range of the classes', where it would go unnoticed if nothing but the range were looked at.
    /// </summary>
    public readonly bool IgnoresClass = HasIgnoredUpTo(definition.IsSingleForeground(classes) ? 1 : classes - 1, definition);

    /// <summary>Where the labels are of a finer grid: which of them the pixels take.</summary>
    public readonly LabelGrid Grid = grid;

    public readonly bool IsSampled = grid.IsSampled;

    /// <summary>Where the label of a pixel lies, both counted over the whole batch.</summary>
    public long Place(long offset) => IsSampled ? Grid.Map(offset) : offset;

    /// <summary>The label of a pixel as it is.</summary>
    public long At(long offset) => Read(Place(offset));

    /// <summary>Neither of a class nor ignored.</summary>
    public bool IsBad(long label) => (label < 0 || label > Largest) && !definition.IsIgnored(label);

    /// <summary>A label is ignored.</summary>
    public bool IsIgnored(long label) => definition.IsIgnored(label);

    /// <summary>What is thrown for a bad label.</summary>
    /// <param name="offset">The pixel, over the whole batch.</param>
    /// <param name="pixelsPerImage">Labels of an image.</param>
    /// <param name="cure">What to do to leave pixels out.</param>
    public ArgumentOutOfRangeException Bad(long offset, long pixelsPerImage, string cure)
    {
        long place = Place(offset), label = Read(place);
        string where = $"The label at image {place / pixelsPerImage}, pixel {place % pixelsPerImage}";
        return CallRules.BadLabel(where, label, Classes, Largest, definition, cure);
    }

    private static int FirstThatIsRead(LossDefinition definition)
    {
        int label = int.MinValue;
        while (definition.IsIgnored(label))
            label++;
        return label;
    }

    private static bool HasIgnoredUpTo(int largest, LossDefinition definition)
    {
        for (int k = 0; k < definition.OtherIgnoreIndices.Count; k++)
        {
            if ((uint)definition.OtherIgnoreIndices[k] <= (uint)largest)
                return true;
        }

        return definition.IgnoreIndex is { } ignored && (uint)ignored <= (uint)largest;
    }

    /// <summary>One label as it is.</summary>
    public long Read(long offset) => Element switch
    {
        TargetElement.Byte => ((byte*)Labels)[offset],
        TargetElement.SByte => ((sbyte*)Labels)[offset],
        TargetElement.Int16 => ((short*)Labels)[offset],
        TargetElement.UInt16 => ((ushort*)Labels)[offset],
        TargetElement.Int32 => ((int*)Labels)[offset],
        _ => ((long*)Labels)[offset],
    };
}
