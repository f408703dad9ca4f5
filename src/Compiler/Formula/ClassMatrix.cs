using System.Collections.Immutable;
using LossGen.Compiler.Graph;

namespace LossGen.Compiler.Formula;

/// <summary>One number for each pair of classes, column by column: constants, or a run-time parameter.</summary>
internal sealed class ClassMatrix
{
    private readonly int classes;
    private readonly Func<int, Node?> column;
    private string? unknown;
    private double? largest;

    private ClassMatrix(int classes, Func<int, Node?> column)
    {
        this.classes = classes;
        this.column = column;
    }

    /// <summary>Constants, row by row; none stand for 0 on the diagonal and 1 elsewhere.</summary>
    /// <param name="numbers">C * C numbers, or none.</param>
    /// <param name="table">Makes the node of one number a class.</param>
    public static ClassMatrix OfNumbers(ImmutableArray<double> numbers, Func<ClassNumbers, Node> table)
    {
        int classes = (int)Math.Round(Math.Sqrt(numbers.Length));
        if (classes * classes != numbers.Length)
            throw new FormulaTextException($"a matrix has {numbers.Length} numbers; it takes one for each pair of classes, such as {Math.Max(classes, 2) * Math.Max(classes, 2)}");
        return new(classes, j =>
        {
            ImmutableArray<double> column = Enumerable.Range(0, classes).Select(i => numbers[(i * classes) + j]).ToImmutableArray();
            return column.Any(number => number != 0) ? table(new(column)) : null;
        })
        {
            largest = numbers.IsEmpty ? 1 : numbers.Max(),
        };
    }

    /// <summary>A run-time parameter, whose columns lie one after the other.</summary>
    /// <param name="name">The parameter of the formula.</param>
    /// <param name="classes">The declared number of classes; 0 for none.</param>
    /// <param name="first">The place of the first column among the parameters with one number a class.</param>
    /// <param name="table">Makes the node of one number a class.</param>
    public static ClassMatrix OfProperty(string name, int classes, int first, Func<ClassNumbers, Node> table) =>
        new(classes, j => table(new([], first + j)))
        {
            unknown = classes > 0 ? null : $"the matrix '{name}' that a property holds needs the number of classes; state it, as in [Loss(..., Classes = 3)]",
        };

    /// <summary>The largest number.</summary>
    public double Largest => largest ?? throw new FormulaTextException("the largest number of a matrix that a property holds is not known when the loss is compiled; state the numbers, or pass them divided by it");

    /// <summary>The product with a value over the classes: for class i the sum over j of m[i, j] * v[j].</summary>
    public FormulaValue Apply(FormulaScope scope, FormulaValue value)
    {
        if (unknown is not null)
            throw new FormulaTextException(unknown);
        GraphBuilder graph = scope.Graph;
        Axes axes = value.Axes | Axes.Class;
        if (classes == 0)
        {
            Node taken = scope.Taken(value);
            return new(graph.Subtract(graph.Sum(taken, Axes.Class), taken), axes);
        }

        if (graph.DeclaredClasses > 0 && graph.DeclaredClasses != classes)
        {
            throw new FormulaTextException(
                $"a matrix has {classes * classes} numbers; with Classes = {graph.DeclaredClasses} it takes {graph.DeclaredClasses * graph.DeclaredClasses}, one for each pair of classes");
        }

        Node total = graph.Zero;
        for (int j = 0; j < classes; j++)
        {
            if (column(j) is { } numbers)
                total = graph.Add(total, graph.Multiply(numbers, scope.Channel(value, j).Node));
        }

        return new(total, axes);
    }
}
