using System.Text.Json;

namespace LossGen.Golden;

/// <summary>
/// The options of a case under the peer's names. It notes what was read, so that an option that a mapper does not know is a failure
/// and not silently ignored. Tests that run side by side read the same case.
/// </summary>
internal sealed class CaseOptions(string id, JsonElement element)
{
    private readonly Dictionary<string, JsonElement> values = element.EnumerateObject()
        .Where(property => property.Value.ValueKind != JsonValueKind.Null)
        .ToDictionary(property => property.Name, property => property.Value);

    private readonly HashSet<string> known = [];

    private readonly Dictionary<string, CaseOptions> nested = [];

    private readonly HashSet<string> stated = [.. element.EnumerateObject().Select(property => property.Name)];

    /// <summary>The option is stated, be it null.</summary>
    public bool Has(string name) => stated.Contains(name);

    public double Number(string name, double absent) => Read(name) is JsonElement value ? Case.Numbers(value)[0] : absent;

    public double? Number(string name) => Read(name) is JsonElement value ? Case.Numbers(value)[0] : null;

    public int? Integer(string name) => Read(name)?.GetInt32();

    public bool Flag(string name, bool absent = false) => Read(name)?.GetBoolean() ?? absent;

    public string? Text(string name) => Read(name)?.GetString();

    public string Text(string name, string absent) => Text(name) ?? absent;

    /// <summary>A number or a list of numbers; null where absent.</summary>
    public double[]? Numbers(string name) => Read(name) is JsonElement value ? Case.Numbers(value) : null;

    public bool IsList(string name) => Read(name) is { ValueKind: JsonValueKind.Array };

    /// <summary>The extra tensor that the option names: <c>@extra.weight</c>.</summary>
    public CaseTensor? Tensor(string name, IReadOnlyDictionary<string, CaseTensor> extra) =>
        Text(name) is string text ? extra[text["@extra.".Length..]] : null;

    /// <summary>
    /// The options inside an option; it has none if it is absent. The same for all who ask, for one of them may check what is known while
    /// another has not read all.
    /// </summary>
    public CaseOptions Nested(string name)
    {
        JsonElement options = Read(name) ?? JsonDocument.Parse("{}").RootElement;
        lock (known)
        {
            if (!nested.TryGetValue(name, out CaseOptions? inner))
                nested.Add(name, inner = new CaseOptions($"{id} ({name})", options));
            return inner;
        }
    }

    /// <summary>How the option is written in the file; null where absent.</summary>
    public string? Raw(string name) => values.TryGetValue(name, out JsonElement value) ? value.GetRawText() : null;

    /// <exception cref="NotSupportedException">The case has an option that nothing asked for.</exception>
    public void CheckAllKnown()
    {
        string[] unknown;
        lock (known)
        {
            foreach (CaseOptions inner in nested.Values)
                inner.CheckAllKnown();
            unknown = [.. values.Keys.Except(known).Order()];
        }

        if (unknown.Length > 0)
            throw new NotSupportedException($"{id}: nothing maps the option {string.Join(", ", unknown)}.");
    }

    public override string ToString() => $"{{{string.Join(", ", values.Select(pair => $"{pair.Key}={pair.Value.GetRawText()}"))}}}";

    private JsonElement? Read(string name)
    {
        lock (known)
            known.Add(name);
        return values.TryGetValue(name, out JsonElement value) ? value : null;
    }
}
