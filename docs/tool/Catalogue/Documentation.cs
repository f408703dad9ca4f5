using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LossGen.Pages.Catalogue;

/// <summary>The XML documentation of the library, as Markdown.</summary>
internal static partial class Documentation
{
    private static readonly Dictionary<string, XElement> Members = XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, typeof(LossAttribute).Assembly.GetName().Name + ".xml"),
        LoadOptions.PreserveWhitespace)
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    private static readonly HashSet<string> Pages = [.. Term.All.Select(term => term.Name)];

    /// <summary>What a type is.</summary>
    public static string Summary(Type type) => Text("T:" + type.FullName, "summary");

    /// <summary>What a member of an enumeration is.</summary>
    public static string Summary(Type enumeration, string member) => Text($"F:{enumeration.FullName}.{member}", "summary");

    /// <summary>Where it comes from.</summary>
    public static string Remarks(Type type) => Text("T:" + type.FullName, "remarks");

    /// <summary>What an option does, and where it comes from.</summary>
    public static string Meaning(Option option) => $"{Text(Name(option), "summary")} {Text(Name(option), "remarks")}".Trim();

    /// <summary>Which values an option takes: what the documentation says, else what follows from its type.</summary>
    public static string Range(Option option)
    {
        string stated = StatedRange(option);
        return stated.Length > 0 ? char.ToLowerInvariant(stated[0]) + stated[1..].TrimEnd('.') : option.Type switch
        {
            _ when option.Type == typeof(bool) => "`true`, `false`",
            _ when option.Type == typeof(double) => "a number",
            { IsEnum: true } => string.Join(", ", Enum.GetNames(option.Type).Select(name => $"`{name}`")),
            _ => "numbers, or `null`",
        };
    }

    /// <summary>Which values the documentation says that an option takes.</summary>
    public static string StatedRange(Option option) => Text(Name(option), "value");

    private static string Name(Option option) => $"P:{option.Property.DeclaringType!.FullName}.{option.Name}";

    private static string Text(string member, string part)
    {
        if (!Members.TryGetValue(member, out XElement? documentation) || documentation.Element(part) is not { } element)
            return "";
        var text = new StringBuilder();
        foreach (XNode node in element.Nodes())
            text.Append(Text(node));
        return Space().Replace(text.ToString(), " ").Trim();
    }

    private static string Text(XNode node) => node switch
    {
        XText text => Escape(text.Value),
        XElement { Name.LocalName: "c" } code => $"`{Space().Replace(code.Value, " ").Trim()}`",
        XElement { Name.LocalName: "see" } see => Reference(see),
        XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement { Name.LocalName: "para" } paragraph => $" {string.Concat(paragraph.Nodes().Select(Text))} ",
        XElement other => throw new NotSupportedException($"The documentation has <{other.Name}>, which the pages cannot show."),
        _ => "",
    };

    // Types of terms have pages; other members are named as C# would.
    private static string Reference(XElement see)
    {
        if (see.Attribute("langword")?.Value is { } word)
            return $"`{word}`";
        string target = see.Attribute("cref")!.Value;
        string[] parts = target[2..].Split('(')[0].Split('.');
        string name = parts[^1];
        if (target[0] == 'T' && name.EndsWith("Attribute", StringComparison.Ordinal) && Pages.Contains(name[..^"Attribute".Length]))
            return $"[{name[..^"Attribute".Length]}]({name[..^"Attribute".Length]}.md)";
        return target[0] == 'F' ? $"`{parts[^2]}.{name}`" : $"`{name}`";
    }

    private static string Escape(string text) => MarkdownSign().Replace(text, @"\$0").Replace("<", "&lt;", StringComparison.Ordinal);

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"[*|$\\`\[\]]")]
    private static partial Regex MarkdownSign();
}
