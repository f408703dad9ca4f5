using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>What an expression of the formula language can be.</summary>
internal enum Shape
{
    /// <summary>Not part of the language.</summary>
    Unknown,
    Prediction,
    Target,
    Value,

    /// <summary>A further input of the call with one number a pixel.</summary>
    PixelMap,

    /// <summary>A further input of the call with one number a class and pixel.</summary>
    ElementMap,
    Condition,

    /// <summary>One number for each pair of classes.</summary>
    ClassMatrix,
    Double,

    /// <summary>int, or an enumeration.</summary>
    Integer,
    Bool,
}

internal static class Shapes
{
    public static Shape Of(ITypeSymbol? type)
    {
        if (type is null)
            return Shape.Unknown;
        if (type.TypeKind == TypeKind.Enum)
            return Shape.Integer;
        return type.SpecialType switch
        {
            SpecialType.System_Double => Shape.Double,
            SpecialType.System_Int32 => Shape.Integer,
            SpecialType.System_Boolean => Shape.Bool,
            _ when type.IsLossGen("Prediction") => Shape.Prediction,
            _ when type.IsLossGen("Target") => Shape.Target,
            _ when type.IsLossGen("Value") => Shape.Value,
            _ when type.IsLossGen("PixelMap") => Shape.PixelMap,
            _ when type.IsLossGen("ElementMap") => Shape.ElementMap,
            _ when type.IsLossGen("ClassMatrix") => Shape.ClassMatrix,
            _ when type.IsLossGen("Condition") => Shape.Condition,
            _ => Shape.Unknown,
        };
    }

    /// <summary>A number that is known at compile time, or a run-time parameter.</summary>
    public static bool IsScalar(this Shape shape) => shape is Shape.Double or Shape.Integer or Shape.Bool;

    /// <summary>The conversion leaves the number as it is.</summary>
    public static bool Converts(Shape from, Shape to) =>
        from != Shape.Unknown
        && (from == to
            || (from == Shape.Integer && to is Shape.Double or Shape.Value)
            || (from == Shape.Double && to == Shape.Value)
            || (from is Shape.Target or Shape.PixelMap or Shape.ElementMap && to == Shape.Value)
            || (from == Shape.Bool && to == Shape.Condition));
}
