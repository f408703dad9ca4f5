using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LossGen.Pages.Plots;

/// <summary>
/// Writes a picture of few colours as a PNG with a palette, a third of the size of one without. Of more than 256 colours, which smoothed
/// edges make, the rarest become the nearest of the others.
/// </summary>
internal static class IndexedPng
{
    private const int Colours = 256;

    /// <summary>A picture of rows of pixels, 0xRRGGBB each.</summary>
    public static byte[] Encode(ReadOnlySpan<int> pixels, int width)
    {
        int height = pixels.Length / width;
        (int[] palette, Dictionary<int, byte> numbers) = Palette(pixels);
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3); // bits a pixel; with a palette
        Chunk(file, "IHDR", header);
        Chunk(file, "PLTE", [.. palette.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);

        using var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[width + 1]; // the first byte: no filter
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                    row[x + 1] = numbers[pixels[(y * width) + x]];
                packed.Write(row);
            }
        }

        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>The most frequent colours, and the number of the nearest for every colour.</summary>
    private static (int[] Palette, Dictionary<int, byte> Numbers) Palette(ReadOnlySpan<int> pixels)
    {
        var counts = new Dictionary<int, int>();
        foreach (int pixel in pixels)
            counts[pixel] = counts.GetValueOrDefault(pixel) + 1;
        int[] colours = [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Select(pair => pair.Key)],
            palette = colours[..Math.Min(Colours, colours.Length)];
        return (palette, colours.ToDictionary(colour => colour, colour => (byte)Enumerable.Range(0, palette.Length)
            .MinBy(i => Distance(palette[i], colour))));
    }

    private static int Distance(int a, int b) => Square((a >> 16) - (b >> 16)) + Square((a >> 8 & 255) - (b >> 8 & 255))
        + Square((a & 255) - (b & 255));

    private static int Square(int number) => number * number;

    private static void Chunk(MemoryStream file, string type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Check(body));
        file.Write(number);
    }

    // CRC-32, bit by bit: the files are small.
    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint check = ~0u;
        foreach (byte value in bytes)
        {
            check ^= value;
            for (int i = 0; i < 8; i++)
                check = (check >> 1) ^ ((check & 1) * 0xEDB88320u);
        }

        return ~check;
    }
}
