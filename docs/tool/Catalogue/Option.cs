using System.Globalization;
using System.Reflection;

namespace LossGen.Pages.Catalogue;

/// <summary>An option of a term: a property of its attribute.</summary>
/// <param name="Property">The property.</param>
/// <param name="Default">What it is where nothing states it.</param>
/// <param name="IsOwn">The term's own, not one that it shares with the terms of its base class.</param>
internal sealed record Option(PropertyInfo Property, object? Default, bool IsOwn)
{
    public string Name => Property.Name;

    public Type Type => Property.PropertyType;

    /// <summary>The name of the formula's parameter that it feeds.</summary>
    public string Parameter => char.ToLowerInvariant(Name[0]) + Name[1..];

    public bool IsNumber => Type == typeof(double) || Type == typeof(int);

    /// <summary>The default as a number, as formulas take options; null for arrays.</summary>
    public double? DefaultNumber => NumberOf(Default);

    public string DefaultText => Literal(Default);

    /// <summary>An option's value as a formula takes it.</summary>
    public static double? NumberOf(object? value) => value switch
    {
        double number => number,
        int whole => whole,
        bool truth => truth ? 1 : 0,
        Enum member => Convert.ToDouble(member, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>A value as C# writes it, numbers as people do.</summary>
    public static string Literal(object? value) => value switch
    {
        null => "null",
        double.NaN => "NaN",
        double number => Number(number),
        int whole => Number(whole),
        bool truth => truth ? "true" : "false",
        Enum member => $"{member.GetType().Name}.{member}",
        _ => throw new NotSupportedException($"An option of type {value.GetType()} has no text."),
    };

    public static string Number(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        return e < 0 ? text : text[..e] + "e" + int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture)
            .ToString(CultureInfo.InvariantCulture);
    }
}
