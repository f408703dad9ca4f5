using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LossGen.Benchmarks.Gpu;

/// <summary>Results as a table and as JSON.</summary>
internal static class Report
{
    public static string Table(IReadOnlyList<Result> results, Peers? peers)
    {
        var text = new StringBuilder();
        if (peers is not null)
            text.Append(CultureInfo.InvariantCulture, $"Peers: {peers.Device}\n");
        string[] columns = ["loss", "size", "type", "compile s", "ms", "moved MB", "GB/s", "limit", "limit ms", "of limit", "beside MB",
            "value error", "gradient error", .. peers is null ? [] : Peers.Approaches];
        Row(columns);
        Row(columns.Select((_, k) => k < 3 ? ":---" : "---:"));
        foreach (Result result in results)
        {
            Case one = result.Case;
            string[] start = [one.Name, one.Size.Text, one.Type];
            if (result.Failure is { } failure)
            {
                Row([.. start, .. Enumerable.Repeat("", columns.Length - 4), failure.Replace("|", "/", StringComparison.Ordinal)]);
                continue;
            }

            double time = result.Milliseconds;
            Row(
            [
                .. start, Number(result.CompileSeconds, "F2"), Number(time), Number(1e-6 * result.Moved),
                    Number(1e-6 * result.Moved / time), result.Limit ?? "", Number(result.LimitMilliseconds),
                Number(time / result.LimitMilliseconds), Number(1e-6 * result.Beside), Number(result.ValueError, "G2"),
                    Number(result.GradientError, "G2") + (result.IsRight ? "" : " WRONG"),
                .. peers is null ? [] : Peers.Approaches.Select(approach => Ratio(result, peers, approach)),
            ]);
        }

        return text.ToString();

        void Row(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    public static string Json(Machine machine, IReadOnlyList<Result> results)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions
        {
            Indented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        }))
        {
            writer.WriteStartObject();
            writer.WriteString("device", machine.Name);
            writer.WriteNumber("copyGigabytesPerSecond", machine.CopyBandwidth);
            writer.WriteNumber("multiplyGigaPerSecond", machine.MultiplyRate);
            writer.WriteStartArray("results");
            foreach (Result result in results)
            {
                writer.WriteStartObject();
                writer.WriteString("loss", result.Case.Name);
                writer.WriteString("size", result.Case.Size.Text);
                writer.WriteString("type", result.Case.Type);
                if (result.Failure is { } failure)
                    writer.WriteString("failure", failure);
                writer.WriteBoolean("right", result.IsRight);
                Write("compileSeconds", result.CompileSeconds);
                Write("ms", result.Milliseconds);
                Write("movedBytes", result.Moved);
                writer.WriteString("limit", result.Limit);
                Write("limitMs", result.LimitMilliseconds);
                Write("besideBytes", result.Beside);
                Write("value", result.Value);
                Write("valueError", result.ValueError);
                Write("gradientError", result.GradientError);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();

            void Write(string name, double number)
            {
                if (double.IsFinite(number))
                    writer.WriteNumber(name, number);
                else
                    writer.WriteNull(name);
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    // How many times as long; with what is computed, where that is something else.
    private static string Ratio(Result result, Peers peers, string approach)
    {
        Case one = result.Case;
        var key = (one.Name, one.Size.Text, one.Type, approach);
        if (!peers.Times.TryGetValue(key, out double time))
            return "";
        double value = peers.Values[key], apart = Math.Abs(value - result.Value) / (Math.Abs(result.Value) + 1e-12);
        string other = apart <= (one.ElementBytes == 2 ? 0.03 : 1e-3) ? "" : string.Create(CultureInfo.InvariantCulture,
            $" (value {value:G4} for {result.Value:G4})");
        return Number(time / result.Milliseconds) + other;
    }

    private static string Number(double number, string format = "G3") =>
        double.IsNaN(number) ? "" : format == "G3" && Math.Abs(number) >= 100 ? number.ToString("F0", CultureInfo.InvariantCulture)
            : number.ToString(format, CultureInfo.InvariantCulture);
}
