using System.Text.Json;

namespace LossGen.Golden;

/// <summary>A tensor of a case, row-major.</summary>
internal sealed record CaseTensor(int[] Shape, double[] Data)
{
    public int Count => Shape.Aggregate(1, (product, extent) => product * extent);
}

/// <summary>One line of a case file: what a peer library was given and what it returned. Cases/SCHEMA.md describes the fields.</summary>
internal sealed class Case
{
    private Case(JsonElement line)
    {
        Id = line.GetProperty("id").GetString()!;
        Library = line.GetProperty("library").GetString()!;
        Loss = line.GetProperty("loss").GetString()!;
        Options = new CaseOptions(Id, line.GetProperty("options"));
        Input = new CaseTensor(Integers(line.GetProperty("input_shape")), Numbers(line.GetProperty("input")));
        TargetKind = line.GetProperty("target_kind").GetString() ?? "none";
        TargetDtype = Optional(line, "target_dtype")?.GetString();
        Target = Optional(line, "target") is JsonElement target
            ? new CaseTensor(Integers(line.GetProperty("target_shape")), Numbers(target))
            : null;
        Extra = Optional(line, "extra") is JsonElement extra
            ? extra.EnumerateObject().ToDictionary(
                property => property.Name,
                property => new CaseTensor(Integers(property.Value.GetProperty("shape")), Numbers(property.Value.GetProperty("data"))))
            : [];
        Value = Optional(line, "value") is JsonElement value ? Numbers(value) : null;
        ValueShape = Optional(line, "value_shape") is JsonElement shape ? Integers(shape) : [];
        Gradient = Optional(line, "grad") is JsonElement gradient ? Numbers(gradient) : null;
        GradientAgrees = Optional(line, "fd_ok")?.GetBoolean();
        Status = Optional(line, "status")?.GetString();
        IsSingle = Optional(line, "compute_dtype")?.GetString() == "float32";
        Note = Optional(line, "note")?.GetString() ?? "";
    }

    public string Id { get; }

    public string Library { get; }

    public string Loss { get; }

    public CaseOptions Options { get; }

    public CaseTensor Input { get; }

    public string TargetKind { get; }

    public string? TargetDtype { get; }

    public CaseTensor? Target { get; }

    public IReadOnlyDictionary<string, CaseTensor> Extra { get; }

    /// <summary>The peer's value, flat; null where it raised.</summary>
    public double[]? Value { get; }

    public int[] ValueShape { get; }

    public double[]? Gradient { get; }

    /// <summary>The peer's gradient agrees with difference quotients of its value; null where that was not checked.</summary>
    public bool? GradientAgrees { get; }

    /// <summary>What is wrong with the peer's result: <c>nan</c>, <c>raises</c>, ...; null for cases to be met.</summary>
    public string? Status { get; }

    /// <summary>The peer computed in float.</summary>
    public bool IsSingle { get; }

    public string Note { get; }

    /// <summary>C of an input (N, C, spatial).</summary>
    public int Classes => Input.Shape.Length > 1 ? Input.Shape[1] : 1;

    public override string ToString() => Id;

    public static Case Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return new Case(document.RootElement.Clone());
    }

    /// <summary>A number, a list of them, or the words in which JSON spells what is not finite.</summary>
    public static double[] Numbers(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => [.. element.EnumerateArray().SelectMany(Numbers)],
        JsonValueKind.Number => [element.GetDouble()],
        JsonValueKind.True => [1],
        JsonValueKind.False => [0],
        JsonValueKind.String => [element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            string text => throw new FormatException($"'{text}' is no number."),
            null => throw new FormatException("null is no number."),
        }],
        _ => throw new FormatException($"{element.ValueKind} is no number."),
    };

    private static int[] Integers(JsonElement element) => [.. element.EnumerateArray().Select(item => item.GetInt32())];

    private static JsonElement? Optional(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
