using System.Diagnostics.CodeAnalysis;

namespace LossGen.Cpu;

/// <summary>
/// What the parts of a selection share: each has as many pixels as the others, in their order. It lies on the stack of the call, which
/// returns when the last part is done.
/// </summary>
/// <typeparam name="TKey">The bits of a key.</typeparam>
internal unsafe struct RankWork<TKey>(PixelGroup group, TKey* keys, TKey* between, TKey infinity, int parts)
    where TKey : unmanaged
{
    /// <summary>More are not of use.</summary>
    public const int MostParts = 16;

    private fixed long numbers[MostParts];
    private fixed int counts[MostParts];

    public readonly PixelGroup Group = group;

    /// <summary>The keys of all pixels as floating-point numbers, which 0 and infinity replace.</summary>
    public readonly TKey* Keys = keys;

    /// <summary>Room for as many keys.</summary>
    public readonly TKey* Between = between;

    public readonly TKey Infinity = infinity;

    public readonly int Parts = Math.Min(parts, MostParts);

    /// <summary>What is collected: keys, as whole numbers, from the first to the second.</summary>
    public (TKey Low, TKey High) Bounds;

    /// <summary>The last key that is taken, as a whole number.</summary>
    public TKey Last;

    /// <summary>Of each part: how many keys come before the bounds, or how many pixels of the last key are taken.</summary>
    [UnscopedRef]
    public ref long Number(int part) => ref numbers[part];

    /// <summary>Of each part: how many keys are between the bounds.</summary>
    [UnscopedRef]
    public ref int Count(int part) => ref counts[part];

    /// <summary>The first pixel of a part, by its place in the group.</summary>
    public readonly int Begin(int part) => (int)((long)Group.Count * part / Parts);
}
