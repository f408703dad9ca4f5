using System.Text.Json;

namespace LossGen.Golden;

/// <summary>
/// The visible list of what LossGen does not express: <c>not-expressible.txt</c>. A line is a pattern of ids (<c>*</c> stands for
/// anything), conditions on the options, a colon and the reason. A condition is <c>option</c> (present), <c>option=value</c> (as in the
/// file), <c>option=per-element</c> (a tensor that varies over more than the classes) or <c>input=saturated</c> (a number of the input is
/// exactly 0 or 1) or <c>batch=many</c> (more than one image) or <c>classes=one</c> or <c>factor=other</c> (resized by a factor that is not
/// the ratio of the sizes). All of them must hold. <c>elsewhere</c> always holds: the tests' own folder has no such case, other folders
/// may.
/// </summary>
internal sealed class NotExpressible
{
    private readonly List<Line> lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "not-expressible.txt"))
        .Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Line.Parse)];

    public static NotExpressible List { get; } = new();

    /// <summary>Lines that no case of the tests' own folder meets: they may go.</summary>
    public IEnumerable<string> Idle(IEnumerable<Case> cases) => lines.Where(line => !line.IsElsewhere && !cases.Any(line.Holds))
        .Select(line => line.Text);

    /// <summary>Why the case cannot be expressed, or null.</summary>
    public string? Reason(Case c) => lines.Find(line => line.Holds(c))?.Reason;

    private sealed record Line(string Text, string Pattern, string[] Conditions, string Reason)
    {
        public static Line Parse(string text)
        {
            int colon = text.IndexOf(": ", StringComparison.Ordinal);
            string[] words = text[..colon].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new Line(text, words[0], words[1..], text[(colon + 2)..].Trim());
        }

        public bool IsElsewhere => Conditions.Contains("elsewhere");

        public bool Holds(Case c) =>
            System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(Pattern, c.Id, ignoreCase: false)
                && Array.TrueForAll(Conditions, condition => Holds(c, condition));

        private static bool Holds(Case c, string condition)
        {
            if (condition == "batch=many")
                return c.Input.Shape[0] > 1;
            if (condition == "elsewhere")
                return true;
            if (condition == "factor=other")
                return HasOtherFactor(c);
            if (condition == "classes=one")
                return c.Input.Shape.Length > 1 && c.Input.Shape[1] == 1;
            if (condition == "input=saturated")
                return c.Input.Data.Any(number => number is 0 or 1);
            string[] sides = condition.Split('=', 2);
            string? value = c.Options.Raw(sides[0]);
            if (value is null || sides.Length == 1)
                return value is not null;
            if (sides[1] != "per-element")
                return value.Trim('"') == sides[1];
            return c.Extra.TryGetValue(value.Trim('"').Replace("@extra.", ""), out CaseTensor? tensor) && TorchMapper.VariesBeyondClasses(c,
                tensor);
        }

        // torch's interpolate with a factor reads at 1 / factor, unless corners are aligned or the factor is computed anew.
        private static bool HasOtherFactor(Case c)
        {
            if (c.Options.Raw("@interpolate") is not { } text)
                return false;
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement options = document.RootElement;
            bool IsTrue(string name) => options.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
            if (IsTrue("align_corners") || IsTrue("recompute_scale_factor") || !options.TryGetProperty("scale_factor",
                out JsonElement given) || given.ValueKind == JsonValueKind.Null)
                return false;
            double[] factors = Case.Numbers(given);
            int[] from = c.Input.Shape[2..], to = c.Target!.Shape[2..];
            return Enumerable.Range(0, to.Length).Any(axis => from[axis] * factors[Math.Min(axis, factors.Length - 1)] != to[axis]);
        }
    }
}
