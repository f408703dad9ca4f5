using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse.Body;

/// <summary>The names that one method body sees; an inlined method has a frame of its own.</summary>
/// <param name="outer">The frame of the method in which a local function is declared, whose names it sees as well.</param>
internal sealed class FormulaFrame(IMethodSymbol method, SyntaxNode syntax, SemanticModel semanticModel, FormulaFrame? caller,
    FormulaFrame? outer = null)
{
    private readonly Dictionary<ISymbol, string?> names = new(SymbolEqualityComparer.Default);
    private List<Diagnostic>? errors;

    public IMethodSymbol Method { get; } = method;

    public FormulaFrame? Caller { get; } = caller;

    public SyntaxNode Syntax { get; } = syntax;

    public SemanticModel SemanticModel { get; } = semanticModel;

    /// <summary>Gives a local or parameter its text; null for one whose value has an error that is reported already.</summary>
    public void Define(ISymbol symbol, string? text) => names[symbol] = text;

    public bool TryFind(ISymbol symbol, out string? text) => names.TryGetValue(symbol, out text)
        || outer?.TryFind(symbol, out text) == true;

    /// <summary>The compiler itself reports an error in this method: then its message is enough.</summary>
    public bool HasCompilerErrors(CancellationToken cancellation) => CompilerErrors(cancellation).Count > 0;

    /// <summary>The compiler's own errors in this method.</summary>
    public IReadOnlyList<Diagnostic> CompilerErrors(CancellationToken cancellation) =>
        errors ??= SemanticModel.GetSyntaxDiagnostics(Syntax.Span, cancellation)
            .Concat(SemanticModel.GetDeclarationDiagnostics(Syntax.Span, cancellation))
            .Concat(SemanticModel.GetMethodBodyDiagnostics(Syntax.Span, cancellation))
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .ToList();
}
