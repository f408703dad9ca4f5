using System.Runtime.InteropServices;

namespace LossGen.Benchmarks.Measure;

/// <summary>An ELF library as it lies in memory: finds where its table of imports keeps the address of a function.</summary>
internal readonly unsafe struct LoadedLibrary(byte* start)
{
    private const long StringTable = 5, SymbolTable = 6, Relocations = 7, RelocationsSize = 8, JumpRelocations = 23, JumpRelocationsSize =
        2;
    private const uint Dynamic = 2, GlobalData = 6, JumpSlot = 7;

    /// <summary>The address of the slot, or 0.</summary>
    public nint Import(string function)
    {
        var table = new Dictionary<long, long>();
        for (long* entry = (long*)(start + DynamicSection()); entry[0] != 0; entry += 2)
            table[entry[0]] = entry[1];
        foreach ((long place, long size) in (ReadOnlySpan<(long, long)>)[(JumpRelocations, JumpRelocationsSize),
            (Relocations, RelocationsSize)])
        {
            if (!table.TryGetValue(place, out long first) || !table.TryGetValue(size, out long length))
                continue;
            for (ulong* relocation = (ulong*)first; relocation < (ulong*)(first + length); relocation += 3)
            {
                uint kind = (uint)relocation[1], symbol = (uint)(relocation[1] >> 32);
                if (kind is not (GlobalData or JumpSlot))
                    continue;
                uint name = *(uint*)(table[SymbolTable] + (24L * symbol));
                if (Marshal.PtrToStringAnsi((nint)(table[StringTable] + name)) == function)
                    return (nint)(start + relocation[0]);
            }
        }

        return 0;
    }

    private long DynamicSection()
    {
        byte* headers = start + *(long*)(start + 32);
        int size = *(ushort*)(start + 54), count = *(ushort*)(start + 56);
        for (int i = 0; i < count; i++)
        {
            if (*(uint*)(headers + (i * size)) == Dynamic)
                return *(long*)(headers + (i * size) + 16);
        }

        throw new BadImageFormatException("The library has no dynamic section.");
    }
}
