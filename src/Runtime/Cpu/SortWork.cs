namespace LossGen.Cpu;

/// <summary>What the parts of a sort share. It lies on the stack of the call, which returns when the last part is done.</summary>
internal unsafe struct SortWork<T, TEntry>
    where T : unmanaged
    where TEntry : unmanaged
{
    public PixelGroup Group;
    public T* Keys;
    public ulong Least;
    public KeyDigits Digits;

    /// <summary>What is sorted, and where it is moved to.</summary>
    public TEntry* Entries;
    public TEntry* Others;

    /// <summary>Where the pixels' ranks go, or null.</summary>
    public T* Ranks;

    public int Parts;
    public int* Tables;

    /// <summary>The digit that the parts work at.</summary>
    public int Shift;
    public int Width;

    public readonly int* Starts(int part) => DigitTables.Starts(Tables, part);

    public readonly int* Ones(int part) => DigitTables.Ones(Tables, part);

    public void Swap()
    {
        TEntry* sorted = Others;
        Others = Entries;
        Entries = sorted;
    }
}

/// <summary>Numbers for each value of a digit, and where they lie.</summary>
internal static unsafe class DigitTables
{
    // By one thread all digits are counted in one read: those by which entries are moved, then the last. Of several each counts one digit.
    private static int StartsLength => (KeyDigits.MostMoved * KeyDigits.MovedValues) + KeyDigits.LastValues;

    // Of the last digit, for two maps.
    private static int OnesLength => 2 * KeyDigits.LastValues;

    public static long Bytes(int parts) => Workspace.Size<int>(Length(parts));

    public static int* Take(Workspace workspace, int parts) => workspace.Take<int>(Length(parts));

    /// <summary>Where each digit's pixels begin.</summary>
    public static int* Starts(int* tables, int part) => tables + ((long)part * (StartsLength + OnesLength));

    /// <summary>How many ones come before each last digit's, in up to two maps.</summary>
    public static int* Ones(int* tables, int part) => Starts(tables, part) + StartsLength;

    private static long Length(int parts) => (long)parts * (StartsLength + OnesLength);
}
