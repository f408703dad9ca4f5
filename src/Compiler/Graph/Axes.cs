namespace LossGen.Compiler.Graph;

/// <summary>The axes over which a value varies.</summary>
[Flags]
internal enum Axes
{
    None = 0,

    /// <summary>Batch, N.</summary>
    Batch = 1,

    /// <summary>Class, C.</summary>
    Class = 2,

    /// <summary>Pixel, S.</summary>
    Pixel = 4,

    All = Batch | Class | Pixel,
}

internal static class AxesExtensions
{
    public static bool Has(this Axes axes, Axes other) => (axes & other) == other;

    public static bool Touches(this Axes axes, Axes other) => (axes & other) != 0;

    public static Axes Without(this Axes axes, Axes other) => axes & ~other;

    /// <summary>The axes by their letters, for comments: <c>N,C,S</c>.</summary>
    public static string Letters(this Axes axes) => string.Join(",", new[]
    {
        axes.Has(Axes.Batch) ? "N" : "", axes.Has(Axes.Class) ? "C" : "", axes.Has(Axes.Pixel) ? "S" : "",
    }.Where(letter => letter.Length > 0));
}
