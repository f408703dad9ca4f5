using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LossGen.Shared;

/// <summary>
/// Lets TorchSharp load on Linux distributions whose libstdc++ is older than GCC 13's (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// TorchSharp's native library asks for symbol version GLIBCXX_3.4.32, though nothing in it uses a symbol of that version, so
/// the loader refuses it for no reason. This marks the need as weak in a copy beside the original (never in place: the original
/// may be a hard link into the package cache) and loads the copy first. Where the original loads, nothing happens.
/// </remarks>
internal static class TorchNative
{
    private const string Library = "libLibTorchSharp";
    private const string UnusedVersion = "GLIBCXX_3.4.32";

    private const uint SectionVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 2;                   // VER_FLG_WEAK

    [ModuleInitializer]
    internal static void EnsureLoaded()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return;
        string output = AppContext.BaseDirectory;
        foreach (string folder in (string[])[Path.Combine(output, "runtimes", "linux-x64", "native"), output])
        {
            string original = Path.Combine(folder, Library + ".so");
            if (!File.Exists(original))
                continue;
            if (!NativeLibrary.TryLoad(original, out _) && RelaxedCopy(original) is string copy)
                NativeLibrary.Load(copy); // has the same SONAME, so TorchSharp's own load by name finds it
            return;
        }
    }

    /// <summary>The path of a copy that loads, or null where the version is not what is wrong (TorchSharp then reports it).</summary>
    private static string? RelaxedCopy(string original)
    {
        // The same folder: the library finds libtorch through RUNPATH $ORIGIN.
        string copy = Path.Combine(Path.GetDirectoryName(original)!, Library + ".relaxed.so");
        if (File.Exists(copy) && File.GetLastWriteTimeUtc(copy) >= File.GetLastWriteTimeUtc(original))
            return copy;
        byte[] elf = File.ReadAllBytes(original);
        if (!MarkWeak(elf, UnusedVersion))
            return null;
        string unfinished = $"{copy}.{Environment.ProcessId}"; // test processes may start side by side
        File.WriteAllBytes(unfinished, elf);
        File.Move(unfinished, copy, overwrite: true);
        return copy;
    }

    /// <summary>Finds the version among the needs of a 64-bit little-endian ELF file and sets its weak flag.</summary>
    private static bool MarkWeak(Span<byte> elf, string version)
    {
        int sections = Offset(elf, 0x28), sectionSize = UInt16(elf, 0x3a), sectionCount = UInt16(elf, 0x3c);
        for (int i = 0; i < sectionCount; i++)
        {
            int section = sections + (i * sectionSize);
            if (UInt32(elf, section + 4) != SectionVersionNeeds)
                continue;
            int strings = Offset(elf, sections + ((int)UInt32(elf, section + 40) * sectionSize) + 24);
            for (int need = Offset(elf, section + 24), step = -1; step != 0; need += step)
            {
                int entry = need + (int)UInt32(elf, need + 8);
                for (int left = UInt16(elf, need + 2); left > 0; left--, entry += (int)UInt32(elf, entry + 12))
                {
                    ReadOnlySpan<byte> name = elf[(strings + (int)UInt32(elf, entry + 8))..];
                    if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) != version)
                        continue;
                    BinaryPrimitives.WriteUInt16LittleEndian(elf[(entry + 4)..], (ushort)(UInt16(elf, entry + 4) | WeakFlag));
                    return true;
                }
                step = (int)UInt32(elf, need + 12);
            }
        }
        return false;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static int Offset(ReadOnlySpan<byte> bytes, int at) => checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]));
}
