using LossGen.Compiler.Model;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>The ranges that options state in metadata, and constants that are held against them.</summary>
internal static class OptionRanges
{
    /// <summary>The range of a parameter of a formula: that of the option that feeds it, or its own; null where neither has one.</summary>
    public static OptionRange? Of(IPropertySymbol? option, IParameterSymbol parameter) => (option is null ? null : Read(option))
        ?? Read(parameter);

    /// <summary>What an attribute states, and what takes the place of it under a convention.</summary>
    public static void CheckStated(DeclaredTerm term, AttributeReader attribute, DiagnosticSink sink)
    {
        foreach (DeclaredParameter parameter in term.Formula.Parameters)
        {
            if (parameter.Range is not { } range || !parameter.HasOption || attribute.Find(parameter.Name) is not { } value)
                continue;
            string option = KnownTypes.Pascal(parameter.Name);
            if (value.Number is { } single)
                Check(single, option, attribute.LocationOfValue(parameter.Name));
            for (int i = 0; value.IsList && i < value.Numbers.Length; i++)
                Check(value.Numbers[i], $"{option}[{i}]", attribute.LocationOfElement(parameter.Name, i));

            void Check(double number, string name, Location? place)
            {
                if (!range.Contains(number))
                    sink.Report(Descriptors.OptionOutsideRange, place, name, term.Name, Numbers.Write(number), range);
            }
        }
    }

    /// <summary>The default of a parameter where it is declared: a range that it is not in is a mistake in one of the two.</summary>
    public static void CheckDefault(string owner, DeclaredParameter parameter, DiagnosticSink sink)
    {
        if (parameter.Range is not { } range)
            return;
        if (range.IsEmpty)
            sink.Report(Descriptors.WrongRange, parameter.Location, parameter.Name, owner, "holds no number", "correct the bounds");
        else if (parameter.Default is { } number && !range.Contains(number))
            sink.Report(Descriptors.WrongRange, parameter.Location, parameter.Name, owner,
                $"({range}) does not hold its default, {Numbers.Write(number)}", "correct one of the two");
    }

    private static OptionRange? Read(ISymbol symbol)
    {
        if (symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass.IsLossGen("OptionRangeAttribute")) is not { } data)
            return null;
        double Bound(string name, double otherwise) =>
            Numbers.TryRead(data.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value, out double number) ? number
                : otherwise;
        return new(
            Bound("From", double.NegativeInfinity), Bound("To", double.PositiveInfinity), Bound("Above", double.NegativeInfinity),
                Bound("Below", double.PositiveInfinity), Bound("OrNaN", 0) != 0);
    }
}
