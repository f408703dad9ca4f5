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
}
