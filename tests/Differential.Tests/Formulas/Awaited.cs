namespace LossGen.Differential.Formulas;

/// <summary>What random formulas draw only where <c>LOSSGEN_AHEAD</c> is 1: the product does not yet compute it right everywhere. Each goes when it does.</summary>
internal static class Awaited
{
    private static readonly bool All = Environment.GetEnvironmentVariable("LOSSGEN_AHEAD") == "1";

    /// <summary>Logits beyond 5, and -infinity at classes that are masked.</summary>
    public static bool LargeLogits => All;

    /// <summary>What is written with exponentials and logarithms, and the functions for it.</summary>
    public static bool Exponentials => All && typeof(Functions).GetMethod("LogSumExpOverPixels") is not null;

    /// <summary>Options that constructors set or properties compute.</summary>
    public static bool Constructors => All && typeof(Generator.LossGenerator).Assembly.GetType("LossGen.Generator.Parse.OptionRules") is not null;

    /// <summary>Weights of terms at run time, and weight maps.</summary>
    public static bool Weights => All && typeof(LossTermAttribute).GetProperty("PixelWeights") is not null;
}
