namespace LossGen.Differential.Formulas;

/// <summary>What random formulas draw only where <c>LOSSGEN_AHEAD</c> is 1: the product does not yet compute it right everywhere. Each goes when it does.</summary>
internal static class Awaited
{
    private static readonly bool All = Environment.GetEnvironmentVariable("LOSSGEN_AHEAD") == "1";

    /// <summary>Logits beyond 5, and -infinity at classes that are masked.</summary>
    public static bool LargeLogits => All;

    /// <summary>What is written with exponentials and logarithms, and the functions for it.</summary>
    public static bool Exponentials => All && typeof(Functions).GetMethod("LogSumExpOverPixels") is not null;

    /// <summary>Single classes, shifts and matrices, which read elements that are ignored; anything at ignored elements.</summary>
    public static bool IgnoredElements => All;

    /// <summary>Bounds that cross.</summary>
    public static bool CrossingBounds => All;

    /// <summary>Run-time parameters that are 0 or 1.</summary>
    public static bool WholeExponents => All;

    /// <summary>Options that constructors set or properties compute.</summary>
    public static bool Constructors => All && typeof(Generator.LossGenerator).Assembly.GetType("LossGen.Generator.Parse.OptionRules") is not null;

    /// <summary>Weights of terms at run time, and weight maps.</summary>
    public static bool Weights => All && typeof(LossTermAttribute).GetProperty("PixelWeights") is not null;
}
