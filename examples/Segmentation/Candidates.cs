using Segmentation.Training;

namespace Segmentation;

/// <summary>The losses that are compared.</summary>
internal static class Candidates
{
    public static IReadOnlyList<Candidate> All { get; } =
    [
        new("ce", "CE", "#9aa4b2", () => new PlainCrossEntropy()),
        new("dice", "Dice", "#56b4e9", () => new SoftDice()),
        new("dice+ce", "Dice + CE", "#f0e442", () => new DiceCrossEntropy()),
        new("f2", "F2", "#e69f00", () => new RecallFirst()),
        new("focal-tversky", "Focal Tversky", "#cc79a7", () => new FocalTverskyLoss()),
        new("log-cosh", "LogCosh Dice", "#2fd6a3", () => new LogCoshDice()),
    ];

    /// <summary>Those of the given identifiers, in the order given; all where none is.</summary>
    /// <exception cref="UsageException">There is no such loss.</exception>
    public static IReadOnlyList<Candidate> Select(IReadOnlyList<string> ids) => ids.Count == 0 ? All :
    [
        .. ids.Select(id => All.FirstOrDefault(c => c.Id == id)
            ?? throw new UsageException($"--losses: {id} is not one of them; there are {string.Join(", ", All.Select(c => c.Id))}.")),
    ];
}
