namespace LossGen;

/// <summary>
/// One number for each pair of classes, such as the cost of taking one for the other. In a formula it is a parameter that an option or a
/// property of type <c>double[]</c> with C * C numbers feeds, row by row, null standing for 0 on the diagonal and 1 elsewhere; or constants
/// that stand in the formula. See <see cref="Functions.Transform"/>.
/// </summary>
public sealed class ClassMatrix
{
    private readonly double[]? numbers;

    /// <summary>Constants that stand in a formula: <c>new ClassMatrix(0, 1, 2, 1, 0, 1, 2, 1, 0)</c> for three classes.</summary>
    /// <param name="numbers">C * C numbers, row by row.</param>
    /// <exception cref="ArgumentException">They are not as many as a square has.</exception>
    public ClassMatrix(params double[] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        int classes = (int)Math.Round(Math.Sqrt(numbers.Length));
        if (numbers.Length == 0 || classes * classes != numbers.Length)
            throw new ArgumentException($"There are {numbers.Length} numbers; a matrix takes one for each pair of classes: 4 for two, 9 for three.", nameof(numbers));
        this.numbers = [.. numbers];
    }

    internal ClassMatrix(double[]? numbers, int classes)
    {
        this.numbers = numbers;
        Check(classes);
    }

    /// <summary>The matrix is one of these classes.</summary>
    internal void Check(int classes)
    {
        if (numbers is not null && numbers.Length != classes * classes)
            throw new ArgumentException($"There are {numbers.Length} numbers for {classes} classes; give {classes * classes}, one for each pair of classes.", nameof(numbers));
    }

    internal double At(int row, int column, int classes) => numbers is null ? (row == column ? 0 : 1) : numbers[(row * classes) + column];

    internal double Largest => numbers is null ? 1 : numbers.Max();
}
