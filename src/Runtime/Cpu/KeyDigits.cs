namespace LossGen.Cpu;

/// <summary>
/// How the bits in which keys differ are cut into digits: some by which entries are moved, the lowest first, and a last one of the rest.
/// </summary>
internal readonly struct KeyDigits
{
    /// <summary>
    /// The most bits of a digit by which entries are moved: 1024 places to write to take 0.6 of the time of 2048, whose lines and pages are
    /// too many for the first-level caches.
    /// </summary>
    private const int MovedBits = 10;

    /// <summary>The most bits of the last digit, by which entries are not moved any more.</summary>
    private const int LastBits = 12;

    /// <param name="bits">How many bits there are.</param>
    public KeyDigits(int bits)
    {
        int moved = Math.Max(0, bits - LastBits);
        Moved = (moved + MovedBits - 1) / MovedBits;
        Width = Moved == 0 ? 0 : (moved + Moved - 1) / Moved;
        LastWidth = bits - LastShift;
    }

    /// <summary>How many digits there may be by which entries are moved.</summary>
    public static int MostMoved => (64 - LastBits + MovedBits - 1) / MovedBits;

    /// <summary>How many values such a digit may have.</summary>
    public static int MovedValues => 1 << MovedBits;

    /// <summary>How many values the last digit may have.</summary>
    public static int LastValues => 1 << LastBits;

    /// <summary>How many digits entries are moved by.</summary>
    public int Moved { get; }

    /// <summary>The bits of each of those.</summary>
    public int Width { get; }

    /// <summary>The bits of the last digit; none where all keys are equal.</summary>
    public int LastWidth { get; }

    /// <summary>The bits below the last digit.</summary>
    public int LastShift => Moved * Width;
}
