namespace LossGen.Cpu;

/// <summary>What is moved when pixels are sorted: a key, and the number of a pixel with up to two bits of its values above.</summary>
internal interface ISortEntry<TSelf>
    where TSelf : unmanaged, ISortEntry<TSelf>
{
    static abstract TSelf Create(ulong key, uint pixel);

    /// <summary>The bits of <paramref name="mask"/> from <paramref name="shift"/> on of the key.</summary>
    static abstract int Digit(TSelf entry, int shift, int mask);

    static abstract uint Pixel(TSelf entry);
}

/// <summary>Keys of 32 bits.</summary>
internal readonly struct SortEntry32(ulong bits) : ISortEntry<SortEntry32>
{
    private readonly ulong bits = bits;

    public static SortEntry32 Create(ulong key, uint pixel) => new((key << 32) | pixel);

    public static int Digit(SortEntry32 entry, int shift, int mask) => (int)(entry.bits >> (32 + shift)) & mask;

    public static uint Pixel(SortEntry32 entry) => (uint)entry.bits;
}

/// <summary>Keys of 64 bits.</summary>
internal readonly struct SortEntry64(ulong key, uint pixel) : ISortEntry<SortEntry64>
{
    private readonly ulong key = key;
    private readonly uint pixel = pixel;

    public static SortEntry64 Create(ulong key, uint pixel) => new(key, pixel);

    public static int Digit(SortEntry64 entry, int shift, int mask) => (int)(entry.key >> shift) & mask;

    public static uint Pixel(SortEntry64 entry) => entry.pixel;
}
