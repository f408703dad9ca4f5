using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Formula;

/// <summary>
/// A value of a formula: its node, and the axes that the formula gives it. Algebra may find that the node varies over fewer; what
/// a reduction removes and counts is a matter of the formula.
/// </summary>
internal readonly record struct FormulaValue(Node Node, Axes Axes)
{
    public bool IsPixel => Axes.Has(Axes.Pixel);

    public bool HasClass => Axes.Has(Axes.Class);
}
