namespace LossGen.Compiler.Text;

/// <summary>Words that C# keeps for itself.</summary>
internal static class CSharpWords
{
    private static readonly HashSet<string> Reserved =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal",
        "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for",
        "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace", "new", "null",
            "object",
        "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short",
        "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong",
            "unchecked",
        "unsafe", "ushort", "using", "virtual", "void", "volatile", "while", "__arglist", "__makeref", "__reftype", "__refvalue",
    ];

    private static readonly HashSet<string> Contextual =
    [
        "add", "alias", "allows", "and", "ascending", "assembly", "async", "await", "by", "descending", "equals", "extension", "field",
            "file",
        "from", "get", "global", "group", "init", "into", "join", "let", "managed", "method", "module", "nameof", "not", "on", "or",
            "orderby",
        "param", "partial", "property", "record", "remove", "required", "scoped", "select", "set", "type", "typevar", "unmanaged", "var",
            "when",
        "where", "with", "yield",
    ];

    /// <summary>A keyword wherever it stands.</summary>
    public static bool IsKeyword(string word) => Reserved.Contains(word);

    /// <summary>A keyword in some places.</summary>
    public static bool IsContextualKeyword(string word) => Contextual.Contains(word);

    /// <summary>The name as C# writes it: a keyword gets its at sign.</summary>
    public static string Escape(string name) => IsKeyword(name) || IsContextualKeyword(name) ? "@" + name : name;
}
