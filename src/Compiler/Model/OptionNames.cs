namespace LossGen.Compiler.Model;

/// <summary>Options of every term that rules and messages name.</summary>
internal static class OptionNames
{
    public const string PixelWeights = "PixelWeights";
    public const string ElementWeights = "ElementWeights";
    public const string NormalizeWeightMaps = "NormalizeWeightMaps";
}
