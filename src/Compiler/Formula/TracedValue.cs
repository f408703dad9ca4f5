using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Formula;

/// <summary>
/// An expression of a formula with the value that it has in a loss: names are resolved and conditions that are known are decided, so that
/// what is left is what counts. A local that is used twice is one object.
/// </summary>
/// <param name="operation">An operation of the language, or one of the words below.</param>
/// <param name="arguments">The arguments.</param>
/// <param name="value">The value.</param>
/// <param name="number">The number of the expression in the formula text.</param>
/// <param name="parameter">The name, for a parameter.</param>
internal sealed class TracedValue(string operation, ImmutableArray<TracedValue> arguments, FormulaValue value, int number,
    string? parameter = null)
{
    /// <summary>The operation of a number.</summary>
    public const string Literal = "number";

    /// <summary>The operation of a parameter of the formula.</summary>
    public const string ParameterName = "parameter";

    public string Operation { get; } = operation;

    public ImmutableArray<TracedValue> Arguments { get; } = arguments;

    public FormulaValue Value { get; } = value;

    public int Number { get; } = number;

    public string? Parameter { get; } = parameter;

    public Node Node => Value.Node;

    public TracedValue this[int argument] => Arguments[argument];
}
