using System.Text;
using LossGen.Compiler.Program;

namespace LossGen.Compiler.Emit;

/// <summary>Indented lines of C#.</summary>
/// <param name="cancellation">Stops the work: the next line throws.</param>
internal sealed class CodeWriter(CancellationToken cancellation = default) : IProgramWriter
{
    private readonly StringBuilder text = new();
    private int indent;

    public CodeWriter Line(string line = "")
    {
        cancellation.ThrowIfCancellationRequested();
        if (line.Length == 0 && EndsWithBlankLine)
            return this;
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

    void IProgramWriter.Line(string text) => Line(text);

    void IProgramWriter.Indented(string text) => Line("    " + text);

    void IProgramWriter.Remark(string text) => Comment(text);

    void IProgramWriter.Open(string head) => Open(head);

    void IProgramWriter.Close() => Close();

    private bool EndsWithBlankLine => text.Length > 1 && text[text.Length - 1] == '\n' && text[text.Length - 2] == '\n';

    public override string ToString() => text.ToString();
}
