using System.Collections.Immutable;
using LossGen.Compiler.Text;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>
/// The value of an option: a number (bool and members of enumerations are numbers too), a list of numbers, a text, or null.
/// </summary>
/// <param name="Number">The number; null for anything else.</param>
/// <param name="Numbers">The list; default for anything else.</param>
/// <param name="Text">The text; null for anything else.</param>
internal readonly record struct OptionValue(double? Number, ImmutableArray<double> Numbers = default, string? Text = null)
{
    public bool IsList => !Numbers.IsDefault;

    public bool IsNull => Number is null && Numbers.IsDefault && Text is null;

    /// <summary>What an attribute's argument says.</summary>
    public static OptionValue Of(TypedConstant constant)
    {
        if (constant.Kind == TypedConstantKind.Array)
        {
            return constant.IsNull ? default : new(null, constant.Values
                .Select(value => Compiler.Text.Numbers.TryRead(value.Value, out double item) ? item : double.NaN).ToImmutableArray());
        }

        return OfConstant(constant.Value);
    }

    /// <summary>What a constant says.</summary>
    public static OptionValue OfConstant(object? constant) =>
        Compiler.Text.Numbers.TryRead(constant, out double number) ? new(number) : new(null, default, constant as string);

    /// <summary>As messages show it.</summary>
    public override string ToString() => Number is { } number ? Compiler.Text.Numbers.Write(number)
        : IsList ? $"[{string.Join(", ", Numbers.Select(Compiler.Text.Numbers.Write))}]"
        : Text ?? "null";
}
