using System.Collections.Immutable;
using System.Globalization;
using LossGen.Compiler.Formula;

namespace LossGen.Generator.Parse;

/// <summary>Computes the expressions of <see cref="OptionRules"/> in the arithmetic of C#.</summary>
/// <param name="argument">The value of an argument of the constructor.</param>
/// <param name="cell">The value of a cell; null where nobody set it.</param>
internal sealed class OptionEvaluator(Func<int, OptionValue> argument, Func<string, OptionValue?> cell)
{
    /// <exception cref="UnknownOptionException">The value depends on what is not known at compile time.</exception>
    public OptionValue Evaluate(SExpression expression)
    {
        if (expression.Atom is { } atom)
        {
            // What nobody sets is the default of its type: 0, false, null.
            return atom == "null" ? default : FormulaText.TryNumber(atom, out double number) ? new(number) : cell(atom)
                ?? new OptionValue(0);
        }

        switch (expression.Head)
        {
            case OptionRules.Unknown:
                throw new UnknownOptionException(expression.Items.Length > 1 ? IndexOf(expression) : -1);
            case OptionRules.Argument:
                return argument(IndexOf(expression));
            case "list":
                return new(null, expression.Items.Skip(1).Select(Number).ToImmutableArray());
            case "if" when expression.Items.Length == 4:
                return Evaluate(expression.Items[Number(expression.Items[1]) != 0 ? 2 : 3]);
        }

        return expression.Items.Length switch
        {
            2 => new(Apply(expression.Head, Number(expression.Items[1]))),
            3 => new(Apply(expression.Head, Number(expression.Items[1]), Number(expression.Items[2]))),
            _ => throw new FormulaTextException(
                $"'{expression.Head}' with {expression.Items.Length - 1} operands is not an operation of options"),
        };
    }

    private double Number(SExpression expression) => Evaluate(expression).Number ?? throw new UnknownOptionException(-1);

    private static double Apply(string operation, double a) => operation switch
    {
        "neg" => -a,
        "not" => a == 0 ? 1 : 0,
        "float" => (float)a,
        "int" => a is >= int.MinValue and <= int.MaxValue ? a : throw new UnknownOptionException(-1), // C# would wrap, which nobody means
        _ => throw new FormulaTextException($"'{operation}' is not an operation of options"),
    };

    private static double Apply(string operation, double a, double b) => operation switch
    {
        "add" => a + b,
        "sub" => a - b,
        "mul" => a * b,
        "div" => a / b,
        "lt" => a < b ? 1 : 0,
        "le" => a <= b ? 1 : 0,
        "gt" => a > b ? 1 : 0,
        "ge" => a >= b ? 1 : 0,
        "eq" => a == b ? 1 : 0,
        "ne" => a != b ? 1 : 0,
        "and" => a != 0 && b != 0 ? 1 : 0,
        "or" => a != 0 || b != 0 ? 1 : 0,
        _ => throw new FormulaTextException($"'{operation}' is not an operation of options"),
    };

    private static int IndexOf(SExpression expression) =>
        expression.Items.Length == 2 && int.TryParse(expression.Items[1].Atom, NumberStyles.None, CultureInfo.InvariantCulture,
            out int index)
            ? index
            : throw new FormulaTextException($"'{expression.Head}' needs a number");
}

/// <summary>The value of an option is not known at compile time.</summary>
/// <param name="reason">The number of what makes it so, where the term is in source; otherwise -1.</param>
internal sealed class UnknownOptionException(int reason) : Exception
{
    public int Reason { get; } = reason;
}
