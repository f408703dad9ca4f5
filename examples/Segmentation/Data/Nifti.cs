using System.Buffers.Binary;
using System.IO.Compression;

namespace Segmentation.Data;

/// <summary>A volume read from a gzipped little-endian NIfTI-1 file; x varies fastest.</summary>
internal sealed record Nifti(int X, int Y, int Z, float[] Voxels)
{
    private const int HeaderLength = 348;

    public float this[int x, int y, int z] => Voxels[x + (X * (y + (Y * z)))];

    /// <exception cref="InvalidDataException">The file is not of this format, or of a voxel type that is not read here.</exception>
    public static Nifti Load(string path)
    {
        using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        packed.CopyTo(memory);
        ReadOnlySpan<byte> file = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        if (file.Length < HeaderLength || BinaryPrimitives.ReadInt32LittleEndian(file) != HeaderLength)
            throw new InvalidDataException($"{path}: not a little-endian NIfTI-1 file (its header does not begin with {HeaderLength}).");

        int x = Int16(file, 42), y = Int16(file, 44), z = Int16(file, 46), type = Int16(file, 70);
        int offset = (int)Single(file, 108);
        float slope = Single(file, 112), intercept = Single(file, 116);
        if (slope == 0 || !float.IsFinite(slope))
            (slope, intercept) = (1, 0);

        float[] voxels = new float[x * y * z];
        ReadOnlySpan<byte> data = file[offset..];
        for (int i = 0; i < voxels.Length; i++)
            voxels[i] = intercept + (slope * Voxel(data, i, type, path));
        return new(x, y, z, voxels);
    }

    private static float Voxel(ReadOnlySpan<byte> data, int index, int type, string path) => type switch
    {
        2 => data[index],
        4 => Int16(data, 2 * index),
        8 => BinaryPrimitives.ReadInt32LittleEndian(data[(4 * index)..]),
        16 => Single(data, 4 * index),
        256 => (sbyte)data[index],
        512 => (ushort)Int16(data, 2 * index),
        _ => throw new InvalidDataException($"{path}: voxel type {type}; types 2, 4, 8, 16, 256 and 512 are read."),
    };

    private static short Int16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt16LittleEndian(bytes[at..]);

    private static float Single(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]);
}
