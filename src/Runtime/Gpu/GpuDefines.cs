using System.Globalization;
using LossGen.Cpu;
using LossGen.Kernels;

namespace LossGen.Gpu;

/// <summary>What the host tells the prelude by macros.</summary>
internal static class GpuDefines
{
    /// <summary>Those of kernels ahead of the passes and behind them, which are the same for all losses.</summary>
    /// <param name="threads">Of a block.</param>
    /// <param name="element">The type of the caller's numbers and their gradient.</param>
    public static List<string> AroundPasses(int threads, LogitElement element) =>
    [
        "CLASSES=1", $"PIXELS={threads}", "GROUPS=1", "ROWS=1", "LOGIT_TYPE=" + ((int)element).ToString(CultureInfo.InvariantCulture),
        "TARGET_TYPE=0", "VALUE_TYPE=0",
    ];

    /// <summary>The macros that a text is compiled with.</summary>
    public static List<string> Of(LossDefinition definition, KernelLayout layout, int classes, GpuBlock block, LogitElement logits,
        TargetElement target, bool isSampled = false)
    {
        bool hasPairs = definition.Pairs != Pairs.None, hasLabels = target <= TargetElement.Int64 && !hasPairs;
        var defines = new List<string>
        {
            hasPairs ? Define("HELD", block.Held) : Define("CLASSES", classes), Define("PIXELS", block.Pixels), Define("GROUPS", block.Groups), Define("ROWS", block.Rows),
            Define("LOGIT_TYPE", (int)logits), Define("TARGET_TYPE", TargetType(target)),
            Define("VALUE_TYPE", layout.ElementAxes == ElementAxes.None || logits == LogitElement.Double ? 1 : 0),
        };
        if (layout.PerImage)
            defines.Add("PER_IMAGE=1");
        if (hasPairs)
            defines.Add(Define("PAIRS", PairMatrix.ComparesColumns(definition.Pairs) ? 2 : 1));
        else if (!hasLabels)
            defines.Add("DENSE=1");
        if (definition.IgnoredRowLabel is { } row)
            defines.Add($"ROW_IGNORED={Bracketed(row)}");
        if (definition.IgnoreIndex is { } ignored)
            defines.Add($"IGNORED={Bracketed(ignored)}");
        if (definition.OtherIgnoreIndices.Count > 0)
            defines.Add("OTHER_IGNORED=" + string.Join(',', definition.OtherIgnoreIndices.Select(Text)));
        if (hasLabels && definition.IsSingleForeground(classes))
            defines.Add("SINGLE=1");
        if (definition.UnitTarget && !hasLabels)
            defines.Add("UNIT=1");
        if (layout.ReadsNeighbours)
            defines.Add(Define("DIMENSIONS", definition.Dimensions));
        if (isSampled)
            defines.Add("SAMPLED=1");
        if (layout.Passes.Any(pass => pass.HasMaxima))
            defines.Add("EXACT=1");
        return defines;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        static string Bracketed(int number) => number < 0 ? $"({Text(number)})" : Text(number);
        static string Define(string name, int number) => name + "=" + Text(number);
    }

    // As the prelude counts them.
    private static int TargetType(TargetElement element) => element switch
    {
        TargetElement.Byte or TargetElement.Boolean => 7,
        TargetElement.SByte => 8,
        TargetElement.Int16 => 6,
        TargetElement.UInt16 => 9,
        TargetElement.Int32 => 5,
        TargetElement.Int64 => 4,
        TargetElement.Double => 1,
        _ => 0,
    };
}
