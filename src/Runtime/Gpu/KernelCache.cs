using System.Security.Cryptography;
using System.Text;

namespace LossGen.Gpu;

/// <summary>
/// Compiled kernels on disk, a file each, named by what they were compiled from. A file begins with the hash of the rest, so that one
/// that was cut off or changed is as good as none. Nothing here throws: without a folder that can be written to, nothing is kept.
/// </summary>
internal sealed class KernelCache(string? folder)
{
    private const string Suffix = ".cubin";
    private const int HashBytes = 32, Most = 512;

    /// <summary>The name of what is compiled from these texts.</summary>
    public static string Key(params IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            // With its length: "ab", "c" is not "a", "bc".
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.LongLength));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What was kept under a name; null where there is nothing, or nothing whole.</summary>
    public byte[]? Read(string key)
    {
        if (folder is null)
            return null;
        try
        {
            string file = Path.Combine(folder, key + Suffix);
            if (!File.Exists(file))
                return null;
            byte[] all = File.ReadAllBytes(file);
            return all.Length > HashBytes && SHA256.HashData(all.AsSpan(HashBytes)).AsSpan().SequenceEqual(all.AsSpan(0, HashBytes))
                ? all[HashBytes..]
                : null;
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            return null;
        }
    }

    /// <summary>Keeps an image: written under another name first, so that no other process sees half of it.</summary>
    public void Write(string key, byte[] image)
    {
        if (folder is null)
            return;
        string temporary = Path.Combine(folder, $"{key}.{Guid.NewGuid():n}.part");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (FileStream stream = File.Create(temporary))
            {
                stream.Write(SHA256.HashData(image));
                stream.Write(image);
            }

            File.Move(temporary, Path.Combine(folder, key + Suffix), overwrite: true);
            Prune();
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            Remove(temporary);
        }
    }

    /// <summary>Forgets an image.</summary>
    public void Forget(string key)
    {
        if (folder is not null)
            Remove(Path.Combine(folder, key + Suffix));
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            // It stays.
        }
    }

    private static bool IsRefusal(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    // A project's losses and their numbers of classes are few: what is old when there are many is of other times.
    private void Prune()
    {
        var files = new DirectoryInfo(folder!).GetFiles("*" + Suffix);
        if (files.Length <= Most)
            return;
        foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc).Take(files.Length - (Most / 2)))
            Remove(file.FullName);
    }
}
