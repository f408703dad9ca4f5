using System.Text.Json;

namespace LossGen.Benchmarks.Gpu;

/// <summary>What peers.py measured on the same machine.</summary>
/// <param name="Device">The device, as torch calls it.</param>
/// <param name="Times">Milliseconds of each approach: NaN where it did not run.</param>
/// <param name="Values">The value that it computed.</param>
internal sealed record Peers(
    string Device, IReadOnlyDictionary<(string Loss, string Size, string Type, string Approach), double> Times,
        IReadOnlyDictionary<(string Loss, string Size, string Type, string Approach), double> Values)
{
    public static readonly IReadOnlyList<string> Approaches = ["eager", "compiled", "fused-torch"];

    public static Peers Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        var times = new Dictionary<(string, string, string, string), double>();
        var values = new Dictionary<(string, string, string, string), double>();
        foreach (JsonElement result in document.RootElement.GetProperty("results").EnumerateArray())
        {
            var key = (Text(result, "loss"), Text(result, "size"), Text(result, "type"), Text(result, "approach"));
            times[key] = Number(result, "ms");
            values[key] = Number(result, "value");
        }

        return new(Text(document.RootElement, "device"), times, values);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static double Number(JsonElement element, string name) =>
        element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;
}
