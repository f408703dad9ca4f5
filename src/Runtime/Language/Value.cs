using System.Diagnostics;
using System.Globalization;
using LossGen.Kernels;
using LossGen.Reference;

namespace LossGen;

/// <summary>
/// A number for every point of its axes: images (N), classes (C), pixels (S). Operators and functions work element by element
/// and broadcast over the union of the axes, which are matched by name. A value is what a formula computes with; it also runs, in double
/// precision and operation by operation, so that a formula can be stepped through and every generated code has a reference.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public class Value
{
    internal Value(ElementAxes axes, Extents extents, double[] data)
        : this(axes, extents, data, isResult: true)
    {
    }

    /// <param name="axes">The axes.</param>
    /// <param name="extents">Their extents.</param>
    /// <param name="data">The numbers.</param>
    /// <param name="isResult">An operation gave the numbers; else they stand there before it.</param>
    internal Value(ElementAxes axes, Extents extents, double[] data, bool isResult)
    {
        Axes = axes;
        Extents = extents.Over(axes);
        Data = isResult ? Rounding.Round(data) : data;
    }

    /// <summary>The axes over which the value varies.</summary>
    public ElementAxes Axes { get; }

    internal Extents Extents { get; }

    internal double[] Data { get; }

    /// <summary>
    /// 1 less the value, of a probability: computed from the logits, it does not cancel. Null where that has to be computed from the value.
    /// </summary>
    internal Value? OneMinus { get; set; }

    /// <summary>
    /// The logarithm, of a probability: computed from the logits, it is finite where they are. Null where that has to be computed from the
    /// value.
    /// </summary>
    internal Value? Logarithm { get; set; }

    /// <summary>
    /// Where a product with it is 0 whatever the other factor is, be it infinite: at a 0 of a target, of a probability, of its logarithm,
    /// of any among factors, and of sums of nothing else. Null of anything else.
    /// </summary>
    internal bool[]? Out { get; set; }

    /// <summary>The number at a point; the index of an axis over which the value does not vary is of no account.</summary>
    /// <param name="image">The image, 0 to N - 1.</param>
    /// <param name="classIndex">The class, 0 to C - 1.</param>
    /// <param name="pixel">The pixel, 0 to S - 1.</param>
    public double this[int image, int classIndex, int pixel] => Data[Extents.Offset(image, classIndex, pixel)];

    /// <summary>A number is a value without axes.</summary>
    public static implicit operator Value(double number) => new(ElementAxes.None, default, [number]);

    /// <summary>The sum.</summary>
    public static Value operator +(Value a, Value b) => Elementwise.Zip(a, b, (p, q) => p + q);

    /// <summary>The difference.</summary>
    public static Value operator -(Value a, Value b) =>
        IsOne(a) && b.OneMinus is { } difference ? difference : IsOne(a) && b is Target
            ? Elementwise.Selecting(Elementwise.Zip(a, b, (p, q) => p - q)) : Elementwise.Zip(a, b, (p, q) => p - q);

    /// <summary>The product.</summary>
    public static Value operator *(Value a, Value b) => Elementwise.Product(a, b);

    /// <summary>The quotient, by the rules of IEEE 754; see <see cref="Functions.Divide"/> for 0/0.</summary>
    public static Value operator /(Value a, Value b) => Elementwise.Quotient(a, b);

    /// <summary>The negative.</summary>
    public static Value operator -(Value a) => Elementwise.Negative(a);

    /// <summary>Where <paramref name="a"/> is less than <paramref name="b"/>.</summary>
    public static Condition operator <(Value a, Value b) => new(Elementwise.Zip(a, b, (p, q) => p < q ? 1 : 0));

    /// <summary>Where <paramref name="a"/> is at most <paramref name="b"/>.</summary>
    public static Condition operator <=(Value a, Value b) => new(Elementwise.Zip(a, b, (p, q) => p <= q ? 1 : 0));

    /// <summary>Where <paramref name="a"/> is greater than <paramref name="b"/>.</summary>
    public static Condition operator >(Value a, Value b) => new(Elementwise.Zip(a, b, (p, q) => p > q ? 1 : 0));

    /// <summary>Where <paramref name="a"/> is at least <paramref name="b"/>.</summary>
    public static Condition operator >=(Value a, Value b) => new(Elementwise.Zip(a, b, (p, q) => p >= q ? 1 : 0));

    private static bool IsOne(Value value) => value.Axes == ElementAxes.None && value.Data[0] == 1;

    /// <summary>The axes with their extents, then the first numbers: for the debugger.</summary>
    public override string ToString()
    {
        const int shown = 8;
        IEnumerable<string> numbers = Data.Take(shown).Select(p => p.ToString("G6", CultureInfo.InvariantCulture));
        return $"{Extents} [{string.Join(", ", numbers)}{(Data.Length > shown ? ", ..." : "")}]";
    }
}
