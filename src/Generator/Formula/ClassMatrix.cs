using System.Collections.Immutable;
using LossGen.Generator.Graph;

namespace LossGen.Generator.Formula;

/// <summary>One constant for each pair of classes, row by row; no numbers stand for 0 on the diagonal and 1 elsewhere.</summary>
/// <param name="numbers">C * C numbers, or none.</param>
/// <param name="table">Makes the node of one number a class.</param>
internal sealed class ClassMatrix(ImmutableArray<double> numbers, Func<ImmutableArray<double>, Node> table)
{
    /// <summary>The product with a value over the classes: for class i the sum over j of m[i, j] * v[j].</summary>
    public FormulaValue Apply(FormulaScope scope, FormulaValue value)
    {
        GraphBuilder graph = scope.Graph;
        Axes axes = value.Axes | Axes.Class;
        if (numbers.IsEmpty)
            return new(graph.Subtract(graph.Sum(value.Node, Axes.Class), value.Node), axes);

        int classes = (int)Math.Round(Math.Sqrt(numbers.Length));
        Node total = graph.Zero;
        for (int j = 0; j < classes; j++)
        {
            ImmutableArray<double> column = Enumerable.Range(0, classes).Select(i => numbers[(i * classes) + j]).ToImmutableArray();
            if (column.Any(number => number != 0))
                total = graph.Add(total, graph.Multiply(table(column), scope.Channel(value, j).Node));
        }

        return new(total, axes);
    }
}
