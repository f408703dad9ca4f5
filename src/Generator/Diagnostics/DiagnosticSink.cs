using System.Globalization;
using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Diagnostics;

/// <summary>Collects the messages about one declaration.</summary>
internal sealed class DiagnosticSink
{
    private readonly List<Diagnostic> diagnostics = [];

    /// <summary>The declaration has an error: ours, or one that the compiler reports itself.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Reports at a raw source location, so that <c>#pragma warning disable</c> holds for it.</summary>
    public void Report(DiagnosticDescriptor descriptor, Location? location, params object[] arguments)
    {
        IsBroken |= descriptor.DefaultSeverity == DiagnosticSeverity.Error;
        Diagnostic diagnostic = Diagnostic.Create(descriptor, location ?? Location.None, arguments.Select(ToText).ToArray());
        if (!diagnostics.Contains(diagnostic))
            diagnostics.Add(diagnostic);
    }

    /// <summary>The compiler reports an error here, and one message is enough.</summary>
    public void MarkBroken() => IsBroken = true;

    public EquatableArray<Diagnostic> ToArray() => diagnostics.ToEquatableArray();

    // As text, so that no symbol is kept alive; interned, because diagnostics compare their arguments by reference and equal ones are
    // reported once.
    private static object ToText(object argument) => string.Intern(Convert.ToString(argument, CultureInfo.InvariantCulture) ?? "");
}
