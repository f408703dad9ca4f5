using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>A parameter of a formula behind the prediction and the target.</summary>
/// <param name="Name">Its name, also in the formula text.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Default">Its value where a loss states none; null for per-class parameters, options of the loss and inputs.</param>
/// <param name="Type">Its C# type.</param>
/// <param name="HasOption">The term has a property that feeds it.</param>
/// <param name="Location">Where it is declared; none for a term of another assembly.</param>
internal sealed record DeclaredParameter(
    string Name, ParameterKind Kind, double? Default, ITypeSymbol Type, bool HasOption, Location Location)
{
    /// <summary>The numbers that it may be, where that is stated.</summary>
    public OptionRange? Range { get; init; }

    /// <summary>An option of numbers feeds it: one a class, or one for each pair of classes.</summary>
    public bool TakesNumbers => Kind is ParameterKind.Class or ParameterKind.Matrix;

    /// <summary>The caller of the loss passes it.</summary>
    public bool IsInput => Kind is ParameterKind.Pixel or ParameterKind.Element;

    /// <summary>The loss option of this name and type feeds it.</summary>
    public bool IsLossOption => Default is null && !HasOption && LossOptionType is { } type && Matches(type);

    private string? LossOptionType => Name switch
    {
        "reduction" => "Reduction",
        "activation" => "Activation",
        "perImage" or "indexTarget" => "bool",
        "dimensions" => "int",
        _ => null,
    };

    private bool Matches(string type) => type switch
    {
        "bool" => Type.SpecialType == SpecialType.System_Boolean,
        "int" => Type.SpecialType == SpecialType.System_Int32,
        _ => Type.IsLossGen(type),
    };
}

/// <summary>A formula as the parser knows it: its method, its text, its parameters, and where the expressions of the text stand.</summary>
internal sealed record DeclaredFormula(
    IMethodSymbol Method, string Text, IReadOnlyList<DeclaredParameter> Parameters, ImmutableArray<Location?> Places);

internal static class ParameterKinds
{
    /// <summary>What a parameter of this type holds.</summary>
    public static ParameterKind Of(ITypeSymbol type) => Shapes.Of(type) switch
    {
        Shape.Value => ParameterKind.Class,
        Shape.ClassMatrix => ParameterKind.Matrix,
        Shape.PixelMap => ParameterKind.Pixel,
        Shape.ElementMap => ParameterKind.Element,
        _ => ParameterKind.Scalar,
    };
}
