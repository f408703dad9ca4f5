using LossGen.Compiler.Emit;
using LossGen.Generator.Parse;

namespace LossGen.Generator.Terms;

/// <summary>The generated file of a term attribute.</summary>
internal sealed record TermSource(string HintName, string Text)
{
    public static TermSource? Create(TermResult term, CancellationToken cancellation) =>
        term is { Header: { } header } && (term.Text is not null || term.Options is not null)
            ? new(header.HintName, CompiledFormulaEmitter.Emit(header, term.Text, term.Options))
            : null;
}
