namespace LossGen;

/// <summary>
/// One constant for each pair of classes, such as the cost of taking one for the other: what an option of type <c>double[]</c> with C * C numbers, row by row,
/// becomes in a formula. Null stands for 0 on the diagonal and 1 elsewhere. See <see cref="Functions.Transform"/>.
/// </summary>
public sealed class ClassMatrix
{
    private readonly double[]? numbers;
    private readonly int classes;

    internal ClassMatrix(double[]? numbers, int classes)
    {
        if (numbers is not null && numbers.Length != classes * classes)
            throw new ArgumentException($"There are {numbers.Length} numbers for {classes} classes; give {classes * classes}, one for each pair of classes.", nameof(numbers));
        this.numbers = numbers;
        this.classes = classes;
    }

    internal double this[int row, int column] => numbers is null ? (row == column ? 0 : 1) : numbers[(row * classes) + column];
}
