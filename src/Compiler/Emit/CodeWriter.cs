using System.Text;

namespace LossGen.Compiler.Emit;

/// <summary>Indented lines of C#.</summary>
/// <param name="cancellation">Stops the work: the next line throws.</param>
internal sealed class CodeWriter(CancellationToken cancellation = default)
{
    private readonly StringBuilder text = new();
    private readonly Stack<Block> blocks = new();
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
        blocks.Push(new(text.Length, IsLoop: header?.StartsWith("for (", StringComparison.Ordinal) == true));
        Line("{");
        indent++;
        return this;
    }

    public CodeWriter Close(string suffix = "")
    {
        indent--;
        Block block = blocks.Pop();
        int start = block.Start + (indent * 4) + 2;
        if (block.IsLoop && IsStatement(Since(start)))
        {
            text.Remove(block.Start, start - block.Start);
            return this;
        }

        return Line("}" + suffix);
    }

    /// <summary>Where the next line will begin: for what is written there when the lines behind it are known.</summary>
    public int Position => text.Length;

    /// <summary>What was written from a position on.</summary>
    public string Since(int position) => text.ToString(position, text.Length - position);

    /// <summary>Writes lines where others follow.</summary>
    public void Insert(int position, string lines) => text.Insert(position, lines);

    /// <summary>What an action writes, taken out again.</summary>
    public string Taken(Action write)
    {
        int position = text.Length;
        write();
        string written = Since(position);
        text.Length = position;
        return written;
    }

    private bool EndsWithBlankLine => text.Length > 1 && text[text.Length - 1] == '\n' && text[text.Length - 2] == '\n';

    // One line that is no declaration: a loop needs no braces around it.
    private static bool IsStatement(string block)
    {
        string line = block.Trim();
        return line.EndsWith(";", StringComparison.Ordinal) && !line.Contains('\n') && !line.StartsWith("V ", StringComparison.Ordinal) && !line.StartsWith("//", StringComparison.Ordinal);
    }

    private readonly record struct Block(int Start, bool IsLoop);

    public override string ToString() => text.ToString();
}
