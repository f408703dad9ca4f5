namespace LossGen.Differential.Compositions;

/// <summary>
/// Random data that every term can take: logits, or probabilities or their logarithms, as the activation asks for; positive maps.
/// </summary>
internal sealed record Sample(LossShape Shape, double[] Logits, long[]? Labels, double[] Dense, double[][] Inputs)
{
    public static Sample Create(Composition composition, LossDefinition definition, bool hasLabels)
    {
        var random = new Random(1000 + composition.Index);
        var shape = new LossShape(2, Composition.Classes, 7);
        int pixels = 7, count = 2 * Composition.Classes * pixels;
        double Number(double low, double high) => Math.Round(low + ((high - low) * random.NextDouble()), 4);
        double[] Numbers(int length, double low, double high) => [.. Enumerable.Range(0, length).Select(_ => Number(low, high))];

        // The first two classes below, the others above: as a box, each ends after it begins.
        double[] Split(double low, double middle, double high) =>
            [.. Enumerable.Range(0, count).Select(i => i / pixels % Composition.Classes < 2 ? Number(low, middle) : Number(middle, high))];
        double[] logits = composition.Activation switch
        {
            Activation.None => Split(0.05, 0.5, 0.95),
            Activation.Exp => Split(-3, -0.7, -0.05),
            _ => Split(-3, 0, 3),
        };
        bool IsIgnored() => composition.IgnoreIndex is not null && random.Next(5) == 0;
        long[]? labels = hasLabels ? [.. Enumerable.Range(0, 2 * pixels).Select(_ => IsIgnored() ? composition.IgnoreIndex!.Value
            : (long)random.Next(Composition.Classes))] : null;
        double[] dense = [.. Split(0, 0.5, 1).Select(y => IsIgnored() ? composition.IgnoreIndex!.Value : y)];
        double[][] inputs = [.. definition.Inputs.Select(input => Numbers(input.Kind == InputKind.Element ? count : 2 * pixels, 0.2, 1.5))];
        return new(shape, logits, labels, dense, inputs);
    }

    /// <summary>The maps for a call.</summary>
    public LossInputs Maps() =>
        new(Inputs.ElementAtOrDefault(0), Inputs.ElementAtOrDefault(1), Inputs.ElementAtOrDefault(2), Inputs.ElementAtOrDefault(3));

    /// <summary>The same in float.</summary>
    public LossInputs SingleMaps()
    {
        float[][] maps = [.. Inputs.Select(map => Array.ConvertAll(map, number => (float)number))];
        return new(maps.ElementAtOrDefault(0), maps.ElementAtOrDefault(1), maps.ElementAtOrDefault(2), maps.ElementAtOrDefault(3));
    }
}
