using System.Text.Encodings.Web;
using System.Text.Json;
using LossGen.Benchmarks.Measure;

namespace LossGen.Benchmarks.Report;

/// <summary>Results for other programs: an array of objects, one an approach of a case.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    public static void Write(string path, IEnumerable<CaseResult> results)
    {
        using FileStream file = File.Create(path);
        using var json = new Utf8JsonWriter(file, Indented);
        json.WriteStartArray();
        foreach (CaseResult result in results)
        {
            foreach (Row row in result.Rows)
                Write(json, result, row);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, CaseResult result, Row row)
    {
        json.WriteStartObject();
        json.WriteString("loss", result.Loss);
        json.WriteString("size", result.Size.Text);
        json.WriteNumber("threads", result.Threads);
        json.WriteString("approach", row.Approach);
        json.WriteNumber("forward_ms", Rounded(row.Forward));
        json.WriteNumber("gradient_ms", Rounded(row.Gradient));
        json.WriteNumber("total_ms", Rounded(row.Total.Median));
        json.WriteNumber("total_p20_ms", Rounded(row.Total.P20));
        json.WriteNumber("total_p80_ms", Rounded(row.Total.P80));
        Write(json, "allocated_bytes", row.Allocated);
        Write(json, "peak_bytes", row.Peak);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? bytes)
    {
        if (bytes is { } count)
            json.WriteNumber(name, count);
        else
            json.WriteNull(name);
    }

    private static double Rounded(double milliseconds) =>
        double.Parse(milliseconds.ToString("G6", System.Globalization.CultureInfo.InvariantCulture),
        System.Globalization.CultureInfo.InvariantCulture);
}
