using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>
/// What depends on a symbol alone, computed once for it: every edit of a project reads all its losses again. Symbols of other assemblies
/// live on over edits, those of source go with their compilation, and what is known of them with them.
/// </summary>
internal sealed class SymbolTable<TSymbol, T>(Func<TSymbol, T> compute)
    where TSymbol : class, ISymbol
    where T : class
{
    private readonly ConditionalWeakTable<TSymbol, T> known = new();

    public T Of(TSymbol symbol) => known.GetValue(symbol, key => compute(key));
}
