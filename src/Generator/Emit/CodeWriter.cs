using System.Text;

namespace LossGen.Generator.Emit;

/// <summary>Indented lines of C#.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder text = new();
    private int indent;

    public CodeWriter Line(string line = "")
    {
        if (line.Length > 0)
            text.Append(' ', indent * 4).Append(line);
        text.Append('\n');
        return this;
    }

    public CodeWriter Lines(string lines)
    {
        foreach (string line in lines.Replace("\r", "").Split('\n'))
            Line(line);
        return this;
    }

    /// <summary>A comment, wrapped at a width that can be read; later lines hang below the first.</summary>
    public CodeWriter Comment(string comment, string prefix = "// ")
    {
        int width = Math.Max(60, 136 - (indent * 4));
        int lead = comment.Length - comment.TrimStart(' ').Length;
        string hanging = new(' ', lead + 4);
        while (comment.Length > width)
        {
            int cut = comment.LastIndexOf(' ', width);
            if (cut <= hanging.Length)
                break;
            Line(prefix + comment.Substring(0, cut).TrimEnd());
            comment = hanging + comment.Substring(cut + 1);
        }

        return Line((prefix + comment).TrimEnd());
    }

    public CodeWriter Open(string? header = null)
    {
        if (header is not null)
            Line(header);
        Line("{");
        indent++;
        return this;
    }

    public CodeWriter Close(string suffix = "")
    {
        indent--;
        return Line("}" + suffix);
    }

    public override string ToString() => text.ToString();
}
