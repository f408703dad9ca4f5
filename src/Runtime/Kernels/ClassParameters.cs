namespace LossGen.Kernels;

/// <summary>Run-time parameters with one number a class. Called by generated code.</summary>
public static class ClassParameters
{
    // Pinned: kernels read the numbers by their address.
    [ThreadStatic]
    private static double[]? t_memory;

    /// <summary>Memory of this thread for the parameters of a call, which the next call takes again.</summary>
    /// <param name="count">How many numbers.</param>
    public static Span<double> Rent(int count)
    {
        double[]? memory = t_memory;
        if (memory is null || memory.Length < count)
            t_memory = memory = GC.AllocateUninitializedArray<double>(Math.Max(64, count * 2), pinned: true);
        return memory.AsSpan(0, Math.Max(0, count));
    }

    /// <summary>Copies what a property holds.</summary>
    /// <param name="values">C numbers; null stands for 1 for every class.</param>
    /// <param name="parameters">Room for C numbers.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="definition">The loss.</param>
    /// <exception cref="ArgumentException">There are not C numbers, or one is not finite.</exception>
    public static void Copy(double[]? values, Span<double> parameters, string property, LossDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (values is null)
        {
            parameters.Fill(1);
            return;
        }

        if (values.Length != parameters.Length)
            throw new ArgumentException($"{property} of {definition.Name} has {values.Length} numbers and the call {parameters.Length} classes; it must hold one number a class, or null for 1 each.", property);
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsFinite(values[c]))
                throw new ArgumentException($"{property}[{c}] of {definition.Name} is {values[c]}; it must be finite.", property);
        }

        values.CopyTo(parameters);
    }

    /// <summary>Copies a matrix that a property holds, column after column.</summary>
    /// <param name="values">C * C numbers, row by row; null stands for 0 on the diagonal and 1 elsewhere.</param>
    /// <param name="parameters">Room for C * C numbers.</param>
    /// <param name="classes">C.</param>
    /// <param name="property">The name of the property.</param>
    /// <param name="definition">The loss.</param>
    /// <exception cref="ArgumentException">There are not C * C numbers, or one is not finite.</exception>
    public static void CopyMatrix(double[]? values, Span<double> parameters, int classes, string property, LossDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (values is not null && values.Length != parameters.Length)
        {
            throw new ArgumentException(
                $"{property} of {definition.Name} has {values.Length} numbers and the call {classes} classes; it must hold {parameters.Length}, row by row, or null for 0 on the diagonal and 1 elsewhere.", property);
        }

        for (int j = 0; j < classes; j++)
        {
            for (int i = 0; i < classes; i++)
            {
                double number = values is null ? (i == j ? 0 : 1) : values[(i * classes) + j];
                if (!double.IsFinite(number))
                    throw new ArgumentException($"{property}[{(i * classes) + j}] of {definition.Name} is {number}; it must be finite.",
                        property);
                parameters[(j * classes) + i] = number;
            }
        }
    }
}
